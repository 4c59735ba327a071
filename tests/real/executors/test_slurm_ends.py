"""What Slurm does to jobs besides: a job that waits, somebody else's scancel, a time limit, memory, a node's end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from tests.real.executors import engines_far as engines
from tests.real.executors.conftest import LONG
from tests.real.executors.engines import Engine
from tests.real.executors.training_project import let, trainings, until

from mltui.actions.executors.port import How, Place
from mltui.actions.executors.slurm import Slurm
from mltui.actions.gateway import gateway_of
from mltui.actions.jobs.stop import Stop
from mltui.actions.jobs.stoppable import Target
from mltui.actions.opening import open_workspace
from mltui.errors import Refused, Unreachable
from mltui.model.job import Job
from mltui.sources.runner import Done, ProcessRunner

pytestmark = pytest.mark.real


@pytest.fixture
def engine(root: Path) -> Iterator[Engine]:
    with engines.slurm(root) as engine:
        yield engine


def _with(engine: Engine, **options: object) -> Engine:
    """The same with other settings."""
    engine.executor = Slurm(Place(engine.project, ProcessRunner(), "cluster", options))
    return engine


def _at_work(engine: Engine, job: Job) -> Job:
    until(lambda: b"step 1" in engine.log(job))
    return engine.now(job)


def _ended(engine: Engine, job: Job) -> Job:
    until(lambda: engine.now(job).ended)
    return engine.now(job)


def test_a_job_that_slurm_lets_wait_says_why_and_can_be_taken_back(engine: Engine) -> None:
    job = _with(engine, time=600).submit()  # the partition allows 60 minutes
    until(lambda: engine.now(job).waits_for == "Slurm: PartitionTimeLimit")
    assert engine.now(job).state == "queued"
    assert engine.executor.cancel(job, "INT").said == (f"scancel {job.handle}",)
    ended = _ended(engine, job)
    assert ended.state == "stopped" and ended.start is None and trainings(engine.root) == []


class _Begins(ProcessRunner):
    """The door. A job that was held begins as soon as it was listed as one that waits, and is about to be cancelled."""

    held = ""

    def run(self, argv: Any, **given: Any) -> Done:
        if self.held and any("scancel" in word for word in argv):
            engines.cluster().ask("scontrol", "release", self.held)
            self.begun()
            self.held = ""
        return super().run(argv, **given)

    def begun(self) -> None:
        """Wait until it trains."""


def test_a_job_that_begins_while_it_is_taken_back_is_interrupted_softly(engine: Engine) -> None:
    """What takes back one that waits terminates one that runs."""
    let(engine.root, "cleans")
    door = _Begins()
    engine.executor = Slurm(Place(engine.project, door, "cluster", {"sbatch": ["--hold"]}))
    job = engine.submit()
    until(lambda: engine.now(job).state == "queued" and "Held" in engine.now(job).waits_for)
    door.begun = lambda: until(lambda: b"step 1" in engine.log(job), 120)  # type: ignore[method-assign]
    door.held = job.handle
    said = engine.executor.cancel(job, "INT").said
    assert not door.held and said != (f"scancel {job.handle}",)
    assert _ended(engine, job).state == "stopped"
    assert b"interrupted at" in engine.log(job)


def _there(engine: Engine, job: Job) -> None:
    until(lambda: engines.cluster().ask("squeue", "-h", "-o", "%T", "-j", job.handle).strip() == "RUNNING")


@pytest.mark.parametrize("how", get_args(How))
def test_a_job_whose_node_is_being_prepared_can_be_stopped(engine: Engine, how: How) -> None:
    """Slurm says it runs, and drops what signals it gets."""
    let(engine.root, "steps")
    with engines.cluster().preparing():
        job = engine.submit()
        _there(engine, job)
        assert not engine.now(job).ended
        engine.executor.cancel(job, how)
    ended = _ended(engine, job)
    assert ended.state == "stopped" and ended.start is None and engine.log(job) == b"", ended


@pytest.mark.parametrize("how", get_args(How))
def test_a_job_whose_setup_takes_long_can_be_stopped(engine: Engine, how: How) -> None:
    let(engine.root, "steps")
    waits = "touch set-up; while [ ! -e go-on ]; do sleep 0.1; done"
    job = _with(engine, setup=f'[ -z "$SLURM_JOB_ID" ] || {{ {waits}; }}').submit()
    until((engine.root / "set-up").exists)
    engine.executor.cancel(job, how)
    (engine.root / "go-on").touch()
    ended = _ended(engine, job)
    assert ended.state == "stopped" and ended.start is None and engine.log(job) == b"", ended


def test_what_slurm_refuses_is_refused_and_nothing_is_left(engine: Engine) -> None:
    with pytest.raises(Refused, match="partition"):
        _with(engine, partition="nowhere").submit()
    assert list((engine.root / ".git/mltui/jobs").iterdir()) == []


def test_a_job_that_somebody_cancels_is_stopped(engine: Engine) -> None:
    let(engine.root, "forks")
    job = _at_work(engine, engine.submit())
    engines.cluster().ask("scancel", job.handle)
    ended = _ended(engine, job)
    assert ended.state == "stopped" and "cancelled in Slurm (scancel)" in ended.notes, ended
    until(lambda: trainings(engine.root) == [])


def test_a_job_that_somebody_cancels_and_that_ignores_it_is_stopped(engine: Engine) -> None:
    let(engine.root, "stubborn")
    job = _at_work(engine, engine.submit())
    engines.cluster().ask("scancel", job.handle)
    ended = _ended(engine, job)
    assert ended.state == "stopped" and "cancelled in Slurm (scancel)" in ended.notes, ended
    until(lambda: trainings(engine.root) == [])


def test_a_job_whose_runner_is_killed_is_what_slurm_says(engine: Engine) -> None:
    let(engine.root, "steps")
    job = _at_work(engine, engine.submit())
    assert job.pid is not None
    os.kill(job.pid, signal.SIGKILL)
    ended = _ended(engine, job)
    assert ended.state == "failed" and any("did not say how it ended" in note for note in ended.notes), ended
    until(lambda: trainings(engine.root) == [])


def test_a_stop_tells_of_the_worktree_that_the_node_worked_in(engine: Engine) -> None:
    let(engine.root, "steps")
    job = _at_work(engine, engine.submit())
    workspace = open_workspace(str(engine.root))
    try:
        outcome = gateway_of(workspace).perform(Stop(Target(job=job), workspace, grace=LONG), lambda: True)
    finally:
        workspace.close()
    assert outcome is not None and outcome.state == "done", outcome
    left = "\n".join(outcome.left)
    assert "main and HEAD" in left and "as before" in left and "no refs/exps/exec" in left, left
    assert "no lock of DVC is held on this host" in left
    assert f"mltui restore {job.id}" in left or "no file that git sees differs" in left
    assert trainings(engine.root) == []


def test_a_controller_that_is_down_leaves_the_job_as_it_was(engine: Engine) -> None:
    let(engine.root, "steps")
    job = _at_work(engine, engine.submit())
    with engines.without(engines.cluster()), pytest.raises(Unreachable):
        engine.now(job)
    assert engine.now(job).state == "running"
