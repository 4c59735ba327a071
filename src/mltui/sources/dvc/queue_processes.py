"""The processes of DVC's queue, from ``/proc``: who takes its tasks, and what of them lives on when they are over.

DVC knows of each task the pid of its ``dvc exp exec-run`` only. A training that outlived that is known by what DVC says
of the experiment in the environment of each stage, or by working in the directory that DVC made for it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mltui.sources.json_files import read_json
from mltui.sources.processes import is_taken, process_argv, process_parent, process_uid, runs

#: Where DVC makes the directories in which it runs experiments.
EXPERIMENTS = "/.dvc/tmp/exps/"
#: So often what lives on of an experiment is looked for without finding any.
LOOKS = 2


@dataclass(frozen=True, slots=True)
class Ran:
    """One experiment that was run by the queue of the DVC project at `root`; `folder` is where, "" if nobody knows."""

    root: str
    rev: str
    name: str
    baseline: str
    folder: str = ""


def workers(root: Path) -> tuple[int, ...]:
    """The pids of the workers that take tasks of this queue."""
    folder = root / ".dvc" / "tmp" / "exps" / "celery"
    try:
        files = sorted(folder.glob("dvc-exp-worker-*.json"))
    except OSError:
        return ()
    pids = [read_json(path).get("pid") for path in files if path.is_file()]
    return tuple(pid for pid in pids if isinstance(pid, int) and runs(pid, "queue-worker"))


def has_worker(root: Path) -> bool:
    """Whether a worker takes tasks of this queue, whatever DVC wrote down: who waits for the end of one writes that
    down, over the next one of its name, which may run by then. For whoever would call a task lost: all processes are
    looked at."""
    if workers(root):
        return True
    celery = os.fsencode(root / ".dvc" / "tmp" / "exps" / "celery")
    node = f"dvc-exp-{hashlib.sha256(celery).hexdigest()[:6]}-"  # dvc/repo/experiments/queue/celery.py, _spawn_worker
    every = (process_argv(pid) or () for pid in _own())
    return any("queue-worker" in argv and any(word.startswith(node) for word in argv) for argv in every)


def stage_marks(root: str, name: str, baseline: str) -> tuple[bytes, ...]:
    """What all is in the environment of each stage of an experiment; () of one without a name."""
    marks = (f"DVC_EXP_NAME={name}", f"DVC_EXP_BASELINE_REV={baseline}", f"DVC_ROOT={root}")
    return tuple(map(os.fsencode, marks)) if name else ()


def works_in(pid: int, folder: str) -> bool:
    """Whether it works in a directory that is of one experiment only. That of one that was removed ends in a word.

    Who works there is stopped: of a `folder` that is none of these, whatever a file of the queue says, it is nobody.
    """
    if EXPERIMENTS not in folder:
        return False
    try:
        where = os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115 - no path if that is gone
    except OSError:
        return False
    return f"{where.removesuffix(' (deleted)')}/".startswith(f"{folder.rstrip('/')}/")


def living(ran: Iterable[Ran]) -> dict[str, tuple[int, ...]]:
    """The processes of this user that are still those of one of these, by its `rev`. Neither whoever asks nor what that
    descends from."""
    known = [(one, stage_marks(one.root, one.name, one.baseline)) for one in ran]
    found: dict[str, tuple[int, ...]] = {}
    aside = _asking() if known else set()
    for pid in _own() if known else ():
        if pid in aside:
            continue
        said = _environment(pid)
        for one, marks in known:
            if (marks and said.issuperset(marks)) or works_in(pid, one.folder):
                found[one.rev] = (*found.get(one.rev, ()), pid)
    return found


class Survivors:
    """What lives on of experiments that are over, looked for only where there may be any: the queue keeps what failed
    until somebody removes it, and reading all processes takes its time.

    What is gone is not begun again. So where nothing was found nobody looks any more, but for once: a process that just
    begins has no environment yet.
    """

    def __init__(self) -> None:
        self._missed: dict[Ran, int] = {}

    def of(self, ran: Iterable[Ran]) -> dict[str, tuple[int, ...]]:
        """As `living`."""
        every = tuple(ran)
        found = living(one for one in every if self._missed.get(one, 0) < LOOKS)
        self._missed = {one: 0 if one.rev in found else self._missed.get(one, 0) + 1 for one in every}
        return found


def _own() -> list[int]:
    with suppress(OSError):
        pids = sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
        return [pid for pid in pids if process_uid(pid) == os.getuid() and is_taken(pid)]
    return []


def _environment(pid: int) -> frozenset[bytes]:
    with suppress(OSError):
        return frozenset(Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"))
    return frozenset()


def _asking() -> set[int]:
    found, pid = set[int](), os.getpid()
    while pid and pid not in found:
        found.add(pid)
        pid = process_parent(pid)
    return found
