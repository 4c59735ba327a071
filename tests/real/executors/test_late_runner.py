"""A runner that gets no time for a while: what its job's stages logged meanwhile is told of the right ones."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.executors.engines import Engine
from tests.real.executors.engines_here import local
from tests.real.executors.training_project import git, until

from mltui.model.made import step_at
from mltui.sources.port import now_ms

pytestmark = pytest.mark.real

#: Says when it began, and waits at its door. The name comes last, so that who sees it can read it.
WAITS = """
import os, sys, time
name = sys.argv[1]
with open(f"{name}.part", "w") as file:
    file.write(str(int(time.time() * 1000)))
os.rename(f"{name}.part", f"{name}.begun")
while not os.path.exists(f"{name}.open"):
    time.sleep(0.02)
open(f"{name}.out", "w").close()
"""
STAGES = """
stages:
  first:
    cmd: python waits.py first
    outs: [first.out]
  second:
    cmd: python waits.py second
    deps: [first.out]
    outs: [second.out]
"""


@pytest.fixture
def engine(root: Path) -> Iterator[Engine]:
    (root / "waits.py").write_text(WAITS)
    (root / "dvc.yaml").write_text(STAGES)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "two that wait")
    with local(root) as engine:
        yield engine


def test_a_stage_that_began_while_its_runner_had_no_time_is_known_by_its_process(engine: Engine) -> None:
    """A run that the second one began with is no run of the first."""
    root = engine.root
    job = engine.submit(stages=("first", "second"))
    until((root / "first.begun").exists)
    until(lambda: engine.now(job).stage == "first")
    runner = engine.now(job).pid
    assert runner is not None
    os.kill(runner, signal.SIGSTOP)
    (root / "first.open").touch()
    until((root / "second.begun").exists)
    first, second = (int((root / f"{name}.begun").read_text()) for name in ("first", "second"))
    until(lambda: now_ms() > second + 500)  # longer than between two looks of a runner
    os.kill(runner, signal.SIGCONT)
    until(lambda: engine.now(job).stage == "second")
    found = [step_at(engine.now(job), at) for at in (first, second)]
    assert [step and step.address for step in found] == ["first", "second"]
    (root / "second.open").touch()
    until(lambda: engine.now(job).ended)
    ended = engine.now(job)
    assert ended.state == "finished", engine.log(job)
    assert [step and step.address for step in (step_at(ended, at) for at in (first, second))] == ["first", "second"]


def test_two_stages_of_which_its_runner_saw_nothing_are_not_mistaken_for_each_other(engine: Engine) -> None:
    root = engine.root
    text = STAGES.replace("waits.py first\n", "waits.py first\n    deps: [before.out]\n")
    (root / "dvc.yaml").write_text(text + "  before:\n    cmd: python waits.py before\n    outs: [before.out]\n")
    job = engine.submit(stages=("before", "first", "second"))
    until((root / "before.begun").exists)
    until(lambda: engine.now(job).stage == "before")
    runner = engine.now(job).pid
    assert runner is not None
    os.kill(runner, signal.SIGSTOP)
    (root / "before.open").touch()
    until((root / "first.begun").exists)
    until(lambda: now_ms() > int((root / "first.begun").read_text()) + 500)
    (root / "first.open").touch()
    until((root / "second.begun").exists)
    times = {name: int((root / f"{name}.begun").read_text()) for name in ("before", "first", "second")}
    until(lambda: now_ms() > times["second"] + 500)
    os.kill(runner, signal.SIGCONT)
    until(lambda: engine.now(job).stage == "second")
    (root / "second.open").touch()
    until(lambda: engine.now(job).ended)
    found = {name: step_at(engine.now(job), at) for name, at in times.items()}
    said = {name: step and step.address for name, step in found.items()}
    assert said["second"] == "second", "it ran when the runner looked again"
    for name in ("before", "first"):
        assert said[name] in (None, name), "which of the two ran when nobody can tell; it is none of the others"
