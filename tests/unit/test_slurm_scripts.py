"""The batch script of a job in Slurm, run by sh: what it does when Slurm ends the job while it is only set up."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from mltui.actions.executors.slurm_scripts import batch

#: Stands in for the runner: says that it began, and what it heard.
RUNNER = """
import pathlib, signal, sys, time
place = pathlib.Path(sys.argv[2])
def heard(number, frame):
    (place / "heard").touch()
    sys.exit(1)
signal.signal(signal.SIGTERM, heard)
(place / "began").touch()
while True:
    time.sleep(0.05)
"""


def started(place: Path, setup: str) -> subprocess.Popen[bytes]:
    (place / "runner.py").write_text(RUNNER)
    runner = shlex.join([sys.executable, str(place / "runner.py")])
    (place / "batch").write_bytes(batch(runner, str(place), setup))
    return subprocess.Popen(["sh", str(place / "batch")], stdout=subprocess.DEVNULL)


def test_nothing_begins_when_what_the_setup_waits_for_was_terminated(tmp_path: Path) -> None:
    """Slurm signals a job's processes one after the other: the script may be the last."""
    with started(tmp_path, "sh -c 'kill -TERM $$'") as script:
        assert script.wait() == 1
    assert not (tmp_path / "began").exists()


def test_a_runner_that_slurm_did_not_see_yet_hears_of_the_end_from_the_script(tmp_path: Path) -> None:
    with started(tmp_path, "true") as script:
        while not (tmp_path / "began").exists():
            assert script.poll() is None
        script.terminate()
        assert script.wait() == 1
    assert (tmp_path / "heard").exists()
