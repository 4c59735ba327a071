"""What an engine says of a job is written down by whoever asked: unless others were faster, and know more by then."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from mltui.actions.executors.port import Place
from mltui.actions.executors.record import keep
from mltui.actions.executors.slurm import Slurm
from mltui.actions.jobs import following, runner_stop
from mltui.actions.jobs.following import asked, follow
from mltui.actions.jobs.lost import settled
from mltui.config import Config
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import spec_document, state_document
from mltui.sources.jobs.source import read_job
from mltui.sources.json_files import read_json
from mltui.sources.places import Project
from mltui.sources.runner import Done, ProcessRunner


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """As somebody read it before he asked."""
    spec = JobSpec("1", "retrain", 0, "box", "ssh", "remote", ("dvc", "repro"), str(tmp_path))
    (tmp_path / "spec.json").write_text(json.dumps(spec_document(spec)))
    found = Job(spec, str(tmp_path), "running", start=1, pid=7, handle="/there/1")
    says(found)
    return found


def says(job: Job, **changes: Any) -> None:
    (Path(job.directory) / "state.json").write_text(json.dumps(state_document(replace(job, **changes))))


def state(job: Job) -> str:
    return str(read_json(Path(job.directory) / "state.json")["state"])


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Job, Callable[[Job], Job]], Job]:
    """Asks an engine, which answers with what `answer` makes of the job: that stands for the moment of the answer."""

    def ask(job: Job, answer: Callable[[Job], Job]) -> Job:
        engine = SimpleNamespace(kind=job.spec.kind, status=answer)
        monkeypatch.setattr(following, "executor_named", lambda *_: engine)
        return asked(Project(tmp_path, tmp_path), ProcessRunner(), Config(), job)

    return ask


def test_a_late_answer_does_not_undo_how_it_ended(job: Job, ask: Callable[..., Job]) -> None:
    """Another mltui asked later, was told first, and wrote it down; then `mltui clean` may have taken the rest away."""

    def answer(was: Job) -> Job:
        says(was, state="finished", end=9, commit_made="c" * 40)
        return replace(was, waits_for="Slurm")

    now = ask(job, answer)
    assert (now.state, now.commit_made, now.handle) == ("finished", "c" * 40, "/there/1")
    assert state(job) == "finished"


def test_what_is_gone_by_now_does_not_undo_how_it_ended(job: Job, ask: Callable[..., Job]) -> None:
    def answer(was: Job) -> Job:
        says(was, state="failed", end=9)
        return replace(was, state="lost")

    assert ask(job, answer).state == "failed" == state(job)


def test_an_answer_that_is_news_is_kept(job: Job, ask: Callable[..., Job]) -> None:
    assert ask(job, lambda was: replace(was, waits_for="Slurm")).waits_for == "Slurm"
    assert read_json(Path(job.directory) / "state.json")["waits_for"] == "Slurm"
    assert ask(job, lambda was: replace(was, state="finished", end=9)).state == "finished" == state(job)


def test_a_runner_that_began_meanwhile_is_not_written_over(job: Job) -> None:
    waits = replace(job, state="queued", start=None, pid=None, waits_for="Slurm: Priority")
    assert keep(waits).pid == 7
    assert state(job) == "running"
    ended = keep(replace(waits, state="failed", end=9))
    assert ended.state == "failed" == state(job), "its engine knows that it is over"


def test_what_was_lost_and_said_how_it_ended_is_not_settled_anew(job: Job) -> None:
    says(job, state="finished", end=9)
    assert settled(replace(job, state="lost")).state == "finished" == state(job)
    says(job)
    assert settled(replace(job, state="lost")).state == "stopped" == state(job)


def test_a_stop_for_a_job_that_slurm_does_not_know_yet_is_not_made_softer(job: Job, tmp_path: Path) -> None:
    runner_stop.ask(job.directory, {"how": "KILL", "at": 1})
    Slurm(Place(Project(tmp_path, tmp_path), ProcessRunner(), "slurm", {}))._wish_here(job, "INT")
    assert runner_stop.read(job.directory)["how"] == "KILL"


def test_a_job_that_begins_while_slurm_is_asked_does_not_wait(job: Job, tmp_path: Path) -> None:
    """Slurm has it as waiting, and by its files it runs. The door stands for the moment in which it began."""
    waits = replace(job, spec=replace(job.spec, kind="slurm", mode="in place"), state="queued", pid=None, handle="7")
    says(waits)

    class Cluster(ProcessRunner):
        states: ClassVar[list[str]] = ["PENDING", "RUNNING"]

        def run(self, argv: Any, **given: Any) -> Done:
            assert "squeue" in argv[-1]
            listed = {"jobs": [{"job_id": 7, "job_state": self.states.pop(0)}]}
            says(job, state="running", pid=7)
            return Done(tuple(argv), 0, json.dumps(listed).encode(), "", 0.0)

    now = Slurm(Place(Project(tmp_path, tmp_path), Cluster(), "slurm", {})).status(waits)
    assert (now.state, now.pid) == ("running", 7)


def test_a_directory_that_is_gone_is_no_error(job: Job, tmp_path: Path) -> None:
    gone = replace(job, directory=str(tmp_path / "gone"))
    assert keep(gone) is gone
    assert read_job(tmp_path / "gone") is None


@pytest.mark.parametrize(
    ("kind", "changes", "is_asked"),
    [
        ("ssh", {}, True),
        ("ssh", {"state": "finished", "experiment": "churn-a"}, False),
        ("local", {}, False),
        ("dvc-queue", {"state": "finished", "experiment": "churn-a"}, True),
        ("dvc-queue", {"state": "finished", "experiment": "churn-a", "commit_made": "c" * 40}, False),
        ("dvc-queue", {"state": "finished", "experiment": None}, False),
        ("dvc-queue", {"state": "failed", "experiment": "churn-a"}, False),
        ("dvc-queue", {"state": "lost", "experiment": "churn-a"}, True),
        ("dvc-queue", {"state": "lost", "experiment": "churn-a", "end": 9}, False),
        ("ssh", {"state": "lost"}, False),
    ],
)
def test_who_is_asked_about(
    job: Job,
    kind: str,
    changes: dict[str, Any],
    is_asked: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """What a worker of DVC's queue ran is not home when its command is over, and may not get there."""
    told = replace(job, spec=replace(job.spec, kind=kind), **changes)
    monkeypatch.setattr(following, "asked", lambda *given: replace(given[-1], notes=("asked",)))
    (now,), problems = follow(Project(tmp_path, tmp_path), ProcessRunner(), Config(), [told])
    assert not problems
    assert bool(now.notes) is is_asked
