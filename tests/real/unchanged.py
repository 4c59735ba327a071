"""What a directory holds, to see that nothing of it changed: every path with its kind, mode, size, time and content."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

#: Of a path its mode, size, time of change and what it holds.
State = tuple[int, int, int, str]

#: CONTRACT: what opening a DVC repository makes, and a project's own state.
EXCEPT = (".dvc/tmp/btime",)
STATE = (".git/mltui",)


def holds(root: Path, left_out: Callable[[str], bool] = lambda _: False) -> dict[str, State]:
    """Everything below `root`, itself included; symbolic links are not followed."""
    found = {".": _state(root)}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            if left_out(relative):
                if name in folders:
                    folders.remove(name)
                continue
            found[relative] = _state(path)
    return found


def differs(before: dict[str, State], after: dict[str, State]) -> list[str]:
    """The paths that came, went or changed."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _state(path: Path) -> State:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        held = os.readlink(path)  # noqa: PTH115
    elif stat.S_ISREG(status.st_mode):
        held = hashlib.sha256(path.read_bytes()).hexdigest()
    else:
        held = ""
    return status.st_mode, status.st_size, status.st_mtime_ns, held
