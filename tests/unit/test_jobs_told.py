"""What a job knows of its runs: the stage that ran when they began, and its deps as DVC locked them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mltui.model.dvc import Pipeline, Stage
from mltui.model.job import Job, JobSpec, JobStep
from mltui.model.job_addresses import own, whole
from mltui.model.job_record import spec_document, state_document
from mltui.model.lineage.hashes import Content
from mltui.model.lineage.recorded import JOB, RECORDER, experiment_said, said, stage_said
from mltui.model.made import step_at
from mltui.model.runs import Run
from mltui.sources.jobs.locks import JobLocks
from mltui.sources.jobs.made import made
from mltui.sources.jobs.source import JobsSource
from mltui.sources.jobs.told import Checkout, JobsTold, jobs_mark
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

ID = "20261129-090000-0001"
LOCK = """\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: ../data
      hash: md5
      md5: 00000000000000000000000000000001.dir
    - path: s3://bucket/x
      etag: abc
    - path: /srv/shared.csv
      md5: 00000000000000000000000000000003
    outs:
    - path: metrics.json
      md5: {md5}
"""
CONTENTS = SimpleNamespace(by_digits={}, named=lambda *_: None)


def run(id: str = "r1", start: int | None = 2_500, **tags: str) -> Run:
    known = {"mltui.job": ID, **{key.replace("__", "."): value for key, value in tags.items()}}
    return Run(id, "brave-cat", "run", "churn", "1", "FINISHED", "active", start, 9_000, None, tags=known)


def job(directory: Path, **more: Any) -> Job:
    spec = JobSpec(ID, "retrain", 0, "local", "local", "in place", ("dvc",), str(directory.parents[1]))
    steps = (JobStep("prepare", "cached", 1_000, 1_000), JobStep("train", "done", 2_000, 5_000))
    return Job(spec, str(directory), "finished", start=500, end=6_000, **{"steps": steps, **more})


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    project = Project(root, root)
    folder = tmp_path / "state" / "mltui" / project.key / "jobs" / ID
    (folder / "locks").mkdir(parents=True)
    ended = replace(job(folder), spec=replace(job(folder).spec, cwd=str(root)))
    (folder / "spec.json").write_text(json.dumps(spec_document(ended.spec)))
    (folder / "state.json").write_text(json.dumps(state_document(ended)))
    content = '{"auc": 0.9}'
    (root / "src" / "metrics.json").write_text(content)
    import hashlib

    (folder / "locks" / "001-prepare.lock").write_text("stages: {train: {deps: [{path: old, md5: '0'}]}}")
    (folder / "locks" / "002-train.lock").write_text(LOCK.format(md5=hashlib.md5(content.encode()).hexdigest()))
    train = Stage("train", "dvc.yaml", "train", "fresh", wdir="src", metrics=("src/metrics.json",))
    runs: list[Run] = []
    return SimpleNamespace(
        project=project,
        runner=ProcessRunner(),
        jobs=JobsSource(project),
        pipeline=SimpleNamespace(remembered=lambda: Pipeline(stages=(train,))),
        logged=runs,
        folder=folder,
        reader=lambda: SimpleNamespace(runs=lambda: iter([tuple(runs)])),
    )


def seen(workspace: Any, **paths: Any) -> None:
    """What the runner saw of what the training read."""
    (workspace.folder / "reads").mkdir(exist_ok=True)
    known: dict[str, Any] = {"same": [], "late": [], "edited": [], "unsure": [], "before": {}, "params": {}}
    (workspace.folder / "reads" / "001-train.json").write_text(json.dumps({**known, **paths}))


def deps(found: Run) -> list[tuple[str, str, str]]:
    told = said(found, (), cast("Any", CONTENTS), {})
    return [(each.kind, each.content.path, each.content.hash) for each in told if each.content]


def test_a_run_gets_its_stage_and_deps_from_the_step_that_ran_when_it_began(workspace: Any) -> None:
    seen(workspace, same=["data"])
    found = JobsTold(workspace).of(run())
    assert stage_said(found) == ("train", JOB)
    assert deps(found) == [("recorded", "data", "md5:00000000000000000000000000000001.dir")]
    assert experiment_said(found) is None


LOCKED, BEFORE = "md5:00000000000000000000000000000001.dir", "md5:" + "b" * 32


@pytest.mark.parametrize(
    ("paths", "told"),
    [
        ({"same": ["other"]}, [("inferred", "data", LOCKED)]),
        ({"unsure": ["data"]}, [("inferred", "data", LOCKED)]),
        ({"late": ["data"]}, [("inferred", "data", LOCKED)]),
        ({"edited": ["data"]}, [("unknown", "data", LOCKED)]),
        (
            {"edited": ["data"], "before": {"data": "b" * 32}},
            [("unknown", "data", LOCKED), ("unknown", "data", BEFORE)],
        ),
        ({"edited": ["data"], "before": {"data": LOCKED.removeprefix("md5:")}}, [("inferred", "data", LOCKED)]),
    ],
    ids=["not among them", "touched", "touched as it began", "edited", "known before", "edited after DVC's look"],
)
def test_a_dep_is_recorded_only_where_somebody_saw_that_it_stayed_as_it_was(
    workspace: Any, paths: dict[str, Any], told: list[tuple[str, str, str]]
) -> None:
    seen(workspace, **paths)
    assert deps(JobsTold(workspace).of(run())) == told


def test_where_nobody_looked_it_is_inferred(workspace: Any) -> None:
    assert deps(JobsTold(workspace).of(run())) == [("inferred", "data", LOCKED)]


def test_what_another_stage_made_just_before_dvc_hashed_twice(workspace: Any) -> None:
    lock = workspace.folder / "locks" / "002-train.lock"
    digits = LOCKED.removeprefix("md5:")
    lock.write_text(lock.read_text() + f"  prepare:\n    outs:\n    - path: data\n      md5: {digits}\n")
    seen(workspace, late=["data"])
    assert deps(JobsTold(workspace).of(run())) == [("recorded", "data", LOCKED)]
    seen(workspace, unsure=["data"])
    assert deps(JobsTold(workspace).of(run())) == [("inferred", "data", LOCKED)]


@pytest.mark.parametrize("links", [(), ("data",), ("da",)])
def test_in_a_directory_of_its_own_nobody_edits_but_through_a_link(workspace: Any, links: tuple[str, ...]) -> None:
    spec = json.loads((workspace.folder / "spec.json").read_text())
    (workspace.folder / "spec.json").write_text(json.dumps({**spec, "mode": "rev", "links": links}))
    kind = "inferred" if links == ("data",) else "recorded"
    assert deps(JobsTold(workspace).of(run())) == [(kind, "data", LOCKED)]


@pytest.mark.parametrize("state", ["failed", "stopped", "running"])
def test_a_stage_that_did_not_end_well_left_no_entry(workspace: Any, state: str) -> None:
    said_state = json.loads((workspace.folder / "state.json").read_text())
    said_state["steps"][1]["state"] = state
    (workspace.folder / "state.json").write_text(json.dumps(said_state))
    seen(workspace, same=["data"])
    found = JobsTold(workspace).of(run())
    assert (stage_said(found), deps(found)) == (("train", JOB), [])


def test_what_the_user_logged_himself_is_recorded_all_the_same(workspace: Any) -> None:
    known = Content("data", LOCKED)
    contents = cast("Any", SimpleNamespace(by_digits={known.digits: known}, named=lambda *_: known))
    found = JobsTold(workspace).of(replace(run(), params={"data": known.digits}))
    told = said(found, (), contents, {})
    assert [(each.kind, each.how) for each in told] == [("recorded", "param data")]


def test_the_directory_of_an_isolated_job_is_its_experiment(workspace: Any) -> None:
    jobs = JobsTold(workspace)
    assert jobs.checkout(run()) is None
    assert jobs.checkout(replace(run(), tags={})) is None
    for name, changes in (("spec", {"mode": "isolated"}), ("state", {"experiment": "nutty", "commit_made": "c" * 40})):
        path = workspace.folder / f"{name}.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    assert JobsTold(workspace).checkout(run()) == Checkout(ID, "nutty", "c" * 40)
    state = json.loads((workspace.folder / "state.json").read_text())
    (workspace.folder / "state.json").write_text(json.dumps({**state, "commit_made": None}))
    assert JobsTold(workspace).checkout(run()) is None, "it failed, or still runs"


def test_what_the_recorder_wrote_stands(workspace: Any) -> None:
    tagged = run(mltui__stage="other")
    assert JobsTold(workspace).of(tagged) is tagged
    assert stage_said(tagged) == ("other", RECORDER)


@pytest.mark.parametrize("other", [run(start=1_000), run(start=5_001), run(start=None), replace(run(), tags={})])
def test_a_run_of_no_step_or_of_no_job_is_left_alone(workspace: Any, other: Run) -> None:
    assert JobsTold(workspace).of(other) is other


def test_a_run_of_a_job_that_is_gone_is_left_alone(workspace: Any) -> None:
    other = replace(run(), tags={"mltui.job": "20200101-000000-ffff"})
    assert JobsTold(workspace).of(other) is other


def test_the_mark_moves_when_a_step_ends(workspace: Any) -> None:
    import os

    before = jobs_mark(workspace)
    assert jobs_mark(workspace) == before
    os.utime(workspace.folder / "state.json", (1, 1))
    assert jobs_mark(workspace) != before
    assert jobs_mark(cast("Any", SimpleNamespace())) is None


def test_a_step_has_begun_a_little_before_it_is_said() -> None:
    one = job(Path("/x/y/z"), steps=(JobStep("train", "running", 2_000),))
    assert step_at(one, 1_960) is not None
    assert step_at(one, 1_000) is None
    assert step_at(one, 10**15) is not None


def test_steps_that_nobody_foresaw_stand_behind_and_are_told_by_their_time() -> None:
    steps = (JobStep("evaluate", "running", 5_000), JobStep("prepare", "done", 1_000, 2_000))
    found = [step_at(job(Path("/x/y/z"), steps=steps), at) for at in (1_500, 3_000, 6_000)]
    assert [step.address if step else None for step in found] == ["prepare", None, "evaluate"]


def test_an_address_is_told_from_the_projects_root_and_as_dvc_says_it() -> None:
    assert (whole("train", ""), own("train", "")) == ("train", "train")
    for short, told in (("train", "sub/dvc.yaml:train"), ("deep/dvc.yaml:train", "sub/deep/dvc.yaml:train")):
        assert whole(short, "sub") == whole(told, "sub") == told
        assert own(told, "sub") == own(short, "sub") == short


def test_of_two_dvc_projects_each_job_tells_its_own_stages(workspace: Any) -> None:
    """The runner writes DVC's addresses; a stage of that name in the root is another one."""
    document = json.loads((workspace.folder / "spec.json").read_text())
    document.update(inside="sub", stages=["train", "evaluate"])
    (workspace.folder / "spec.json").write_text(json.dumps(document))
    found = workspace.jobs.one(ID)
    assert found.spec.stages == ("sub/dvc.yaml:train", "sub/dvc.yaml:evaluate")
    assert [step.address for step in found.steps] == ["sub/dvc.yaml:prepare", "sub/dvc.yaml:train"]
    assert stage_said(JobsTold(workspace).of(run())) == ("sub/dvc.yaml:train", JOB)
    assert JobLocks(found, workspace.project, workspace.runner).entry("sub/dvc.yaml:train")["deps"]


def test_what_a_job_made(workspace: Any) -> None:
    before = replace(run("old", start=100), tags={"mltui.stage": "train"})
    workspace.logged += [run(), run("other", start=3_000, mltui__job="another"), before]
    found = made(workspace, workspace.jobs.one(ID), workspace.pipeline.remembered().stages)
    assert [(each.run.run_id, each.stage) for each in found.runs] == [("r1", "train")]
    assert found.runs[0].former is before
    (metric,) = found.metrics
    assert (metric.path, metric.key, metric.before, metric.after, metric.delta) == (
        "src/metrics.json",
        "auc",
        None,
        0.9,
        None,
    )


def test_a_metrics_file_that_is_another_one_by_now_is_not_the_jobs(workspace: Any) -> None:
    (workspace.project.root / "src" / "metrics.json").write_text('{"auc": 0.1}')
    found = made(workspace, workspace.jobs.one(ID), workspace.pipeline.remembered().stages)
    assert found.metrics == ()
    assert found.notes == ("src/metrics.json is not what the job made any more",)
