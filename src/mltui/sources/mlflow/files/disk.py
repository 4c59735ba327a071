"""Reading a tree anybody may have written: never blocks, never follows a directory loop, never reads without end."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: A param, tag or meta.yaml is a few hundred bytes; what is longer than this is cut and said to be.
TEXT_BYTES = 1 << 20

#: Keys with slashes make nested directories; nobody nests deeper, but a broken tree might.
MAX_DEPTH = 16


@dataclass(frozen=True, slots=True)
class File:
    """One regular file, read. `cut` says that only the first bytes are there."""

    data: bytes
    mtime_ns: int
    size: int
    cut: bool


@dataclass(slots=True)
class Tree:
    """The regular files under one directory by key (path with "/"), the directories met, and what was not followed."""

    files: list[tuple[str, str]] = field(default_factory=list)
    directories: list[tuple[str, int]] = field(default_factory=list)
    odd: list[tuple[str, str]] = field(default_factory=list)


def read(path: str, limit: int = TEXT_BYTES) -> File:
    """Read a regular file, at most `limit` bytes. Raises `OSError`, also if `path` is no regular file."""
    with opened(path) as (descriptor, status):
        wanted = min(status.st_size, limit) + 1  # one more than there should be: a shorter answer is the whole file
        data = os.read(descriptor, wanted)
        while wanted <= len(data) <= limit:
            wanted = min(2 * len(data), limit + 1)
            data += os.read(descriptor, wanted - len(data))
    return File(data[:limit], status.st_mtime_ns, status.st_size, len(data) > limit)


def pieces(path: str, size: int) -> Iterator[bytes]:
    """A regular file to its end in pieces of at most `size` bytes. Raises `OSError` like `read`."""
    with opened(path) as (descriptor, _):
        while data := os.read(descriptor, size):
            yield data


def file_of(top: str, key: str) -> str | None:
    """The file that `walk` has under `key`; None if there is none. The tree is walked only for a name not as shown."""
    path = f"{top}/{key}"
    if os.path.normpath(path) == path and os.path.isfile(path):  # noqa: PTH113 - no key leaves `top`
        return path
    return dict(walk(top).files).get(key)


@contextmanager
def opened(path: str) -> Iterator[tuple[int, os.stat_result]]:
    """Open without blocking and look before anything is read: a FIFO, a device or a socket raises `OSError` at once."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file", path)
        yield descriptor, status
    finally:
        os.close(descriptor)


def shown(name: str) -> str:
    """A file name as text: bytes that are no UTF-8 become replacement characters (SQLite stores no surrogates)."""
    return name if name.isascii() else os.fsencode(name).decode("utf-8", "replace")


def walk(top: str) -> Tree:
    """All regular files under `top`, in the order of their names. A missing `top` is an empty tree.

    Links to files are followed, as MLflow does; links to directories are not (they may loop).
    """
    tree = Tree()
    _walk(top, "", 0, tree)
    return tree


def _walk(directory: str, prefix: str, depth: int, tree: Tree) -> None:
    try:
        mtime = os.stat(directory).st_mtime_ns  # noqa: PTH116 - a Path per directory of 4,000 runs costs more than the stat
        with os.scandir(directory) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        tree.odd.append((directory, reason(error)))
        return
    tree.directories.append((prefix.rstrip("/"), mtime))
    for entry in found:
        key = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if depth < MAX_DEPTH:
                _walk(entry.path, key + "/", depth + 1, tree)
            else:
                tree.odd.append((entry.path, f"nested deeper than {MAX_DEPTH} directories"))
        elif _is_file(entry):
            tree.files.append((shown(key), entry.path))
        else:
            tree.odd.append((entry.path, "not a regular file"))


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that points at itself
        return False


def subdirectories(path: str) -> Iterator[os.DirEntry[str]]:
    """The directories in `path` by name, links to directories included. Raises `OSError` if `path` can't be listed."""
    with os.scandir(path) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        try:
            if entry.is_dir():
                yield entry
        except OSError:  # a link that points at itself is no directory
            continue


def mtime_of(path: str) -> int:
    """mtime in ns, 0 if there is nothing or it may not be looked at."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def reason(error: OSError) -> str:
    """Why, in one line, without the path (it stands beside)."""
    return (error.strerror or str(error)).lower()
