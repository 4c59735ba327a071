"""What git's index has, read as a file: for who asks too often, or too early, to start a git for it.

Versions 2 to 4 of `gitformat-index(5)`. What can't be told from it (a split index, a torn or strange file) raises
`Unreadable`: whoever asks because of trust takes that for the worse answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from mltui.errors import Unreadable
from mltui.sources.regular import bytes_of

#: Modes of what has its files elsewhere: a submodule, and a directory that a sparse index does not open.
_CLOSED = (0o160000, 0o40000)
_STAT = 40  #: bytes of an entry before its object id
_EXTENDED = 0x4000
#: Of a million files with long names.
LARGEST_BYTES = 512 << 20


class Entry(NamedTuple):
    """One path of the index: `mode` as git writes it, `oid` the object's id."""

    path: bytes
    mode: int
    oid: bytes


def entries(path: Path, *under: bytes) -> tuple[Entry, ...]:
    """The entries that are one of `under` (paths from the top, no slash at the end) or lie below one, and submodules
    and closed directories that one of them lies in. () where there is no index. Raises `Unreadable`."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Unreadable(f"git's index can't be read: {error.strerror}") from error
    return _entries(path, (seen.st_mtime_ns, seen.st_size, seen.st_ino), under)


@lru_cache(maxsize=16)
def _entries(path: Path, _moved: tuple[int, int, int], under: tuple[bytes, ...]) -> tuple[Entry, ...]:
    try:
        data = bytes_of(path, LARGEST_BYTES)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreadable(f"git's index can't be read: {why}") from error
    version = int.from_bytes(data[4:8], "big")
    if data[:4] != b"DIRC" or version not in (2, 3, 4):
        raise Unreadable("git's index is of a form that mltui does not know")
    above = {one[:at] + end for one in under for at, byte in enumerate(one) if byte == ord("/") for end in (b"", b"/")}
    if version < 4 and b"link" not in data and not any(one in data for one in (*under, *above)):
        return ()  # paths stand there whole, so that nothing has to be taken apart
    for size in (20, 32):  # an index does not say whether it is of SHA-1 or SHA-256
        try:
            found = tuple(_wanted(_parsed(data, version, size), under, above))
        except (IndexError, ValueError):
            continue
        return found
    raise Unreadable("git's index makes no sense, or is split")


def _wanted(every: Iterator[Entry], under: tuple[bytes, ...], above: set[bytes]) -> Iterator[Entry]:
    below = tuple(one + b"/" for one in under)
    for entry in every:
        if entry.path in under or entry.path.startswith(below) or (entry.mode in _CLOSED and entry.path in above):
            yield entry


def _parsed(data: bytes, version: int, size: int) -> Iterator[Entry]:
    """Raises `ValueError` or `IndexError` if object ids are not of `size` bytes, and of an index that is split."""
    at, path = 12, b""
    for _ in range(int.from_bytes(data[8:12], "big")):
        mode = int.from_bytes(data[at + 24 : at + 28], "big")
        oid = data[at + _STAT : at + _STAT + size]
        flags = int.from_bytes(data[at + _STAT + size : at + _STAT + size + 2], "big")
        name = at + _STAT + size + (4 if flags & _EXTENDED else 2)
        if version == 4:
            strip, name = _number(data, name)
            if strip > len(path):
                raise ValueError("strips more than there is")
            end = data.index(b"\0", name)
            path = path[: len(path) - strip] + data[name:end]
            following = end + 1
        else:
            end = data.index(b"\0", name)
            path = data[name:end]
            following = at + (end - at + 8) // 8 * 8
        if min(len(path), 0xFFF) != flags & 0xFFF or not path:
            raise ValueError("not the length that stands there")
        yield Entry(path, mode, oid)
        at = following
    while at + 8 <= len(data) - size:  # extensions, before the checksum
        if data[at : at + 4] == b"link":
            raise ValueError("split")
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "big")


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number as packs write offsets, and where it ends."""
    value = data[at] & 0x7F
    while data[at] & 0x80:
        at += 1
        value = ((value + 1) << 7) | (data[at] & 0x7F)
    return value, at + 1
