"""What needs somebody, and in which words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.job_sample import jobs

from mltui.model.attention import attention, problems, why
from mltui.model.dvc import DvcExperiment, Pipeline, Reason, Stage
from mltui.model.part import Part, Problem
from mltui.model.runs import Run, Store
from mltui.model.status import Attention, Snapshot

NOW = 1_700_000_000_000
HOUR = 3_600_000


def snapshot(**parts: Any) -> Snapshot:
    """A moment in which nothing is there, but for `parts`."""
    nothing: dict[str, Any] = {
        name: Part(name) for name in ("git", "pipeline", "stores", "models", "newest", "experiments")
    }
    return Snapshot(**{"project": "/p", **nothing, **parts})


def pipeline(*stages: Stage, **fields: Any) -> Part[Pipeline]:
    return Part("pipeline", Pipeline(stages=stages, **fields))


def stage(name: str, status: Any, **fields: Any) -> Stage:
    return Stage(name, "dvc.yaml", name, status, **fields)


def run(**fields: Any) -> Run:
    whole: dict[str, Any] = {
        "run_id": "r1",
        "name": "lazy-fox",
        "kind": "run",
        "experiment": "churn",
        "experiment_id": "1",
        "status": "FAILED",
        "lifecycle": "active",
        "start": NOW - 3 * HOUR,
        "end": NOW - 2 * HOUR,
        "commit": None,
    }
    return Run(**{**whole, **fields})


def test_nothing_is_wrong() -> None:
    fresh = pipeline(stage("a", "fresh"), stage("b", "running"), stage("c", "unknown"))
    assert attention(snapshot(pipeline=fresh, latest=(run(status="FINISHED"),)), NOW) == ()


def test_stale_stages_say_why() -> None:
    told = pipeline(
        stage("train", "stale", reasons=(Reason("param", "params.yaml", "modified", "lr", 0.1, 0.05),)),
        stage("evaluate", "stale", upstream=("train",), parents=("train",)),
    )
    assert attention(snapshot(pipeline=told), NOW) == (
        Attention("stage", "train", "param lr 0.1 → 0.05"),
        Attention("stage", "evaluate", "after train"),
    )


def test_missing_counts_only_where_the_cache_holds_something() -> None:
    stages = (stage("train", "missing"), stage("evaluate", "stale", upstream=("train",)))
    assert [each.what for each in attention(snapshot(pipeline=pipeline(*stages)), NOW)] == ["train", "evaluate"]
    cloned = pipeline(*stages, cache_empty=True)
    assert [each.what for each in attention(snapshot(pipeline=cloned), NOW)] == ["evaluate"]


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason("dep", "data.csv", "modified"), "dep data.csv modified"),
        (Reason("out", "model.pkl", "deleted"), "out model.pkl deleted"),
        (Reason("command", "", "modified", None, "a", "b"), "command changed"),
        (Reason("always", "", ""), "always changed"),
        (Reason("param", "params.yaml", "new", "depth", None, 6), "param depth none → 6"),
        (Reason("param", "params.yaml", "modified", "depth"), "param depth modified"),
        (Reason("unhashed", "big.bin", "moved, not hashed"), "big.bin moved, not hashed"),
    ],
)
def test_each_reason_in_words(reason: Reason, said: str) -> None:
    assert why(stage("s", "stale", reasons=(reason,))) == said


def test_many_reasons_are_counted() -> None:
    reasons = tuple(Reason("dep", f"{name}.csv", "modified") for name in "abcd")
    assert why(stage("s", "stale", reasons=reasons)) == "dep a.csv modified, dep b.csv modified and 2 more"
    assert why(stage("s", "stale", upstream=tuple("abcd"))) == "after a, b and 2 more"
    assert why(stage("s", "stale", upstream=("far", "near"), parents=("near",))) == "after near"


def test_a_stage_that_never_ran() -> None:
    assert why(stage("s", "missing")) == "never run"
    new = Reason("dep", "a.py", "modified")
    assert why(stage("s", "missing", locked=False, reasons=(new,))) == "never run"
    assert why(stage("s", "missing", reasons=(new,))) == "dep a.py modified"


def test_the_newest_run_of_an_experiment_failed() -> None:
    assert attention(snapshot(latest=(run(),)), NOW) == (Attention("run", "lazy-fox", "failed 2 h ago"),)
    nameless = run(run_id="r2", name="", experiment="other", experiment_id="2", end=None)
    assert attention(snapshot(latest=(run(status="KILLED"), nameless)), NOW) == (
        Attention("run", "r2", "failed 3 h ago in other"),
    )


def test_an_experiment_that_nobody_ends_is_told_once() -> None:
    lost = DvcExperiment("orphan", "a" * 40, "b" * 40, "Ada", NOW, {}, {}, status="KILLED")
    failed = replace(lost, name="mule", status="FAILED")
    moment = snapshot(experiments=Part("experiments", (lost, failed, replace(failed, alive=(12,)))))
    assert [(one.kind, one.what, one.why.partition(";")[0]) for one in attention(moment, NOW)] == [
        ("run", "orphan", "lost in DVC's queue: its worker was killed, and its process is gone"),
        ("run", "mule", "failed in DVC's queue, its processes live on: 12"),
    ]
    job = replace(next(one for one in jobs(NOW) if one.state == "lost"), experiment="orphan")
    both = replace(moment, jobs=Part("jobs", (job,)))
    assert [one.kind for one in attention(both, NOW)] == ["run", "job"], "the lost one's job says so"


def test_problems_need_somebody_and_absence_does_not() -> None:
    broken = Problem("dvc", "can't be parsed", "correct it", "dvc.yaml:3")
    moment = snapshot(
        git=Part("git", None, Problem("git", "no repository", absent=True)),
        pipeline=pipeline(problems=(broken, broken)),
        stores=Part("stores", (Store("mlflow.db", "sqlite", "repository", problem="is empty", hint="delete it"),)),
        problems=(Problem("config", "unknown key x", "", "mltui.toml:1"),),
    )
    assert attention(moment, NOW) == (
        Attention("problem", "dvc.yaml:3", "can't be parsed"),
        Attention("problem", "mlflow.db", "is empty"),
        Attention("problem", "mltui.toml:1", "unknown key x"),
    )
    unreadable = Problem("git", "dubious ownership", "git config --global --add safe.directory /p")
    assert problems(replace(moment, git=Part("git", None, unreadable)))[0] == unreadable


def test_a_store_that_does_not_answer_is_said_once() -> None:
    silent = ("http://h did not answer within 10 s", "is it up?")
    store = Store("http://h", "rest", "flag", active=True, problem=silent[0], hint=silent[1])
    moment = snapshot(
        stores=Part("stores", (store,)),
        newest=Part("newest", None, Problem("mlflow", *silent)),
        models=Part("models", None, Problem("models", *silent)),
        git=Part("git", None, Problem("git", "broken")),
    )
    assert [(one.summary, one.path) for one in problems(moment)] == [("broken", ""), (silent[0], "http://h")]


def test_what_git_says_of_state_and_experiments_is_said_once() -> None:
    distrust = ("git does not trust /p: it belongs to another user", "git config --global --add safe.directory /p")
    moment = snapshot(
        git=Part("git", None, Problem("git", *distrust)),
        experiments=Part("experiments", None, Problem("experiments", *distrust)),
    )
    assert problems(moment) == (Problem("git", *distrust),)
