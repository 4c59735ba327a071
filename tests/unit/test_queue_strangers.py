"""Whether a worker that mltui did not start runs a queued job, by the words of its process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from mltui.actions.executors import dvc_queue
from mltui.sources import processes
from mltui.sources.dvc.queue_tasks import Task

REV = "1" * 40


def started(*words: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", "input()", *words], stdin=subprocess.PIPE)
    while words[-1] not in (processes.process_argv(process.pid) or ()):
        time.sleep(0.001)  # Linux lets the parent go on before the new process has its words
    return process


@pytest.fixture
def ours() -> Iterator[subprocess.Popen[bytes]]:
    process = started("queue_shim.py", f"{REV}.run")
    yield process
    process.kill()
    process.communicate()


def is_strangers(pid: int) -> bool:
    return dvc_queue._is_strangers(Task("/", REV, "churn-a", "", "running", pid=pid))


def test_a_process_without_our_runner_is_a_strangers(ours: subprocess.Popen[bytes]) -> None:
    process = started(f"{REV}.run")
    assert is_strangers(process.pid) and not is_strangers(ours.pid)
    process.kill()
    process.communicate()
    assert not is_strangers(process.pid)


def test_one_of_ours_that_ends_while_it_is_looked_at_is_no_strangers(
    ours: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the runner last wrote was told as the job's end then, before DVC had its result home, and taken back."""
    look = processes.process_argv

    def ends(pid: int) -> tuple[str, ...] | None:
        words = look(pid)
        ours.kill()
        ours.wait()
        return words

    for module in (processes, dvc_queue):
        monkeypatch.setattr(module, "process_argv", ends, raising=False)
    assert not is_strangers(ours.pid)
