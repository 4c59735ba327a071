"""What hangs where no signal gets through is ended, and says where it was."""

from __future__ import annotations

import subprocess
import sys

HANGING = """
import signal, time
from tests import hung

def who_hangs():
    time.sleep(600)

signal.signal(signal.SIGALRM, signal.SIG_IGN)
hung.look_out()
with hung.limited(0.2):
    {inside}
print("went on")
"""


def _run(inside: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", HANGING.format(inside=inside)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)


def test_it_ends_and_says_where_it_was() -> None:
    done = _run("who_hangs()")
    assert (done.returncode, done.stdout) == (1, "")
    assert "in who_hangs" in done.stderr


def test_what_ends_in_time_goes_on() -> None:
    done = _run("pass\ntime.sleep(0.5)")
    assert (done.returncode, done.stdout) == (0, "went on\n"), done.stderr
