"""Who writes what right now: ``.dvc/tmp/rwlock`` (dvc.rwlock) and the processes it names. Read, never locked."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mltui.model.documents import from_json
from mltui.model.dvc import RunningProcess
from mltui.sources.filemark import file_mark
from mltui.sources.processes import process_began, process_user

#: What the start of a process and the time of a file may be apart, as two clocks (ms).
CLOCKS_MS = 2_000


def rwlock(root: Path) -> Path:
    """The file in which DVC's commands on the project at `root` say what they read and write."""
    return root / ".dvc" / "tmp" / "rwlock"


def running_paths(roots: Sequence[Path]) -> frozenset[str]:
    """Absolute paths that live processes are writing. A ``kill -9`` leaves its entry: it is not counted."""
    return frozenset(path for root in roots for path, _, _ in _written(rwlock(root)))


def writers(roots: Sequence[Path]) -> dict[str, RunningProcess]:
    """The same with who does: looked up once a process."""
    found: dict[str, RunningProcess] = {}
    known: dict[int, RunningProcess] = {}
    for root in roots:
        for path, pid, command in _written(rwlock(root)):
            if pid not in known:
                known[pid] = RunningProcess(pid, process_user(pid), command, process_began(pid))
            found[path] = known[pid]
    return found


def rwlock_mark(roots: Sequence[Path]) -> Hashable:
    """What moves when a stage begins or ends: a stat a root."""
    return tuple(file_mark(rwlock(root)) for root in roots)


def _written(file: Path) -> Iterator[tuple[str, int, str]]:
    try:
        content: Any = from_json(file.read_bytes()) if file.is_file() else {}
        writes = content.get("write", {}).items()
        written = file.stat().st_mtime * 1000 if writes else 0.0
    except (OSError, ValueError, AttributeError):
        return  # none, or just being written: the next look will tell
    for path, info in writes:
        if isinstance(info, dict) and isinstance(info.get("pid"), int) and _is_it(info["pid"], written):
            yield path, info["pid"], str(info.get("cmd") or "")


def _is_it(pid: int, written: float) -> bool:
    """Whether the process of that number is the one that was written down, and not a later one (epoch ms)."""
    if not lives(pid):
        return False
    began = process_began(pid)
    return began is None or began <= written + CLOCKS_MS


def lives(pid: int) -> bool:
    """Whether a process of this number is there, whosever it is."""
    if pid <= 0:  # to signal these is to signal a group
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    except OverflowError:
        return False
    return True
