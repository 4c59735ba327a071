"""What Slurm knows of a job, where its commands are installed: ``sacct``, which remembers jobs that ended."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mltui.errors import SourceError
from mltui.sources.runner import Runner

#: States of a job that is over (``man sacct``, JOB STATE CODES).
OVER = frozenset(
    {
        "BOOT_FAIL",
        "CANCELLED",
        "COMPLETED",
        "DEADLINE",
        "FAILED",
        "NODE_FAIL",
        "OUT_OF_MEMORY",
        "PREEMPTED",
        "REVOKED",
        "TIMEOUT",
    }
)
#: A scheduler that is busy for longer is asked again another time (seconds).
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class SlurmJob:
    """A job: its `state` as Slurm writes it, and when it began and ended (epoch ms, None: not yet or not said)."""

    number: str
    state: str
    start: int | None
    end: int | None

    @property
    def over(self) -> bool:
        return self.state in OVER


def slurm_job(runner: Runner, cwd: Path, number: str) -> SlurmJob | None:
    """The job of that number, ``123`` or ``123_4`` of an array; None if Slurm is not here or does not know it."""
    if not number.replace("_", "").isdecimal() or shutil.which("sacct") is None:
        return None
    command = ("sacct", "--noheader", "--parsable2", "--allocations", "--format=State,Start,End", "--jobs", number)
    try:
        done = runner.run(command, cwd=cwd, env={"SLURM_TIME_FORMAT": "%s"}, timeout=PATIENCE, reading=True)
    except SourceError:
        return None
    rows = [row.split("|") for row in done.stdout.decode("utf-8", "replace").splitlines()] if done.code == 0 else []
    if not rows or len(rows[-1]) != 3:  # a job that was put back into the queue has several rows, the last one counts
        return None
    state, start, end = rows[-1]
    return SlurmJob(number, state.partition(" ")[0], _moment(start), _moment(end))  # "CANCELLED by 1000"


def _moment(text: str) -> int | None:
    """Seconds since the epoch as asked for; older Slurms give local time in ISO's form."""
    if text.isdecimal() and len(text) < 19:
        return int(text) * 1000
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
