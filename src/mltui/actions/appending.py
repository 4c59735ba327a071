"""Add a line to the end of a file that others add to as well, and have it on the disk before going on."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

#: A lock is held for one write; who holds it longer was stopped, and is not waited for (seconds). Lines that are added
#: without it still come one after the other, since each is one write to the end.
PATIENCE = 5.0
_WAIT = 0.005


def append(path: Path, line: bytes, unless: Callable[[Path], bool] = lambda _: False) -> None:
    """Add `line`, which ends in a newline, on a line of its own; nothing if `unless` says so, asked under the lock.

    File and directory are made if they are missing, for their owner only. Raises `OSError`; then nothing was added.
    """
    fresh = _make(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    try:
        with _locked(handle) as alone:
            size = os.fstat(handle).st_size
            if unless(path):
                return
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            _write_whole(handle, b"\n" + line if torn else line, size if alone else None)
            os.fsync(handle)
        if fresh or size == 0:
            _sync_directory(path.parent)
    finally:
        os.close(handle)


def _write_whole(handle: int, data: bytes, size: int | None) -> None:
    """In one write. A disk that was full in the midst of it leaves a torn line: it is cut off again, if nobody else
    can have written behind it (`size` is where it began then)."""
    written = os.write(handle, data)
    if written == len(data):
        return
    if size is not None:
        with contextlib.suppress(OSError):
            os.ftruncate(handle, size)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextlib.contextmanager
def _locked(handle: int) -> Iterator[bool]:
    """One writer at a time; whether it is so. Some file systems know no locks."""
    import fcntl

    end = time.monotonic() + PATIENCE
    alone = False
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            if time.monotonic() < end:
                time.sleep(_WAIT)
                continue
        except OSError:
            pass
        break
    try:
        yield alone
    finally:
        if alone:
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_UN)


def _make(directory: Path) -> bool:
    """Make the directory if it is missing; whether it was."""
    if directory.is_dir():
        return False
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        _sync_directory(directory.parent)
    return True


def _sync_directory(directory: Path) -> None:
    """A file's name is on the disk when its directory is. Not every file system can do it."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
