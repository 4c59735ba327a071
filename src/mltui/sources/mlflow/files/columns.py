"""A metric file by columns, and the lines that came to it since."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.sources.mlflow import points as columns
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.files import disk, points
from mltui.sources.mlflow.points import Points
from mltui.sources.mlflow.sql.values import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Read in pieces of this size: numpy parses one in some 5 ms, with the interpreter's lock held.
PIECE_BYTES = 1 << 18
#: So many bytes before the place where reading ended must be as they were, or the file is another.
TAIL_BYTES = 256


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a file was read, whole lines only, and what stood before that."""

    path: str
    inode: int
    size: int
    offset: int
    tail: bytes


def read(path: str, run_id: str, key: str, *, growing: bool, former: Read | None = None) -> Read:
    """The series in the file at `path`; with `former` only the lines behind it, if it is the same file grown.

    At most `points.SERIES_POINTS`, the newest. Raises `OSError`.
    """
    mark = former.mark if former is not None else None
    known = None
    with disk.opened(path) as (descriptor, status):
        start = 0
        if former is not None and isinstance(mark, Mark) and (mark.path, mark.inode) == (path, status.st_ino):
            begin = max(0, mark.offset - TAIL_BYTES)
            if status.st_size >= mark.offset and os.pread(descriptor, mark.offset - begin, begin) == mark.tail:
                if status.st_size == mark.size:
                    return former
                start, known = mark.offset, former.series
        pieces = _whole_lines(descriptor, start, growing=growing)
        gathered, offset = columns.Gathering(), start
        if known is not None:
            gathered.add(columns.columns_of(known))
        for piece in pieces:
            gathered.add(_parsed(piece))
            offset += len(piece)
        begin = max(0, offset - TAIL_BYTES)
        tail = os.pread(descriptor, offset - begin, begin)
    series = (
        known if known is not None and offset == start else gathered.series(run_id, key, known.note if known else "")
    )
    if len(series) > points.SERIES_POINTS:
        newest = Points(*(column[-points.SERIES_POINTS :] for column in columns.columns_of(series)))
        series = columns.series(run_id, key, newest, f"the newest {points.SERIES_POINTS:,} points")
    return Read(series, Mark(path, status.st_ino, status.st_size, offset, tail))


def _whole_lines(descriptor: int, start: int, *, growing: bool) -> Iterator[bytes]:
    """Pieces that end with a line; a last line without its end is left while the run is `growing`."""
    rest, at = b"", start
    while data := os.pread(descriptor, PIECE_BYTES, at):
        at += len(data)
        end = data.rfind(b"\n") + 1
        if end:
            yield rest + data[:end]
            rest = data[end:]
        else:
            rest += data
    if rest and not growing:
        yield rest


def _parsed(piece: bytes) -> Points:
    """Lines of three plain fields at once; any others, line by line as `points.parse` reads them."""
    import numpy as np

    lines = piece.count(b"\n") + (not piece.endswith(b"\n"))
    if piece.count(b" ") == 2 * lines and not piece.isspace():
        try:
            table = np.array(piece.split(), dtype="S32").reshape(-1, 3)
            if len(table) == lines:
                values = table[:, 1].astype(np.float64)
                values[values > LARGEST], values[values < -LARGEST] = np.inf, -np.inf
                return Points(values, table[:, 0].astype(np.int64), table[:, 2].astype(np.int64), _none())
        except (ValueError, OverflowError):  # a number of 63 bits and more
            pass
    found, _ = points.parse(piece, growing=False)
    parts = list(zip(*found, strict=True)) or [(), (), ()]
    steps_of, times_of, values_of = parts
    return Points(np.array(values_of, np.float64), np.array(times_of, np.int64), np.array(steps_of, np.int64), _none())


def _none() -> columns.Array:
    import numpy as np

    return np.empty(0, np.int64)
