"""That nothing of a job lives is said of all that lives: of what forks and ends while it is looked at, too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.jobs import runner_tree

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
FORKS = """
import subprocess, sys
print(flush=True)
sys.stdin.readline()
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True, stdout=2)
print(child.pid, flush=True)
"""


class Forking:
    """A process of the job *j* that leaves another one and ends, as soon as it is told."""

    def __init__(self) -> None:
        argv = (sys.executable, "-c", FORKS)
        env = {**os.environ, "MLTUI_JOB": "j"}
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)
        assert self.process.stdout is not None and self.process.stdout.readline()
        self.left = 0

    def ends(self, look: Callable[..., Any]) -> Callable[..., Any]:
        """`look`, which stands for the moment: before it looks at the process that is gone."""

        def looking(pid: int, *more: Any) -> Any:
            if pid == self.process.pid and not self.left:
                said, _ = self.process.communicate("\n")
                self.left = int(said)
            return look(pid, *more)

        return looking


@pytest.fixture
def forking() -> Iterator[Forking]:
    one = Forking()
    yield one
    one.process.communicate()
    with suppress(ProcessLookupError):
        if one.left:
            os.kill(one.left, signal.SIGKILL)


def test_what_one_left_that_ended_before_it_was_looked_at(forking: Forking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_tree, "stat", forking.ends(runner_tree.stat))
    every = runner_tree.processes()
    assert forking.left and forking.left in every and forking.process.pid not in every


def test_what_one_left_that_ended_before_its_environment_was_read(
    forking: Forking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_tree, "carries", forking.ends(runner_tree.carries))
    assert list(runner_tree.members("j", None)) == [forking.left]


def test_nothing_is_nothing() -> None:
    assert runner_tree.members("nobody's", None) == {}
