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
from tests.real.executors.engines_here import QueueEngine, dvc_queue
from tests.real.executors.training_project import DVC, environment, git, let, trainings, until

from mltui.actions.executors.dvc_queue import DvcQueue
from mltui.actions.executors.port import Place
from mltui.sources.dvc.queue_processes import workers

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
    until(lambda: engine.now(job).ended, 120)
    ended = engine.now(job)
    assert (ended.state, ended.experiment) == ("finished", job.spec.experiment)
    assert ended.commit_made == git(engine.root, "rev-parse", f"refs/exps/{_spread(engine)}/{ended.experiment}").strip()
    assert b"sees the worker's" in engine.log(job), "DVC keeps no environment with an experiment"
    assert ("train", "done") in [(step.address, step.state) for step in ended.steps]


def test_a_job_has_its_own_environment_and_what_somebody_else_started_can_be_stopped(engine: QueueEngine) -> None:
    let(engine.root, "well again")
    first = engine.submit(env={"SEEN": "the job's", "DVC_NO_ANALYTICS": "1"})
    until(lambda: engine.now(first).ended, 120)
    assert b"sees the job's" in engine.log(first)
    assert engine.now(first).commit_made

    for pid in workers(engine.root):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    until(lambda: not workers(engine.root))
    let(engine.root, "forks")
    _started(engine)
    until(lambda: workers(engine.root))  # else mltui starts one of its own
    second = engine.submit()
    until(lambda: b"step 1" in engine.log(second) and engine.now(second).state == "running", 120)
    assert engine.executor.cancel(second, "INT").signalled
    until(lambda: engine.now(second).ended, 120)
    engine.executor.cancel(engine.now(second), "KILL")
    until(lambda: not trainings(engine.works_in))
    assert engine.now(second).state == "stopped"


def _spread(engine: QueueEngine) -> str:
    head = git(engine.root, "rev-parse", "HEAD").strip()
    return f"{head[:2]}/{head[2:]}"
