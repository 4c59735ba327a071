"""What a job started that is none of its processes: containers of Docker and Podman, jobs of Slurm.

They are told from the clients in its tree while it runs. A job's runner sees to its containers itself; here it is done
for what has none: a training that somebody started, a job whose runner was killed.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from mltui.actions.jobs.runner_tree import Process, stat
from mltui.errors import SourceError
from mltui.sources.processes import host_name
from mltui.sources.runner import Runner

#: How long an engine has to answer (s), and to stop a container.
PATIENCE = 60.0
#: What scancel says of a job that ended since squeue listed it.
OVER = ("Invalid job id", "already completing")


def sessions_of(tree: Iterable[Process]) -> frozenset[int]:
    """The sessions that the processes of a tree began: what else was started in a terminal is not its own."""
    every = tuple(tree)
    pids = {each.pid for each in every}
    begun = [int(fields[3]) for each in every if (fields := stat(each.pid)) is not None]
    return frozenset(session for session in begun if session in pids)


def asking(runner: Runner, cwd: Path) -> Callable[[Sequence[str]], tuple[int, bytes, str]]:
    """How the containers of a job are asked about, through the door."""

    def ask(argv: Sequence[str]) -> tuple[int, bytes, str]:
        try:
            done = runner.run(tuple(argv), cwd=cwd, timeout=PATIENCE)
        except SourceError as error:
            return 1, b"", error.summary
        return done.code, done.stdout, done.stderr

    return ask


def end_slurm_jobs(runner: Runner, cwd: Path, sessions: frozenset[int]) -> list[str]:
    """Cancel what was submitted in these sessions; what was done, and what could not be, for a person."""
    said = []
    with suppress(SourceError):
        for number in _slurm_jobs(runner, cwd, sessions):
            done = runner.run(("scancel", number), cwd=cwd, timeout=PATIENCE)
            failed = f": {done.stderr.strip()}" if done.code else ""
            if any(words in failed for words in OVER):
                said.append(f"Slurm job {number} ended by itself")
            else:
                said.append(f"Slurm job {number} {'could not be cancelled' if failed else 'cancelled'}{failed}")
    return said


def _slurm_jobs(runner: Runner, cwd: Path, sessions: frozenset[int]) -> Sequence[str]:
    """Jobs of this user that were submitted in one of `sessions`, which Slurm keeps as AllocSID, and from this host:
    another one gives the same numbers to others."""
    if not sessions or shutil.which("squeue") is None:
        return ()
    done = runner.run(("squeue", "--me", "--noheader", "--Format=JobID:32,AllocSID:32"), cwd=cwd, timeout=PATIENCE)
    rows = [row.split() for row in done.stdout.decode("utf-8", "replace").splitlines()] if done.code == 0 else []
    near = [row[0] for row in rows if len(row) == 2 and row[1].isdecimal() and int(row[1]) in sessions]
    here = (host_name(), host_name().partition(".")[0], "localhost")  # a cluster of one box may call it that
    return [number for number in near if _came_from(runner, cwd, number) in here]


def _came_from(runner: Runner, cwd: Path, number: str) -> str:
    """The host that a job was submitted on; "" if Slurm does not say."""
    done = runner.run(("scontrol", "--oneliner", "show", "job", number), cwd=cwd, timeout=PATIENCE)
    found = re.search(rb"AllocNode:Sid=(\S+):\d+", done.stdout)
    return found[1].decode(errors="replace") if found else ""
