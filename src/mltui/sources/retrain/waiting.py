"""Whom a retrain in place would wait for: another job, or whoever holds DVC's locks. Nothing is locked to find out.

A lock that is tried is taken for a moment, and a training could stumble over that moment: Linux lists who holds what in
``/proc/locks``, and DVC's ``rwlock`` says who writes what.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mltui.model.job import Job
from mltui.sources.dvc.running import rwlock, writers
from mltui.sources.processes import process_argv

_PROC = Path("/proc")


def waits_for(root: Path, jobs: Iterable[Job]) -> str:
    """Who is in the way in the DVC project at `root`, "" if nobody."""
    for job in jobs:
        if not job.ended and job.spec.mode in ("in place", "workspace"):
            return f"job {job.id} ({job.spec.title})"
    return _lock(rwlock(root).with_name("lock")) or _rwlock(root)


def trained_here(jobs: Iterable[Job]) -> str:
    """What is to be known of a job that runs in the worktree, by whoever is about to change params; "" if none does."""
    for job in jobs:
        if not job.ended and job.state != "queued" and job.spec.mode in ("in place", "workspace"):
            what = f"runs {job.stage}" if job.stage else "runs"
            return (
                f"job {job.id} {what} in this worktree: DVC locks params and data that are edited before it ends as "
                "what it read; -S changes them in a copy"
            )
    return ""


def _lock(path: Path) -> str:
    """The process that holds DVC's lock on the repository."""
    with suppress(OSError, ValueError, IndexError):
        status = path.stat()
        device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        for row in (_PROC / "locks").read_text().splitlines():
            words = row.split()
            if "->" not in words and words[5] == device:
                return f"{process(int(words[4]))}, which holds DVC's lock"
    return ""


def _rwlock(root: Path) -> str:
    for written, writer in writers([root]).items():
        return f"{process(writer.pid)}, which writes {os.path.relpath(written, root)}"
    return ""


def process(pid: int) -> str:
    """A process for a person: its number and how it was started."""
    said = " ".join(process_argv(pid) or ())
    return f"process {pid} ({said if len(said) <= 60 else said[:59] + '…'})" if said else f"process {pid}"
