"""Hashes of what lies on this disk, as DVC 3 makes them, within a deadline.

A file's is the md5 of its bytes. A directory's is the md5 of the JSON list of its files (``dvc_data.hashfile.tree``),
with ``.dir`` behind it. What was hashed is remembered as long as its stat stays, for the next run of this process.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from typing import NamedTuple

from mltui_recorder.budget import Deadline, budget

#: Bytes read at a time: a few milliseconds even on a slow disk.
CHUNK = 1 << 20
#: Bytes a second that md5 takes from memory: what will not be done in time is not begun.
_SPEED = 500_000_000
#: Seconds to open and close a file.
_PER_FILE_S = 40e-6
#: A file that changed within so many seconds may change again without its times telling.
_RACY_S = 0.1
#: DVC never looks in there (dvc.ignore).
_NEVER = frozenset((".git", ".hg", ".dvc"))

_Key = tuple[int, int, int, int, int]
_remembered: dict[_Key, str] = {}
#: What took most of a budget in vain: not begun again.
_given_up: set[_Key] = set()


class TooLong(Exception):
    """The deadline came first."""


class Measured(NamedTuple):
    """What stat says: bytes and newest change (epoch s) in all. `files` are those of a directory by relative path.

    `whole` is False for a directory with something in it that DVC might see otherwise (a link to a directory).
    """

    path: str
    size: int
    changed: float
    files: dict[str, os.stat_result] | None = None
    whole: bool = True


def measure(path: str, deadline: Deadline) -> Measured:
    """OSError if it is not there or neither a file nor a directory."""
    found = os.stat(path)
    if stat.S_ISREG(found.st_mode):
        return Measured(path, found.st_size, found.st_mtime)
    if not stat.S_ISDIR(found.st_mode):
        raise OSError("neither a file nor a directory")
    files: dict[str, os.stat_result] = {}
    whole = _walk(path, "", files, deadline)
    size, changed = sum(each.st_size for each in files.values()), max((e.st_mtime for e in files.values()), default=0.0)
    return Measured(path, size, changed, files, whole)


def content_hash(measured: Measured, deadline: Deadline) -> str:
    """``<hex>[.dir]`` of a measured path."""
    if measured.files is None:
        return file_hash(measured.path, deadline)
    new = [each.st_size for each in measured.files.values() if _key(each) not in _remembered]
    if sum(new) / _SPEED + len(new) * _PER_FILE_S > deadline.left():
        raise TooLong
    rows = [
        {"md5": file_hash(os.path.join(measured.path, *name.split("/")), deadline), "relpath": name}
        for name in sorted(measured.files)
    ]
    return hashlib.md5(json.dumps(rows, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"


def file_hash(path: str, deadline: Deadline) -> str:
    """The md5 of a file's bytes."""
    with open(path, "rb") as file:
        before = os.fstat(file.fileno())
        known = _remembered.get(_key(before))
        if known is not None:
            return known
        had = deadline.left()
        if before.st_size > _SPEED * had or _key(before) in _given_up:
            raise TooLong
        md5 = hashlib.md5(usedforsecurity=False)
        while chunk := file.read(CHUNK):
            md5.update(chunk)
            if not deadline.left():
                if had > budget() / 3:
                    _given_up.add(_key(before))
                raise TooLong
        after = os.fstat(file.fileno())
    if _key(before) == _key(after) and after.st_mtime < time.time() - _RACY_S:
        _remembered[_key(after)] = md5.hexdigest()
    return md5.hexdigest()


def text_hash(path: str, deadline: Deadline) -> str:
    """The md5 of a text as DVC made it before version 3: with LF for CR LF."""
    md5, kept = hashlib.md5(usedforsecurity=False), b""
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            chunk = kept + chunk
            kept = b"\r" if chunk.endswith(b"\r") else b""
            md5.update(chunk[: len(chunk) - len(kept)].replace(b"\r\n", b"\n"))
            if not deadline.left():
                raise TooLong
    md5.update(kept)
    return md5.hexdigest()


def _walk(folder: str, inside: str, files: dict[str, os.stat_result], deadline: Deadline) -> bool:
    whole = True
    with os.scandir(folder) as entries:
        for entry in entries:
            if not deadline.left():
                raise TooLong
            name = inside + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _NEVER:
                    whole = _walk(entry.path, name + "/", files, deadline) and whole
                continue
            found = entry.stat()  # of what a link to the cache leads to
            whole = whole and stat.S_ISREG(found.st_mode)
            files[name] = found
    return whole


def _key(found: os.stat_result) -> _Key:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
