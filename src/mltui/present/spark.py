"""Sparklines: a series in a few characters, its peaks kept."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mltui.present.text import Symbols

#: Newest points of a series that a trend is drawn from; a series may have a million.
POINTS = 5000


def trend(values: Sequence[float], width: int, symbols: Symbols) -> str:
    """The sparkline of a series that was read up to its newest `POINTS`; marked where older ones were left out."""
    if len(values) < POINTS:
        return sparkline(values, width, symbols)
    return symbols.more + sparkline(values, width - len(symbols.more), symbols)


def sparkline(values: Sequence[float], width: int, symbols: Symbols) -> str:
    """`values` in order as at most `width` characters; "" if none is finite.

    NaN and infinities are left out. Where several values share a character it shows the one farthest from its
    neighbour on the left, so that a spike is never averaged away. A flat series is drawn in the middle.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite or width < 1:
        return ""
    picked = _picked(finite, width)
    low, high = min(picked), max(picked)
    levels = symbols.sparks
    if low == high:
        return levels[len(levels) // 2 - 1] * len(picked)
    top = len(levels) - 1
    # Halved before subtracting: the span of two finite floats may be infinite.
    span = high / 2 - low / 2
    return "".join(levels[round((value / 2 - low / 2) / span * top)] for value in picked)


def _picked(values: Sequence[float], width: int) -> list[float]:
    count = len(values)
    if count <= width:
        return list(values)
    picked: list[float] = [values[0]]
    for at in range(1, width):
        bucket = values[at * count // width : (at + 1) * count // width]
        before = picked[-1]
        picked.append(values[-1] if at == width - 1 else max(bucket, key=lambda value: abs(value / 2 - before / 2)))
    return picked
