"""What only DVC's queue has: workers, ours and somebody else's, and none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.real.executors.engines_here import QueueEngine, dvc_queue, killed
from tests.real.executors.training_project import DVC, environment, git, let, trainings, until

from mltui.actions.executors.dvc_queue import DvcQueue
from mltui.actions.executors.port import Place
from mltui.actions.jobs.following import follow
from mltui.cli.exits import OK
from mltui.cli.retrain_wait import follow as wait
from mltui.config import Config
from mltui.model.job import Job
from mltui.sources.dvc.queue_processes import has_worker, workers
from mltui.sources.jobs.source import JobsSource
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real


@pytest.fixture
def engine(root: Path) -> Iterator[QueueEngine]:
    """The queue, with a training that says what is in its environment."""
    script = (root / "train.py").read_text().replace("kind = ", 'print("sees", os.environ.get("SEEN"))\nkind = ', 1)
    (root / "train.py").write_text(script)
    git(root, "commit", "-qam", "it says what it sees")
    with dvc_queue(root) as engine:
        assert isinstance(engine, QueueEngine)
        yield engine


def _started(engine: QueueEngine) -> None:
    """A worker as its user starts one, with an environment of their own."""
    nowhere, seen = subprocess.DEVNULL, {**environment(), "SEEN": "the worker's"}
    subprocess.run([DVC, "queue", "start"], cwd=engine.root, env=seen, stdout=nowhere, stderr=nowhere, check=True)


def test_without_a_worker_it_says_how_to_start_one_and_goes_on_when_that_is_done(engine: QueueEngine) -> None:
    let(engine.root, "well again")
    options = {"python": sys.executable, "jobs": 0}
    engine.executor = DvcQueue(Place(engine.project, engine.executor._place.runner, "dvc-queue", options))
    job = engine.submit(env={"SEEN": "the job's"})
    waiting = engine.now(job)
    assert waiting.state == "queued"
    assert "mltui exp start" in waiting.waits_for
    assert not workers(engine.root)

    _started(engine)
    until(lambda: engine.executor.warnings(engine.spec()))  # a worker writes its number down a moment later
    assert "GPU" in engine.executor.warnings(engine.spec())[0]
    until(lambda: engine.now(job).ended)
    ended = engine.now(job)
    assert (ended.state, ended.experiment) == ("finished", job.spec.experiment)
    assert ended.commit_made == git(engine.root, "rev-parse", f"refs/exps/{_spread(engine)}/{ended.experiment}").strip()
    assert b"sees the worker's" in engine.log(job), "DVC keeps no environment with an experiment"
    assert ("train", "done") in [(step.address, step.state) for step in ended.steps]


def test_a_job_has_its_own_environment_and_what_somebody_else_started_can_be_stopped(engine: QueueEngine) -> None:
    let(engine.root, "well again")
    first = engine.submit(env={"SEEN": "the job's", "DVC_NO_ANALYTICS": "1"})
    until(lambda: engine.now(first).ended)
    assert b"sees the job's" in engine.log(first)
    assert engine.now(first).commit_made

    killed(workers(engine.root))
    until(lambda: not workers(engine.root))
    let(engine.root, "forks")
    _started(engine)
    until(lambda: workers(engine.root))  # else mltui starts one of its own
    second = engine.submit()
    until(lambda: b"step 1" in engine.log(second) and engine.now(second).state == "running")
    assert engine.executor.cancel(second, "INT").signalled
    until(lambda: engine.now(second).ended)
    engine.executor.cancel(engine.now(second), "KILL")
    until(lambda: not trainings(engine.works_in))
    assert engine.now(second).state == "stopped"


def test_what_its_worker_has_to_bring_home_is_waited_for_and_the_end_of_its_command_not_forgotten(
    engine: QueueEngine,
) -> None:
    """Whoever followed it by its files saw the end of its command, and never asked what DVC made of it. Whoever had
    read it before, and asked after, wrote over that end that it ran: without a runner it was called lost for good."""
    let(engine.root, "well again")
    config = Config(python=sys.executable)
    jobs = JobsSource(engine.project)
    job = engine.submit()
    until(lambda: jobs.one(job.id).state == "running", 120)
    before = jobs.one(job.id)
    (worker,) = workers(engine.root)
    os.kill(worker, signal.SIGSTOP)  # it brings nothing home until it goes on
    try:
        (said,) = (engine.root / ".dvc" / "tmp" / "exps" / "celery").glob("dvc-exp-worker-*.json")
        said.rename(said.with_suffix(".aside"))
        assert has_worker(engine.root) and not workers(engine.root), "it is known by its command line, too"
        said.with_suffix(".aside").rename(said)
        until(lambda: jobs.one(job.id).state != "running", 120)
        for known in (before, jobs.one(job.id)):
            (now,), _ = follow(engine.project, engine.door, config, [known])
            assert (now.state, jobs.one(job.id).state) == ("running", "finished")
    finally:
        os.kill(worker, signal.SIGCONT)
    workspace = Workspace(engine.project, config)
    try:
        assert wait(workspace, job.id, quiet=True) == OK
    finally:
        workspace.close()
    made = git(engine.root, "rev-parse", f"refs/exps/{_spread(engine)}/{job.spec.experiment}").strip()
    assert jobs.one(job.id).commit_made == made

    for words in (("exp", "remove", job.spec.experiment), ("queue", "remove", "--success")):
        subprocess.run([DVC, *map(str, words)], cwd=engine.root, env=environment(), capture_output=True, check=True)
    assert engine.now(before).state == "finished", "that nothing is left of it does not make it lost"


def test_what_became_of_a_job_whose_runner_was_killed_its_queue_says(engine: QueueEngine) -> None:
    """Without its runner it is lost by its files; its worker notes that it failed. As long as its training lives on it
    can be stopped, and has not ended."""
    let(engine.root, "steps")
    config, jobs = Config(python=sys.executable), JobsSource(engine.project)
    job = engine.submit()
    until(lambda: b"step 1" in engine.log(job) and jobs.one(job.id).pid, 120)
    runner = jobs.one(job.id).pid
    assert runner is not None
    os.kill(runner, signal.SIGKILL)
    until(lambda: jobs.one(job.id).state == "lost")

    def now() -> Job:
        (found,), problems = follow(engine.project, engine.door, config, [jobs.one(job.id)])
        assert not problems
        return found

    until(lambda: now().state == "lost", 120)
    assert now().alive
    for pid in trainings(engine.works_in):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: now().state != "lost", 120)
    assert (now().state, jobs.one(job.id).state, now().alive) == ("failed", "failed", ())


def _spread(engine: QueueEngine) -> str:
    head = git(engine.root, "rev-parse", "HEAD").strip()
    return f"{head[:2]}/{head[2:]}"
