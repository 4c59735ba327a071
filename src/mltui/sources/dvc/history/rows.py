"""What one file of DVC's says, as plain rows that JSON can hold. Paths are as written, relative to where it lies.

Formats: dvc.org/doc/user-guide/project-structure (``.dvc`` files, ``dvc.lock``), and DVC 0.x, whose stages are files.
"""

from __future__ import annotations

import binascii
import json
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from mltui.model.dvc import Entry
from mltui.model.dvc_history import LockEntry, StageKey
from mltui.sources.dvc.facts import command
from mltui.sources.dvc.readable import hash_of, joined

#: path, hash, size, nfiles, cached
Out = list[Any]
#: cmd, deps, outs, {file: {key: value}}
StageRow = list[Any]


def outs_of(rows: Any, wdir: str = "", *, literal: bool = False) -> list[Out]:
    """Deps or outs of a parsed file. `literal`: a backslash is part of a name."""
    found = []
    for row in rows if isinstance(rows, list) else ():
        entry = {"path": row} if isinstance(row, str) else row
        if not isinstance(entry, Mapping) or not isinstance(entry.get("path"), (str, int, float)):
            continue
        path = str(entry["path"]) if literal else posix(str(entry["path"]))
        cached = entry.get("cache") is not False
        found.append([joined(wdir, path), hash_of(entry), _count(entry, "size"), _count(entry, "nfiles"), cached])
    return found


def stage_row(content: Mapping[str, Any], wdir: str = "") -> StageRow:
    """A stage of a dvc.lock, or a stage file of DVC 0.x. Raises ValueError for values that JSON can't hold."""
    cmd, deps = content.get("cmd"), content.get("deps")
    params: dict[str, Any] = {}
    for dep in deps if isinstance(deps, list) else ():  # DVC 1.x wrote params of a stage file among its deps
        if isinstance(dep, Mapping) and isinstance(dep.get("params"), Mapping):
            params[joined(wdir, str(dep.get("path")))] = dep["params"]
    if isinstance(content.get("params"), Mapping):
        for file, values in content["params"].items():
            params[joined(wdir, posix(str(file)))] = values if isinstance(values, Mapping) else {}
    plain = (
        [dep for dep in deps if not (isinstance(dep, Mapping) and "params" in dep)] if isinstance(deps, list) else []
    )
    text = command(cmd) if isinstance(cmd, (str, list)) else ""
    try:
        kept = json.loads(json.dumps(params, default=str, skipkeys=True))
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return [text, outs_of(plain, wdir), outs_of(content.get("outs"), wdir), kept]


def packed(numbers: Iterable[int]) -> str:
    """Numbers of blocks as text: a thousand versions of a dvc.lock have 300 each, and as a list they are 11 MiB."""
    found = list(numbers)
    return binascii.b2a_base64(struct.pack(f"<{len(found)}I", *found), newline=False).decode("ascii")


def unpacked(text: str) -> tuple[int, ...]:
    """The numbers that were `packed`."""
    held = binascii.a2b_base64(text)
    return struct.unpack(f"<{len(held) // 4}I", held)


def entry_of(row: Out, folder: str) -> Entry:
    """The entry of a row, its path relative to the project's root."""
    path, value, size, nfiles, cached = row
    return Entry(joined(folder, path) if folder else path, value, size, nfiles, cached)


def lock_entry(key: StageKey, row: StageRow, where: str) -> LockEntry:
    """A stage that runs in the directory `where`, as its row tells it."""
    cmd, deps, outs, params = row
    return LockEntry(
        key,
        cmd,
        tuple(entry_of(dep, where) for dep in deps),
        tuple(entry_of(out, where) for out in outs),
        {joined(where, file): values for file, values in params.items()},
    )


def posix(path: str) -> str:
    """With "/" where somebody's Windows wrote backslashes; drives and URLs keep what they have."""
    if "\\" not in path or "://" in path or re.match(r"[A-Za-z]:[\\/]|\\\\", path):
        return path
    return path.replace("\\", "/")


def _count(row: Mapping[str, Any], key: str) -> int | None:
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
