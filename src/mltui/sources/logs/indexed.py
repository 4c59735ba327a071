"""A log of any length by the number of its lines: counted block by block, read a page at a time, never held.

What is kept of a log are the newlines before each of its blocks: 8 bytes for 64 kB. A line is found by counting within
one block. Lines of a log are bytes between newlines; the last one may have none yet.
"""

from __future__ import annotations

import os
import stat
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from mltui.errors import Denied, NotFound, SourceError, Unreadable

#: Newlines are counted for so many bytes at once.
BLOCK = 1 << 16
#: A log is searched in pieces of so many bytes.
PIECE = 1 << 20
#: Of a line that is longer only the end is read: what a progress bar says last stands there (bytes).
LONGEST = 1 << 16
#: A page of a log is read at once up to so many bytes; of a longer one each line by itself.
PAGE = 1 << 20
#: How long counting goes on before it is said how far it is (seconds).
TURN = 0.2


@dataclass(frozen=True, slots=True)
class Stand:
    """How a log stands. `lines` counts those that were counted, of a log that is not `counted` whole those from
    `before` (bytes) on. `why`: it begins anew ("rotated", "truncated"). `written` is epoch ms, None where nobody
    knows."""

    lines: int
    size: int
    written: int | None
    counted: bool
    before: int = 0
    share: float = 1.0
    why: str = ""


class IndexedLog:
    """One file. Not for two threads at once. Everything raises `SourceError`."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._before = array("Q", [0])  #: newlines before block i
        self._tail = 0  #: newlines in the last block, which is not full yet
        self._end = 0  #: bytes that were counted
        self._open_line = False  #: whether the last byte is no newline
        self._inode: tuple[int, int] | None = None
        self._mtime = 0
        self._size = 0

    # How it stands

    def look(self, turn: float = TURN) -> Stand | None:
        """Count what was written since the last look, for `turn` seconds; None if nothing was and all is counted."""
        descriptor = self._opened()
        try:
            status = os.fstat(descriptor)
            inode, why = (status.st_dev, status.st_ino), ""
            if self._inode is not None and inode != self._inode:
                why = "rotated"
            elif status.st_size < self._end:
                why = "truncated"
            same = (inode, status.st_size, status.st_mtime_ns) == (self._inode, self._size, self._mtime)
            if same and self._end == self._size:
                return None
            if why:
                self._forget()
            self._inode, self._size, self._mtime = inode, status.st_size, status.st_mtime_ns
            self._count(descriptor, turn)
        finally:
            os.close(descriptor)
        counted = self._end >= self._size
        share = 1.0 if counted else self._end / self._size
        return Stand(self.lines, self._size, self._mtime // 1_000_000, counted, share=share, why=why)

    @property
    def lines(self) -> int:
        """Lines in what was counted."""
        return self._before[-1] + self._tail + self._open_line

    def _forget(self) -> None:
        self._before, self._tail, self._end, self._open_line = array("Q", [0]), 0, 0, False

    def _count(self, descriptor: int, turn: float) -> None:
        until = time.monotonic() + turn
        while self._end < self._size:
            start = (len(self._before) - 1) * BLOCK
            data = os.pread(descriptor, min(BLOCK, self._size - start), start)
            if start + len(data) <= self._end:
                return  # it became shorter meanwhile: the next look sees that
            self._end, self._tail = start + len(data), data.count(b"\n")
            self._open_line = not data.endswith(b"\n")
            if len(data) == BLOCK:
                self._before.append(self._before[-1] + self._tail)
                self._tail = 0
            if time.monotonic() > until:
                return

    # Lines

    def read(self, first: int, count: int) -> list[bytes]:
        """At most `count` lines from number `first` (from 0) on, as far as they are counted."""
        first, last = max(0, first), min(first + count, self.lines)
        if last <= first:
            return []
        descriptor = self._opened()
        try:
            start, end = self._start(descriptor, first), self._start(descriptor, last)
            if end - start <= PAGE:
                return os.pread(descriptor, end - start, start).removesuffix(b"\n").split(b"\n")
            edges = [self._start(descriptor, number) for number in range(first, last + 1)]
            return [self._one(descriptor, *edge) for edge in pairwise(edges)]
        finally:
            os.close(descriptor)

    @staticmethod
    def _one(descriptor: int, start: int, end: int) -> bytes:
        begin = max(start, end - LONGEST)
        return os.pread(descriptor, end - begin, begin).removesuffix(b"\n")

    def end(self, size: int) -> tuple[list[bytes], int]:
        """The lines of the last `size` bytes, counted or not, and how many bytes are before them."""
        descriptor = self._opened()
        try:
            length = os.fstat(descriptor).st_size
            start = max(0, length - size)
            data = os.pread(descriptor, length - start, start)
        finally:
            os.close(descriptor)
        if start:  # the first line was cut anywhere
            cut = data.find(b"\n") + 1
            start, data = start + cut, data[cut:]
        return (data.removesuffix(b"\n").split(b"\n") if data else []), start

    def _start(self, descriptor: int, number: int) -> int:
        """Where line `number` begins; the end of what was counted for the one behind the last."""
        if number <= 0:
            return 0
        if number > self._before[-1] + self._tail:
            return self._end
        block = bisect_left(self._before, number) - 1
        data = os.pread(descriptor, BLOCK, block * BLOCK)
        left, at = number - self._before[block], -1
        for _ in range(left):
            at = data.find(b"\n", at + 1)
            if at < 0:
                raise Unreadable(f"{self.path} changed while it was read", "it is read again")
        return block * BLOCK + at + 1

    # Searching

    def search(self, words: str, start: int, *, back: bool = False, stop: Callable[[], bool] = bool) -> int | None:
        """The number of the first line from `start` on (with `back` of the last one up to it) that holds `words`, in
        any case of ASCII letters; None if none does, or `stop` said so."""
        wanted = words.encode("utf-8", "surrogateescape").lower()
        if not wanted or b"\n" in wanted:
            return None
        descriptor = self._opened()
        try:
            find = self._before_of if back else self._after
            at = find(descriptor, wanted, self._start(descriptor, start + 1 if back else start), stop)
            return None if at is None else self._number(descriptor, at)
        finally:
            os.close(descriptor)

    def _after(self, descriptor: int, wanted: bytes, start: int, stop: Callable[[], bool]) -> int | None:
        while start < self._end and not stop():
            data = os.pread(descriptor, min(PIECE + len(wanted) - 1, self._end - start), start).lower()
            if (at := data.find(wanted)) >= 0:
                return start + at
            start += PIECE
        return None

    def _before_of(self, descriptor: int, wanted: bytes, end: int, stop: Callable[[], bool]) -> int | None:
        last = end
        while end > 0 and not stop():
            start = max(0, end - PIECE)
            data = os.pread(descriptor, min(end + len(wanted) - 1, last) - start, start).lower()
            if (at := data.rfind(wanted)) >= 0:
                return start + at
            end = start
        return None

    def _number(self, descriptor: int, at: int) -> int:
        """The number of the line that the byte `at` belongs to."""
        block = at // BLOCK
        return self._before[block] + os.pread(descriptor, at - block * BLOCK, block * BLOCK).count(b"\n")

    def _opened(self) -> int:
        try:
            status = os.stat(self.path)  # noqa: PTH116 - each second
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"{self.path} is not a regular file", "it is never opened")
            return os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            raise translated(error, self.path) from error


def translated(error: OSError, path: str) -> SourceError:
    """What stood in the way of a log."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return NotFound(f"{path} is not there", "it may have been moved or not be written yet")
    if isinstance(error, PermissionError):
        return Denied(f"{path} may not be read", "look at its permissions")
    return Unreadable(f"{path} can't be read: {error.strerror}")
