"""The end of a file that may be huge and may grow: read from behind, then only what was appended."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass

from mltui.errors import Denied, NotFound, SourceError, Unreadable

#: What is shown of a log at first, from its end (bytes).
END_BYTES = 256_000
#: What is read at once of what was appended; of more than that the end is shown again (bytes).
STEP_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes of a log. `again`: they replace what was shown before (the first, a rotation, a truncation, a leap).

    `before` is how many bytes of the file come before what is shown, `size` its size and `written` its mtime (epoch
    ms). `why` says why it begins again: "", "rotated", "truncated".
    """

    data: bytes
    again: bool
    before: int
    size: int
    written: int
    why: str = ""


class Tail:
    """Follows one file. `read` costs one stat while nothing was written. Not for two threads at once."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._inode: tuple[int, int] | None = None
        self._at = 0
        self._mtime = 0

    def read(self) -> Chunk | None:
        """What came since the last time; None if nothing did. Raises `SourceError`."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 - each second
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"{self.path} is not a regular file", "it is never opened")
            inode = status.st_dev, status.st_ino
            if (inode, status.st_size, status.st_mtime_ns) == (self._inode, self._at, self._mtime):
                return None
            return self._changed(inode)
        except OSError as error:
            raise _translated(error, self.path) from error

    def _changed(self, inode: tuple[int, int]) -> Chunk | None:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"{self.path} is not a regular file", "it is never opened")
            size, why = status.st_size, ""
            if self._inode is not None and inode != self._inode:
                why = "rotated"
            elif size < self._at:
                why = "truncated"
            again = bool(why) or self._inode is None or size - self._at > STEP_BYTES
            start = max(0, size - END_BYTES) if again else self._at
            data = os.pread(descriptor, size - start, start)
        finally:
            os.close(descriptor)
        self._inode, self._at, self._mtime = inode, start + len(data), status.st_mtime_ns
        if again and start:  # the first line was cut anywhere
            cut = data.find(b"\n") + 1
            start, data = start + cut, data[cut:]
        return Chunk(data, again, start, size, status.st_mtime_ns // 1_000_000, why)


def _translated(error: OSError, path: str) -> SourceError:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return NotFound(f"{path} is not there", "it may have been moved or not be written yet")
    if isinstance(error, PermissionError):
        return Denied(f"{path} may not be read", "look at its permissions")
    return Unreadable(f"{path} can't be read: {error.strerror}")
