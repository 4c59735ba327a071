"""One number of a metric's series: the smallest, the largest, the mean of the last n, the one at a step."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mltui.model.columns import Pick


def picked(values: Sequence[float], steps: Sequence[int], pick: Pick, of: int = 0) -> float | None:
    """`pick` of points in MLflow's order (step, then time); None where there is no such point.

    The smallest and largest pass over NaN unless there is nothing else. A mean of the last `of` with NaN among them is
    NaN, and so is one of both infinities. "at" is the last value logged at step `of`. "best" is for callers that know
    which way is better: ask for "min" or "max". Raises `ValueError` for it.
    """
    if pick == "best":
        raise ValueError("the best needs a direction: ask for min or max")
    if pick == "at":
        return next((value for value, step in zip(reversed(values), reversed(steps), strict=True) if step == of), None)
    if not values:
        return None
    if pick == "latest":
        return values[-1]
    if pick == "mean":
        return mean(values[-of:])
    numbers = [value for value in values if not math.isnan(value)]
    if not numbers:
        return math.nan
    return min(numbers) if pick == "min" else max(numbers)


def mean(values: Sequence[float]) -> float:
    """The mean of some numbers, infinities among them; NaN where one is NaN or they pull both ways."""
    try:
        return math.fsum(values) / len(values)
    except (OverflowError, ValueError):  # a sum beyond the largest double, or both infinities
        return math.fsum(value / len(values) for value in values) if all(map(math.isfinite, values)) else math.nan
