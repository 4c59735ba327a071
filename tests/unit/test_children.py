"""What is read of a child's answers, with a real child; which Python the children of the project's dvc need."""

from __future__ import annotations

import ast
import sys
import threading
import time
from pathlib import Path

import pytest

from mltui.sources.children import read_line
from mltui.sources.dvc.client import CHILD
from mltui.sources.runner import ProcessRunner, kill_group

#: Longer than it takes (s); whoever waits for all of it has not noticed.
PATIENCE_S = 120.0


@pytest.mark.parametrize("path", sorted(CHILD.parent.glob("*.py")), ids=lambda path: path.stem)
def test_what_the_projects_python_runs_is_python_3_8(path: Path) -> None:
    """As dvc 3.0 is. What else it needs of that is tried by hand: ``make matrix`` makes its environments with ours."""
    assert ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8)).body


def test_an_answer_is_a_line_however_it_comes(tmp_path: Path) -> None:
    process = ProcessRunner().start(["sh", "-c", "printf half; sleep 0.1; echo ' and half'"], cwd=tmp_path)
    assert process.stdout is not None
    try:
        assert read_line(process.stdout.fileno(), time.monotonic() + PATIENCE_S) == b"half and half\n"
        with pytest.raises(ValueError, match="end of file"):
            read_line(process.stdout.fileno(), time.monotonic() + PATIENCE_S)
    finally:
        kill_group(process)


def test_who_waits_for_a_child_that_another_thread_ends_hears_of_it(tmp_path: Path) -> None:
    process = ProcessRunner().start(["sleep", "600"], cwd=tmp_path)
    assert process.stdout is not None
    descriptor, said = process.stdout.fileno(), []

    def wait() -> None:
        try:
            read_line(descriptor, time.monotonic() + PATIENCE_S)
        except (TimeoutError, ValueError) as error:
            said.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    while _function(waiting) != "select":
        time.sleep(0.001)
    kill_group(process)
    waiting.join()
    assert said == ["end of file"]


def _function(thread: threading.Thread) -> str:
    """The Python function that a thread is in."""
    assert thread.ident is not None
    frame = sys._current_frames().get(thread.ident)
    return frame.f_code.co_name if frame is not None else ""
