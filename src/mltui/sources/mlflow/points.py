"""Points as numpy columns between a store and a `Series`."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
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

    @classmethod
    def joined(cls, parts: Sequence[Points]) -> Points:
        """All of them, one behind the other."""
        import numpy as np

        if not parts:
            return cls(np.empty(0), *(np.empty(0, np.int64) for _ in range(3)))
        return parts[0] if len(parts) == 1 else cls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _number(value: Any, is_nan: Any) -> float:
    try:
        return number(value, is_nan)
    except (TypeError, ValueError):
        return math.nan


def series(run_id: str, key: str, points: Points, note: str = "") -> Series:
    """A series of these points: by step, then time, then as they come, as MLflow shows them; counted."""
    import numpy as np

    values, times, steps = points.values, points.times, points.steps
    gaps, passed = np.diff(steps), np.diff(times)
    if (gaps < 0).any() or ((gaps == 0) & (passed < 0)).any():
        order = np.lexsort((times, steps))
        values, times, steps = values[order], times[order], steps[order]
        gaps, passed = np.diff(steps), np.diff(times)
    return Series(
        run_id,
        key,
        _array("d", values),
        _array("q", times),
        _array("q", steps),
        bool((gaps == 0).any()),
        int(np.count_nonzero(np.isnan(values))),
        int(np.count_nonzero(values == np.inf)),
        int(np.count_nonzero(values == -np.inf)),
        int(np.count_nonzero(passed < 0)),
        note,
    )


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
    kept = columns_of(former)
    return series(former.run_id, former.key, Points.joined((kept, more._replace(ids=kept.ids))), former.note)


def _array(code: Any, column: Array) -> Any:
    import numpy as np

    made = array(code)
    if len(column):
        made.frombytes(np.ascontiguousarray(column).data.cast("B"))  # no copy between
    return made
