"""Points as numpy columns, and the `Series` that is made of them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from mltui.model.series import Series
from mltui.sources.mlflow.sql.values import instant, number

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


class Points(NamedTuple):
    """float64 values, int64 times (epoch ms), steps and ids (rowids of SQLite, else empty), in any order."""

    values: Array
    times: Array
    steps: Array
    ids: Array

    @classmethod
    def of_rows(cls, rows: Iterable[Sequence[Any]]) -> Points:
        """Of (value, timestamp, step, is_nan[, id]) as a database gives them. What is no number is nan."""
        import numpy as np

        found = [
            (_number(value, nan), instant(time) or 0, instant(step) or 0, *rest)
            for value, time, step, nan, *rest in rows
        ]
        columns = list(zip(*found, strict=True)) or [(), (), ()]
        ids = columns[3] if len(columns) > 3 else ()
        return cls(np.array(columns[0], np.float64), *(np.array(column, np.int64) for column in (*columns[1:3], ids)))


def _number(value: Any, is_nan: Any) -> float:
    try:
        return number(value, is_nan)
    except (TypeError, ValueError):
        return math.nan


class Gathering:
    """Points as they come, page by page, in the arrays of the series that they become: a million take 24 MB once."""

    def __init__(self) -> None:
        self._values: array[float] = array("d")
        self._times: array[int] = array("q")
        self._steps: array[int] = array("q")

    def add(self, points: Points) -> None:
        _append(self._values, points.values)
        _append(self._times, points.times)
        _append(self._steps, points.steps)

    def series(self, run_id: str, key: str, note: str = "") -> Series:
        """A series of these points: by step, then time, then as they came, as MLflow shows them; counted."""
        import numpy as np

        known = Series(run_id, key, self._values, self._times, self._steps, note=note)
        values, times, steps, _ = columns_of(known)
        # compared and not subtracted: from -2**63 to 2**63 - 1, which MLflow takes, is more than an int64 holds
        repeated, earlier = steps[1:] == steps[:-1], times[1:] < times[:-1]
        if (steps[1:] < steps[:-1]).any() or (repeated & earlier).any():
            order = np.lexsort((times, steps))
            ordered = Gathering()
            ordered.add(Points(values[order], times[order], steps[order], steps[:0]))
            return ordered.series(run_id, key, note)
        return replace(
            known,
            repeated=bool(repeated.any()),
            nan=int(np.count_nonzero(np.isnan(values))),
            up=int(np.count_nonzero(values == np.inf)),
            down=int(np.count_nonzero(values == -np.inf)),
            disordered=int(np.count_nonzero(earlier)),
        )


def series(run_id: str, key: str, points: Points, note: str = "") -> Series:
    """The series of these points."""
    gathered = Gathering()
    gathered.add(points)
    return gathered.series(run_id, key, note)


def columns_of(known: Series) -> Points:
    """The columns of a series, without a copy."""
    import numpy as np

    empty = np.empty(0, np.int64)
    if not len(known):
        return Points(np.empty(0), empty, empty, empty)
    return Points(
        np.frombuffer(known.values, np.float64),
        np.frombuffer(known.times, np.int64),
        np.frombuffer(known.steps, np.int64),
        empty,
    )


def before(known: Series, since: int) -> Series:
    """`known` without the points logged at `since` (epoch ms) or later."""
    found = columns_of(known)
    kept = found.times < since
    cut = Points(found.values[kept], found.times[kept], found.steps[kept], found.ids)
    return series(known.run_id, known.key, cut, known.note)


def extended(former: Series, more: Points) -> Series:
    """`former` with points that came since."""
    if not len(more.values):
        return former
    gathered = Gathering()
    gathered.add(columns_of(former))
    gathered.add(more)
    return gathered.series(former.run_id, former.key, former.note)


def _append(column: array[Any], more: Array) -> None:
    import numpy as np

    if len(more):
        column.frombytes(np.ascontiguousarray(more).data.cast("B"))  # no copy between
