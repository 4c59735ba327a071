"""Files that may be anything: a pipe would keep its reader for ever, a device has no end, a link leads into either."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from stat import S_ISREG

#: Larger than any file that a person, DVC or MLflow writes by hand: not read.
LARGEST_BYTES = 32 << 20


def bytes_of(path: Path | str, most: int = LARGEST_BYTES) -> bytes:
    """What a regular file holds. Raises `OSError` also of what is none, and `ValueError` of one of more than `most`."""
    status = os.stat(path)  # noqa: PTH116 - before it is opened: to open a device may do something
    if not S_ISREG(status.st_mode):
        raise PermissionError(errno.EPERM, "no regular file", os.fspath(path))
    if status.st_size > most:
        raise ValueError("too large to be read")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most + 1)[:most]  # it may be growing


def text_of(path: Path | str, most: int = LARGEST_BYTES) -> str:
    """The same as text, with what is no UTF-8 replaced."""
    return bytes_of(path, most).decode("utf-8", "replace")
