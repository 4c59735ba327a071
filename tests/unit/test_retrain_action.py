"""The action of a retrain: what it shows, when it refuses, and the job that it starts."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mltui.actions.gateway import Gateway
from mltui.actions.jobs.starting import start_job
from mltui.actions.jobs.stop import Stop
from mltui.actions.jobs.stoppable import Target
from mltui.actions.retrain import Retrain
from mltui.config import Config
from mltui.errors import ReadOnly, Refused, Unanswered
from mltui.model.dvc import Entry, Pipeline, Stage
from mltui.model.job import Job, JobSpec
from mltui.model.journal import JournalEntry, Who
from mltui.model.retrain import Asked, Obstacle, PlannedStage, RetrainPlan
from mltui.sources.jobs.source import JobsSource
from mltui.sources.journal.finding import find_out
from mltui.sources.places import Project, state_dirs
from mltui.sources.recorder import Recorder
from mltui.sources.retrain.elsewhere import CHILDREN
from mltui.sources.runner import Done, ProcessRunner

SHA = "a" * 40


class NoJournal:
    """Notes nothing."""

    def intend(self, action: object) -> str:
        return ""

    def ended(self, entry: str, outcome: object) -> str | None:
        return None


class GitOnly:
    """Answers git: a revision that there is, and a difference."""

    def __init__(self, diff: bytes = b"", *, author: bool = True) -> None:
        self.diff, self.author = diff, author

    def run(self, argv: Any, **_: Any) -> Done:
        if "config" in argv:
            return Done(tuple(argv), 0 if self.author or argv[-1] == "user.name" else 1, b"", "", 0.0)
        if "rev-parse" in argv:
            known = argv[-1] == "v1^{commit}"
            return Done(tuple(argv), 0 if known else 1, f"{SHA}\n".encode() if known else b"", "", 0.0)
        return Done(tuple(argv), 0, self.diff if "diff" in argv else b"", "", 0.0)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr("mltui.sources.recorder.recorder", lambda *_: Recorder("python", None, ""))
    monkeypatch.delenv("MLFLOW_RUN_CONTEXT", raising=False)
    monkeypatch.setenv("MLTUI_USER", "ada")
    outs = Stage("train", "dvc.yaml", "train", "stale", outs=(Entry("models"),))
    return SimpleNamespace(
        project=Project(tmp_path, tmp_path, tmp_path / ".git", tmp_path / ".git"),
        config=Config(python=sys.executable, executors={"box": {"kind": "local", "nice": 5}}),
        runner=GitOnly(),
        pipeline=SimpleNamespace(remembered=lambda: Pipeline(stages=(outs,))),
    )


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[JobSpec]:
    """Nothing is started: the specs that would be."""
    specs: list[JobSpec] = []

    def start(_project: Any, _executor: Any, spec: JobSpec) -> Job:
        specs.append(spec)
        return Job(spec, "/jobs/x", "queued", waits_for="job 20261129-080000-aaaa")

    monkeypatch.setattr("mltui.actions.jobs.starting.start_job", start)
    monkeypatch.setattr("mltui.actions.executors.local.Local.refusal", lambda *_: None)
    return specs


def plan(tmp_path: Path, **more: Any) -> RetrainPlan:
    known = {
        "asked": Asked(),
        "mode": "in place",
        "executor": "local",
        "kind": "local",
        "command": ("/venv/bin/dvc", "repro", "train"),
        "cwd": str(tmp_path),
        "stages": (PlannedStage("train", "forced", "no"),),
        "commit": SHA,
        "branch": "main",
    }
    return RetrainPlan(**{**known, **more})


def job_of(action: Retrain, started: list[JobSpec]) -> JobSpec:
    outcome = Gateway(Config(), NoJournal()).perform(action, lambda: True)
    assert outcome is not None
    assert outcome.state == "done", outcome
    return started[-1]


def test_what_runs_elsewhere_is_shown_as_it_runs_there(workspace: Any, tmp_path: Path) -> None:
    far = plan(
        tmp_path,
        mode="remote",
        asked=Asked(overrides=("lr=0.05", "a=b c"), force=True),
        command=("dvc", "repro", "--pull", "--allow-missing", "--force"),
    )
    (said,) = Retrain(far, workspace).commands()
    command, _, comment = said.partition("  # ")
    assert command == "dvc repro --pull --allow-missing --force"
    first = "first DVC sets lr=0.05 a=b c in its params, then dvc pull --allow-missing"
    assert comment == f"in a worktree of its own there: {first}"


def test_what_became_of_one_that_nobody_noted_is_told_from_its_job(workspace: Any, tmp_path: Path) -> None:
    """mltui was killed between the intent and the outcome: the job may run all the same."""
    action = Retrain(plan(tmp_path), workspace)
    who = Who("ada", "MLTUI_USER", "ada", "here")
    entry = JournalEntry("e", 0, action.name, action.title, who, action.note, (), 1, "")
    assert find_out(workspace.project, entry) == (f"there is no job {action.job_id}: nothing was started",)
    folder = state_dirs(workspace.project)[0] / "jobs" / action.job_id
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps({"schema": 1, "id": action.job_id}))
    (folder / "state.json").write_text(json.dumps({"state": "failed", "failed_stage": "train"}))
    assert find_out(workspace.project, entry) == (f"job {action.job_id} is there, and failed: stage train failed",)
    job = JobsSource(workspace.project).one(action.job_id)
    stop = Stop(Target(job=job), workspace, grace=1)
    (told,) = find_out(workspace.project, replace(entry, action=stop.name, note=stop.note))
    assert told.startswith(f"job {job.id} is there")


def test_the_job_is_what_was_shown(workspace: Any, tmp_path: Path, started: list[JobSpec]) -> None:
    asked = Asked(targets=("train",), overrides=(), force=True)
    action = Retrain(plan(tmp_path, asked=asked, env={"MLFLOW_TRACKING_URI": "sqlite:////x y.db"}), workspace)
    assert action.commands() == [
        f"cd {tmp_path} && env MLFLOW_TRACKING_URI='sqlite:////x y.db' /venv/bin/dvc repro train"
    ]
    spec = job_of(action, started)
    assert spec.id == action.job_id
    assert (spec.argv, spec.cwd, spec.mode, spec.force, spec.who) == (
        ("/venv/bin/dvc", "repro", "train"), str(tmp_path), "in place", True, "ada",
    )  # fmt: skip
    assert spec.title == action.title == "retrain train"
    assert spec.env["MLFLOW_TRACKING_URI"] == "sqlite:////x y.db"
    assert spec.env["DVC_NO_ANALYTICS"] == "1"


def test_the_outcome_names_the_job_and_what_it_waits_for(
    workspace: Any, tmp_path: Path, started: list[JobSpec]
) -> None:
    action = Retrain(plan(tmp_path), workspace)
    outcome = action.act(lambda *_: None)
    assert outcome.summary == f"job {action.job_id} was started; it waits for job 20261129-080000-aaaa"
    assert outcome.left == (f"mltui jobs {action.job_id} shows it",)


def test_where_there_is_no_recorder_the_job_says_whether_the_worktree_was_dirty(
    workspace: Any, tmp_path: Path, started: list[JobSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_CONTEXT", '{"team": "blue"}')
    workspace.runner = GitOnly(b"a difference")
    tags = json.loads(job_of(Retrain(plan(tmp_path), workspace), started).env["MLFLOW_RUN_CONTEXT"] or "")
    assert tags == {
        "team": "blue",
        "mltui.dirty": "true",
        "mltui.diff_sha1": hashlib.sha1(b"a difference").hexdigest(),
    }
    monkeypatch.setattr("mltui.sources.recorder.recorder", lambda *_: Recorder("python", "1.0", ""))
    assert "MLFLOW_RUN_CONTEXT" not in job_of(Retrain(plan(tmp_path), workspace), started).env


def test_in_another_directory_the_command_is_the_childs_and_shown_whole(
    workspace: Any, tmp_path: Path, started: list[JobSpec]
) -> None:
    asked = Asked(overrides=("lr=0.1",), collect=True)
    made = plan(
        tmp_path,
        mode="isolated",
        asked=asked,
        links=("raw data",),
        command=("/venv/bin/dvc", "exp", "run", "--temp"),
    )
    action = Retrain(made, workspace)
    command = (
        f"{sys.executable} {CHILDREN['isolated']} --state {tmp_path}/.git/mltui "
        "--link 'raw data' --collect -- exp run --temp"
    )
    assert action.commands() == [f"cd {tmp_path} && {command}"]
    assert job_of(action, started).links == ("raw data",)
    assert Retrain(action.plan, workspace).plan == action.plan  # the preview may have completed it


def test_another_commit_is_named_by_its_full_id(workspace: Any, tmp_path: Path, started: list[JobSpec]) -> None:
    made = plan(tmp_path, mode="rev", asked=Asked(rev="v1"), command=("python", "-m", "dvc", "repro"))
    spec = job_of(Retrain(made, workspace), started)
    assert spec.argv[-4:] == ("--rev", SHA, "--", "repro")
    assert json.loads(spec.env["MLFLOW_RUN_CONTEXT"] or "") == {"mltui.dirty": "false"}

    refused = Retrain(replace(made, asked=Asked(rev="v9")), workspace).refusal()
    assert refused is not None
    assert refused.summary == "v9 names no commit of this clone"


@pytest.mark.parametrize(
    ("links", "said"),
    [
        (("models/",), "isolated.link names models/, but models is an out: the job would write into the worktree"),
        (("models/best",), "isolated.link names models/best, but models is an out: the job would write"),
        (("../data",), "isolated.link names ../data, which is not in the project"),
    ],
)
def test_links_that_would_let_a_job_write_into_the_worktree_are_refused(
    workspace: Any, tmp_path: Path, links: tuple[str, ...], said: str
) -> None:
    refused = Retrain(plan(tmp_path, mode="isolated", links=links), workspace).refusal()
    assert refused is not None
    assert refused.summary.startswith(said)


def test_an_experiment_that_nobody_could_be_the_author_of_is_refused_before_it_ran(
    workspace: Any, tmp_path: Path
) -> None:
    workspace.runner = GitOnly(author=False)
    refused = Retrain(plan(tmp_path, mode="isolated"), workspace).refusal()
    assert refused is not None
    assert refused.summary == "dvc exp run makes a commit, and git has no user.email"


def test_a_cluster_that_can_not_be_asked_refuses_with_what_to_look_at(
    workspace: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the real sinfo, which knows of no controller; where Slurm is not installed the shell says so."""
    (tmp_path / "slurm.conf").write_text("")
    monkeypatch.setenv("SLURM_CONF", str(tmp_path / "slurm.conf"))
    workspace.runner = ProcessRunner()
    workspace.config = Config(executors={"cluster": {"kind": "slurm"}})
    action = Retrain(plan(tmp_path, executor="cluster", kind="slurm"), workspace)
    refused = action.refusal()
    assert refused is not None
    assert (refused.summary.startswith("Slurm: "), "fatal:" in refused.summary) == (True, False), refused.summary
    assert refused.hint == "sinfo tells whether its controller is up"
    with pytest.raises(Refused) as started:  # it went between the look and the start
        start_job(workspace.project, action._executor, JobSpec("x", "", 0, "cluster", "slurm", "in place", ("a",), "/"))
    assert started.value.hint == refused.hint


def test_what_stands_in_the_way_refuses(workspace: Any, tmp_path: Path, started: list[JobSpec]) -> None:
    stands = plan(tmp_path, obstacles=(Obstacle("a cycle", "take it out"),))
    assert Retrain(stands, workspace).commands() == ()
    with pytest.raises(Refused, match="a cycle"):
        Gateway(Config(), NoJournal()).perform(Retrain(stands, workspace), lambda: True)
    with pytest.raises(Refused, match="nothing to do"):
        Gateway(Config(), NoJournal()).perform(Retrain(plan(tmp_path, stages=()), workspace), lambda: True)
    with pytest.raises(Refused, match="no executor gone is configured"):
        Gateway(Config(), NoJournal()).perform(Retrain(plan(tmp_path, executor="gone"), workspace), lambda: True)
    with pytest.raises(ReadOnly):
        Gateway(Config(read_only=True), NoJournal()).perform(Retrain(plan(tmp_path), workspace), lambda: True)
    assert started == []


def test_an_executors_settings_go_with_the_job(workspace: Any, tmp_path: Path, started: list[JobSpec]) -> None:
    spec = job_of(Retrain(plan(tmp_path, executor="box"), workspace), started)
    assert dict(spec.options) == {"nice": 5}


def test_an_engine_that_refuses_midway_is_a_failure_that_says_so(
    workspace: Any, tmp_path: Path, started: list[JobSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Job:
        raise Refused("the disk is full", "make room")

    monkeypatch.setattr("mltui.actions.jobs.starting.start_job", refuse)
    outcome = Retrain(plan(tmp_path), workspace).act(lambda *_: None)
    assert (outcome.state, outcome.summary, outcome.left) == (
        "failed", "retrain train: the disk is full", ("make room",),
    )  # fmt: skip


def test_a_start_that_was_not_answered_is_an_outcome_that_nobody_knows(
    workspace: Any, tmp_path: Path, started: list[JobSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: Any) -> Job:
        raise Unanswered("the connection was closed")

    monkeypatch.setattr("mltui.actions.jobs.starting.start_job", cut_off)
    action = Retrain(plan(tmp_path), workspace)
    outcome = action.act(lambda *_: None)
    assert (outcome.state, outcome.summary) == ("unknown", "retrain train: the connection was closed")
    assert outcome.left[0] == f"mltui jobs {action.job_id} tells whether it began"
