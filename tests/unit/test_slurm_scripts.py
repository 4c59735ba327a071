"""The batch script of a job in Slurm, run by sh: what it does when Slurm ends the job while it is only set up."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from mltui.actions.executors.slurm_scripts import batch, leave_wish, stop, wish
from mltui.actions.jobs import runner_stop

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


@pytest.mark.parametrize(
    ("first", "then", "left"), [("KILL", "INT", "KILL"), ("INT", "TERM", "TERM"), ("TERM", "TERM", "TERM")]
)
@pytest.mark.parametrize("waits", [True, False])
def test_a_wish_is_not_written_over_a_harder_one(tmp_path: Path, first: str, then: str, left: str, waits: bool) -> None:
    """Neither for a job that Slurm does not know yet, nor for one that has not begun."""
    folder = tmp_path / "a job's"
    folder.mkdir()
    runner_stop.ask(str(folder), wish(first, 1))  # type: ignore[arg-type]
    (tmp_path / "scancel").write_text("#!/bin/sh\n")
    (tmp_path / "scancel").chmod(0o755)
    script = leave_wish(str(folder), then, 2) if waits else stop(str(folder), "7", then, 2)[0]  # type: ignore[arg-type]
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-c", script], env=env, check=False)
    told = json.loads((folder / "stop.json").read_text())
    assert (told["how"], told["at"]) == (left, 1 if first == "KILL" else 2)


def test_a_wish_waits_for_whoever_writes_one(tmp_path: Path) -> None:
    with runner_stop.alone(str(tmp_path)):
        process = subprocess.Popen(["sh", "-c", leave_wish(str(tmp_path), "INT", 2)])
        while "flock" not in _below(process.pid) and process.poll() is None:
            pass
        (tmp_path / "stop.json").write_text(json.dumps(wish("KILL", 1)))
    assert process.wait() == 0
    assert runner_stop.read(str(tmp_path))["how"] == "KILL"


def _below(pid: int) -> str:
    """What the processes run that descend from it."""
    done = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [
        (int(row[0]), int(row[1]), row[2]) for line in done.stdout.splitlines() if len(row := line.split(None, 2)) == 3
    ]
    below = {pid}
    for _ in range(3):
        below |= {each for each, above, _ in rows if above in below}
    return " ".join(words for each, above, words in rows if above in below and each != pid)
