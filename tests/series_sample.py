"""A series made of single points, as the sources make theirs of columns."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from itertools import pairwise

from mltui.model.runs import MetricPoint
from mltui.model.series import Series


def series_of(run_id: str, key: str, points: Iterable[MetricPoint], note: str = "") -> Series:
    """A series of single points in any order."""
    ordered = sorted(points, key=lambda point: (point.step, point.time))
    pairs = list(pairwise(ordered))
    return Series(
        run_id,
        key,
        array("d", [point.value for point in ordered]),
        array("q", [point.time for point in ordered]),
        array("q", [point.step for point in ordered]),
        any(one.step == after.step for one, after in pairs),
        sum(math.isnan(point.value) for point in ordered),
        sum(point.value == math.inf for point in ordered),
        sum(point.value == -math.inf for point in ordered),
        sum(after.time < one.time for one, after in pairs),
        note,
    )
