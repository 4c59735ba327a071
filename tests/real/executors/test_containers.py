"""Trainings in real containers: a stop ends them, softly first, and none is left."""

from __future__ import annotations

import os
import shlex
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real import container_engines
from tests.real.container_engines import IMAGE, Containers
from tests.real.executors.conftest import LONG
from tests.real.executors.engines import Engine
from tests.real.executors.engines_here import local
from tests.real.executors.training_project import git, until

from mltui.actions.gateway import gateway_of
from mltui.actions.jobs import stop
from mltui.actions.jobs.stop import Stop
from mltui.actions.jobs.stoppable import Target
from mltui.actions.opening import open_workspace
from mltui.model.job import Job
from mltui.model.outcome import Outcome

pytestmark = pytest.mark.real

#: Writes each signal down that it hears, and ends a moment after the first. `minds` is there once it does: before that
#: the first process of a container hears nothing, and what began it may have printed already.
HEARS = """
heard() { echo $1 >> heard.txt; sleep 0.5; echo ended >> heard.txt; exit 1; }
trap 'heard INT' INT
trap 'heard TERM' TERM
touch minds
echo step 1
while :; do sleep 0.1; done
"""
#: The same at once, and takes long enough for a second signal to come.
SLOWLY = HEARS.replace("sleep 0.5", "sleep 5").replace("while :; do sleep 0.1; done", "sleep 600 & wait")
DEAF = "trap '' INT TERM\ntouch minds\necho step 1\nwhile :; do sleep 0.1; done\n"
#: How a stage starts one. `{run}` is ``podman run`` with what every container here has.
WAYS = {
    "attached": "{run} --rm {image}",
    "named": "{run} --rm --name {name} {image}",
    "detached and waited for": "id=$({run} -d {image}); {client} logs -f $id; {client} wait $id",
    "created and started": "id=$({create} {image}); {client} start --attach $id",
    "made only": "id=$({create} {image}); {client} init $id; echo step 1; sleep 600",
    "detached, its id printed": "{run} -d {image}; echo step 1; sleep 600",
}


@pytest.fixture(scope="module", params=["podman", "docker"])
def containers(request: pytest.FixtureRequest) -> Iterator[Containers]:
    with getattr(container_engines, request.param)() as found:
        yield found


@pytest.fixture
def engine(containers: Containers, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    for name, value in containers.environment.items():
        monkeypatch.setenv(name, value)
    with local(root) as engine:
        yield engine
    containers.clear()


def _running(engine: Engine, containers: Containers, way: str, script: str) -> Job:
    """A job whose stage starts a container `way`; it has begun its work."""
    root, client = engine.root, containers.client
    (root / "train.sh").write_text(script)
    run = f"{client} run --network=none -v {shlex.quote(str(root))}:/w -w /w"
    name = f"trainer-{os.getpid()}"
    create = run.replace(f"{client} run", f"{client} create")
    command = WAYS[way].format(run=run, create=create, client=client, name=name, image=f"{IMAGE} /bin/sh train.sh")
    stage = f"stages:\n  train:\n    cmd: {command}\n    deps: [train.sh]\n    outs: [model.txt]\n"
    (root / "dvc.yaml").write_text(stage)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "in a container")
    job = engine.submit(stages=("train",))
    there = containers.every if way == "made only" else (root / "minds").exists
    until(lambda: (b"step 1" in engine.log(job) and there()) or engine.now(job).ended)
    assert engine.now(job).state == "running", engine.log(job)
    return engine.now(job)


def _stopped(engine: Engine, job: Job, **given: object) -> Outcome:
    workspace = open_workspace(str(engine.root))
    try:
        action = Stop(Target(job=job), workspace, **given)  # type: ignore[arg-type]
        outcome = gateway_of(workspace).perform(action, lambda: True)
    finally:
        workspace.close()
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("way", [way for way in WAYS if way != "made only"])
def test_a_training_in_a_container_is_stopped_and_none_is_left(
    engine: Engine, containers: Containers, way: str
) -> None:
    job = _running(engine, containers, way, HEARS)
    outcome = _stopped(engine, job, grace=LONG)
    assert outcome.state == "done", outcome
    assert containers.running() == [], outcome
    assert "no process of it is left" in outcome.left
    heard = (engine.root / "heard.txt").read_text().split()
    assert len(heard) == 2 and heard[1] == "ended", f"asked once, and let end: {heard}"
    if "--rm" in WAYS[way]:
        until(lambda: containers.every() == [])


def test_one_that_was_made_and_not_started_is_taken_away(engine: Engine, containers: Containers) -> None:
    """As podman leaves it whose client is stopped in between: its monitor would wait for ever."""
    if containers.client != "podman":
        pytest.skip("docker has no such state")
    theirs = containers.ask("create", "--network=none", IMAGE, "/bin/sh").stdout.decode().strip()
    assert containers.ask("init", theirs).returncode == 0
    job = _running(engine, containers, "made only", HEARS)
    outcome = _stopped(engine, job, grace=LONG)
    assert outcome.state == "done", outcome
    assert containers.every() == [theirs], outcome


def test_one_whose_client_ends_itself_is_asked_once(engine: Engine, containers: Containers) -> None:
    """Docker's ``start --attach`` passes an interrupt on and is gone."""
    job = _running(engine, containers, "created and started", SLOWLY)
    engine.executor.cancel(job, "INT")
    until(lambda: engine.now(job).ended)
    assert containers.running() == []
    assert (engine.root / "heard.txt").read_text().split() == ["INT", "ended"]


@pytest.mark.parametrize("way", ["attached", "named", "detached, its id printed"])
def test_one_that_ignores_signals_is_killed_after_the_second_question(
    engine: Engine, containers: Containers, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop, "TERM_GRACE", 0.5)
    job = _running(engine, containers, way, DEAF)
    outcome = _stopped(engine, job, grace=0, kill=bool)
    assert outcome.state == "done", outcome
    assert containers.running() == [], outcome
    assert "no process of it is left" in outcome.left
    if "--rm" in WAYS[way]:
        until(lambda: containers.every() == [])


@pytest.mark.parametrize("way", ["attached", "detached, its id printed"])
def test_one_whose_runner_was_killed_is_stopped_too(engine: Engine, containers: Containers, way: str) -> None:
    job = _running(engine, containers, way, HEARS)
    assert job.pid is not None
    os.kill(job.pid, signal.SIGKILL)
    until(lambda: engine.now(job).state == "lost")
    outcome = _stopped(engine, engine.now(job), grace=LONG)
    assert outcome.state == "done", outcome
    assert containers.running() == [], outcome
    assert (engine.root / "heard.txt").read_text().split()[1] == "ended"
