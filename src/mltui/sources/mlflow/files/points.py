"""Metric files: one line per logged point.

``timestamp value`` (before MLflow 1.0), ``timestamp value step``, and since MLflow 2.x/3 ``timestamp value step dataset
digest`` (`FileStore._log_run_metric`). `FileStore._get_metric_from_line` forgets the step of a five-field line; the
step that was logged is read here, as ``mlflow migrate-filestore`` does.
"""

from __future__ import annotations

from mltui.model.runs import MetricPoint

#: A longer file is not parsed whole for its latest value: the last part of it decides, which `Parsed.cut` says.
WHOLE_BYTES = 256 << 20

Point = tuple[int, int, float]
"""(step, timestamp, value): compared as tuples this is MLflow's order of points."""

_LARGEST = 1 << 63


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
    step = int(fields[2]) if len(fields) > 2 else 0
    timestamp = int(fields[0])
    if not (-_LARGEST <= step < _LARGEST and -_LARGEST <= timestamp < _LARGEST):
        raise OverflowError
    return step, timestamp, float(fields[1])


def _tolerant(lines: list[bytes]) -> tuple[list[Point], int]:
    points: list[Point] = []
    bad = 0
    for line in lines:
        try:
            points.append(_point(line))
        except (ValueError, IndexError, OverflowError):
            bad += bool(line.strip())
    return points, bad


def latest(points: list[Point]) -> Point | None:
    """The point MLflow calls the latest: ``max`` by (step, timestamp, value), None without points."""
    return max(points, default=None)


def series(points: list[Point], limit: int | None = None) -> tuple[MetricPoint, ...]:
    """By step, then time (points logged at one step are in time order); with `limit` the newest so many."""
    ordered = sorted(points, key=lambda point: (point[0], point[1]))
    if limit is not None:
        ordered = ordered[max(0, len(ordered) - limit) :]
    return tuple(MetricPoint(value, time, step) for step, time, value in ordered)
