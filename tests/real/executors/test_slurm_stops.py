"""A stop of a job in Slurm that comes at an odd moment: while it is sent, prepared, set up, killed once, just ended."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.real.executors import engines_far as engines
from tests.real.executors.engines import Engine
from tests.real.executors.every_engine import ENGINES
from tests.real.executors.training_project import git, let, trainings, until

from mltui.actions.executors.port import Place
from mltui.actions.executors.record import keep
from mltui.actions.executors.slurm import Slurm
from mltui.actions.jobs.starting import write_json
from mltui.errors import SourceError
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import spec_document
from mltui.sources.jobs.source import read_job
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real

#: Writes each interrupt down that it hears, and takes its time after the first.
HEARS = """
import signal, time

def heard(*_):
    with open("heard.txt", "a") as file:
        file.write("INT ")

signal.signal(signal.SIGINT, heard)
print("step 1", flush=True)
while not __import__("os").path.exists("end"):
    time.sleep(0.1)
raise SystemExit(1)
"""
#: A python whose runner is slow to pass a stop on, as on a busy node: longer than a stop waits to be heard.
SLOW = '#!/bin/sh\ncase "$2" in cancel) sleep 12;; esac\nexec {python} "$@"\n'


@pytest.fixture
def engine(root: Path) -> Iterator[Engine]:
    with engines.slurm(root) as engine:
        yield engine


def _another(engine: Engine, **options: object) -> Slurm:
    """The executor as another mltui has it."""
    return Slurm(Place(engine.project, ProcessRunner(), "cluster", options))


def _at_work(engine: Engine, job: Job) -> Job:
    until(lambda: b"step 1" in engine.log(job))
    until(lambda: engine.now(job).pid is not None)
    return engine.now(job)


def _ended(engine: Engine, job: Job) -> Job:
    until(lambda: engine.now(job).ended)
    return engine.now(job)


def _written_down(engine: Engine) -> tuple[JobSpec, Path, Job]:
    """A job that is being made ready: it has its files here, and Slurm knows nothing of it."""
    spec = engine.spec()
    directory = engine.root / ".git/mltui/jobs" / spec.id
    directory.mkdir(parents=True)
    write_json(directory / "spec.json", spec_document(spec))
    job = read_job(directory)
    assert job is not None and job.handle == ""
    return spec, directory, job


@pytest.mark.parametrize("name", ["slurm", "slurm-over-ssh"])
def test_a_job_that_is_stopped_while_it_is_made_ready_is_not_sent(root: Path, name: str) -> None:
    with ENGINES[name](root) as engine:
        spec, directory, job = _written_down(engine)
        assert engine.executor.cancel(job, "INT").signalled == ()
        assert not engine.now(job).ended
        with pytest.raises(SourceError, match="stopped before it was sent"):
            engine.executor.submit(spec, directory)
        assert engine.now(job).state == "stopped"
        assert f"mltui-{spec.id}" not in engines.cluster().ask("squeue", "--states=all", "-h", "-o", "%j")
        assert len(git(engine.works_in, "worktree", "list").splitlines()) == 1


def test_a_job_that_is_made_ready_is_not_taken_for_another_one(engine: Engine) -> None:
    let(engine.root, "fails")
    _ended(engine, engine.submit())
    _, directory, job = _written_down(engine)
    assert engine.now(job) == job and not (directory / "state.json").exists()


def test_a_job_whose_number_nobody_wrote_down_is_known_by_its_name(engine: Engine) -> None:
    """Whoever sent it was killed before he heard its number."""
    let(engine.root, "steps")
    job = _at_work(engine, engine.submit())
    (Path(job.directory) / "handle.json").unlink()
    nameless = replace(job, handle="")
    assert (engine.now(nameless).state, engine.now(nameless).handle) == ("running", job.handle)
    assert engine.executor.cancel(nameless, "INT").signalled
    assert _ended(engine, nameless).state == "stopped" and trainings(engine.root) == []


def test_slurm_ends_a_job_that_is_killed_twice_whoever_asks(engine: Engine) -> None:
    """Its runner hangs: nothing but Slurm can end it."""
    let(engine.root, "steps")
    job = _at_work(engine, engine.submit())
    assert job.pid is not None
    os.kill(job.pid, signal.SIGSTOP)
    assert _another(engine).cancel(job, "KILL").signalled
    assert not engine.now(job).ended
    assert _another(engine).cancel(job, "INT").said != (f"scancel {job.handle}",), "softly first, as ever"
    assert _another(engine).cancel(job, "KILL").said == (f"scancel {job.handle}",)
    assert _ended(engine, job).state == "stopped"
    until(lambda: trainings(engine.root) == [])


def test_a_kill_does_not_wait_for_a_node_that_is_being_prepared(engine: Engine) -> None:
    with engines.cluster().preparing():
        job = engine.submit()
        until(lambda: engines.cluster().ask("squeue", "-h", "-o", "%T", "-j", job.handle).strip() == "RUNNING")
        assert engine.executor.cancel(job, "KILL").said == (f"scancel {job.handle}",)
        until(lambda: engines.cluster().ask("squeue", "-h", "-o", "%T", "-j", job.handle).strip() == "COMPLETING")
        assert engine.executor.cancel(job, "INT").said == (f"job {job.handle} has ended in Slurm",)
    assert _ended(engine, job).state == "stopped" and engine.log(job) == b""


def test_what_somebody_cancels_while_it_is_set_up_does_not_begin(engine: Engine) -> None:
    engine.executor = _another(engine, setup='[ -z "$SLURM_JOB_ID" ] || { touch set-up; sleep 600; }')
    job = engine.submit()
    until((engine.root / "set-up").exists)
    engines.cluster().ask("scancel", job.handle)
    ended = _ended(engine, job)
    assert ended.state == "stopped" and ended.start is None and ended.pid is None, ended


def test_a_training_whose_runner_is_slow_to_hear_is_interrupted_once(engine: Engine, tmp_path: Path) -> None:
    slow = tmp_path / "python"
    slow.write_text(SLOW.format(python=sys.executable))
    slow.chmod(0o700)
    (engine.root / "train.py").write_text(HEARS)
    engine.executor = _another(engine, python=str(slow))
    job = _at_work(engine, engine.submit())
    assert engine.executor.cancel(job, "INT").signalled
    until(lambda: engine.now(job).state == "stopping")
    until(lambda: (engine.root / "heard.txt").exists() and (engine.root / "heard.txt").read_text())
    size = (Path(job.directory) / "signalled.json").stat().st_size
    assert size and (engine.root / "heard.txt").read_text() == "INT "
    (engine.root / "end").touch()
    assert _ended(engine, job).state == "stopped" and (engine.root / "heard.txt").read_text() == "INT "


def test_a_runner_whose_state_somebody_wrote_over_writes_it_again(engine: Engine) -> None:
    """Who looked just before it began keeps what he saw just after."""
    let(engine.root, "steps")
    submitted = engine.submit()
    job = _at_work(engine, submitted)
    keep(replace(submitted, pid=None, state="queued", waits_for="Slurm: begins on a node"))
    until(lambda: engine.now(submitted).pid == job.pid)
    assert engine.now(submitted).state == "running"
    engine.executor.cancel(job, "KILL")
    _ended(engine, job)


def test_what_a_job_leaves_that_was_taken_back_is_said(root: Path) -> None:
    with engines.slurm_over_ssh(root) as engine:
        with engines.cluster().preparing():
            job = engine.submit()
            engines.cluster().ask("scancel", job.handle)
        ended = _ended(engine, job)
        (note,) = ended.notes[1:]
        assert ended.state == "stopped" and note.startswith("its worktree is kept: "), ended
        assert note.endswith(f"mltui clean {job.id} takes it away")
