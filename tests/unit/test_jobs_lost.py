"""A job whose runner is gone is lost, unless its runner said how it ended just before it went."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.jobs import runner
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import spec_document, state_document
from mltui.sources.jobs.source import STARTING, JobsSource, read_job, with_loss
from mltui.sources.json_files import read_json
from mltui.sources.places import Project, state_dirs
from mltui.sources.processes import host_name

#: Of a boot that is over: nothing of it runs.
GONE = "linux:another boot:1:1"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, tmp_path, tmp_path / ".git", tmp_path / ".git")


@pytest.fixture
def folder(project: Project) -> Path:
    made = state_dirs(project)[0] / "jobs" / "20261130-010203-1ca2"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def job(tmp_path: Path, folder: Path) -> Job:
    """As somebody read it while its runner was there."""
    spec = JobSpec(folder.name, "retrain", 0, "local", "local", "in place", ("dvc", "repro"), str(tmp_path))
    (folder / "spec.json").write_text(json.dumps(spec_document(spec)))
    found = Job(spec, str(folder), "stopping", start=1, pid=7, pid_start=GONE, host=host_name())
    says(found)
    return found


def says(job: Job, **changes: Any) -> None:
    (Path(job.directory) / "state.json").write_text(json.dumps(state_document(replace(job, **changes))))


def test_a_runner_that_went_without_a_word(job: Job, folder: Path) -> None:
    assert with_loss(job).state == "lost"


def test_a_runner_that_said_how_it_ended_after_the_job_was_read(job: Job, folder: Path) -> None:
    says(job, state="stopped", end=2)
    now = with_loss(replace(job, handle="7", experiment="churn-a"))
    assert (now.state, now.end, now.handle, now.experiment) == ("stopped", 2, "7", "churn-a")


def test_whoever_started_it_was_killed_after_a_runner_had_it(job: Job, folder: Path) -> None:
    """His note of starting it stays; the job was read before its runner began."""
    (folder / STARTING).write_text(json.dumps({"host": host_name(), "pid": 7, "start": GONE}))
    queued = replace(job, state="queued", pid=None)
    says(queued)
    assert with_loss(queued).state == "lost"
    says(queued, state="finished", pid=7, end=3)
    assert with_loss(queued).state == "finished"


def test_files_that_are_gone_are_a_lost_job(job: Job, folder: Path) -> None:
    (folder / "spec.json").unlink()
    assert with_loss(job).state == "lost"


def test_the_runner_asked_how_it_is_says_what_was_written_last(
    job: Job, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`lives` stands for the moment: the runner writes how it ended, and goes, after its state was read."""

    def lives(_pid: object, _start: str) -> bool:
        says(job, state="stopped", end=2)
        return False

    monkeypatch.setattr(runner.tree, "lives", lives)
    runner.status(str(folder))
    assert json.loads(capsys.readouterr().out)["state"] == "stopped"
    assert read_json(folder / "state.json")["state"] == "stopped"


def test_all_jobs_are_looked_at_alike(job: Job, folder: Path, project: Project) -> None:
    source = JobsSource(project)
    (first,) = source.load()
    assert first.state == "lost" and source.one(folder.name).state == "lost"
    says(job, state="stopped", end=2)
    (second,) = source.load()
    assert second.state == "stopped" == source.one(folder.name).state
    assert read_job(folder) == second
