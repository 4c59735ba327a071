"""Metric files: one line per logged point.

``timestamp value`` (before MLflow 1.0), ``timestamp value step``, and since MLflow 2.x/3 ``timestamp value step dataset
digest`` (`FileStore._log_run_metric`). `FileStore._get_metric_from_line` forgets the step of a five-field line; the
step that was logged is read here, as ``mlflow migrate-filestore`` does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mltui.model.runs import MetricPoint
from mltui.sources.mlflow.sql.values import LARGEST

#: A longer file is read in pieces of this size, however long it is: 300,000 points take some 40 MB of memory.
PIECE_BYTES = 8 << 20

#: A line longer than this is no point; it is passed over without being held.
LINE_BYTES = 1 << 16

#: The newest so many points of a series are given; a run with a longer one says so among its problems.
SERIES_POINTS = 1_000_000

Point = tuple[int, int, float]
"""(step, timestamp, value): compared as tuples this is MLflow's order of points."""

_LARGEST = 1 << 63


@dataclass(frozen=True, slots=True)
class Whole:
    """What all lines of one file come to: the latest point, how many points, and how many lines that are none."""

    latest: Point | None
    count: int
    bad: int


def parse(data: bytes, *, growing: bool) -> tuple[list[Point], int]:
    """All points in file order, and how many lines could not be read.

    While a run is `growing`, a last line without its newline is half-written: it is left for the next time.
    """
    lines = data.split(b"\n")
    last = lines.pop()
    if last.strip() and not growing:
        lines.append(last)
    try:
        return [_point(line) for line in lines], 0
    except (ValueError, IndexError, OverflowError):
        return _tolerant(lines)


def _point(line: bytes) -> Point:
    fields = line.split()
    if len(fields) == 4:
        raise ValueError
    return point_of(fields)


def point_of(fields: list[bytes]) -> Point:
    """A point of ``timestamp value [step …]``. Raises `ValueError`, `IndexError` or `OverflowError`."""
    step = int(fields[2]) if len(fields) > 2 else 0
    timestamp = int(fields[0])
    if not (-_LARGEST <= step < _LARGEST and -_LARGEST <= timestamp < _LARGEST):
        raise OverflowError
    value = float(fields[1])
    if abs(value) > LARGEST:  # as the latest value has it, which goes through a database
        value = math.copysign(math.inf, value)
    return step, timestamp, value


def _tolerant(lines: list[bytes]) -> tuple[list[Point], int]:
    points: list[Point] = []
    bad = 0
    for line in lines:
        try:
            points.append(_point(line))
        except (ValueError, IndexError, OverflowError):
            bad += bool(line.strip())
    return points, bad


def parsed(pieces: Iterable[bytes], *, growing: bool) -> Iterator[tuple[list[Point], int]]:
    """What `parse` gives, piece by piece of one file; pieces may end anywhere in a line."""
    rest, skipping = b"", False
    for piece in pieces:
        if skipping:  # inside a line that is too long
            _, newline, piece = piece.partition(b"\n")  # noqa: PLW2901
            if not newline:
                continue
        end = piece.rfind(b"\n") + 1
        if end:
            yield parse(rest + piece[:end], growing=True)
        rest = piece[end:] if end else rest + piece
        skipping = len(rest) > LINE_BYTES
        if skipping:
            rest = b""
            yield [], 1
    yield parse(rest, growing=growing)


def whole(pieces: Iterable[bytes], *, growing: bool) -> Whole:
    """All lines of a file of any length, in the memory of one piece."""
    found: Point | None = None
    count = bad = 0
    for points, wrong in parsed(pieces, growing=growing):
        found = latest(points if found is None else [found, *points])
        count += len(points)
        bad += wrong
    return Whole(found, count, bad)


def newest(pieces: Iterable[bytes], *, growing: bool, limit: int) -> list[Point]:
    """The newest `limit` points of a file of any length, holding at most twice as many and those of one piece."""
    kept: list[Point] = []
    for points, _ in parsed(pieces, growing=growing):
        kept += points
        if len(kept) > 2 * limit:
            kept = _ordered(kept)[-limit:]
    return _ordered(kept)[max(0, len(kept) - limit) :]


def _ordered(points: list[Point]) -> list[Point]:
    return sorted(points, key=lambda point: (point[0], point[1]))


def latest(points: list[Point]) -> Point | None:
    """The point MLflow calls the latest: ``max`` by (step, timestamp, value), None without points."""
    return max(points, default=None)


def series(points: list[Point], limit: int | None = None) -> tuple[MetricPoint, ...]:
    """By step, then time (points logged at one step are in time order); with `limit` the newest so many."""
    ordered = _ordered(points)
    if limit is not None:
        ordered = ordered[max(0, len(ordered) - limit) :]
    return tuple(MetricPoint(value, time, step) for step, time, value in ordered)
