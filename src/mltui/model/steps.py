"""Steps in a series of numbers: where its level went from one value to another and stayed there.

Method: binary segmentation (Scott and Knott 1974, Biometrics 30:507) whose statistic is the difference of two medians
beside each other, and whose place is that of the least absolute deviation (an L1 cost, as in Bai 1995, Econometric
Theory 11:403). For every place the median of up to `WINDOW` values before it is held against that of as many behind it:

    z = (|after - before| - grain) / (1.6 * noise * sqrt(1/b + 1/a))

`noise` is the median absolute first difference, scaled to a deviation (1.4826/sqrt(2)): a step moves one difference of
all, an outlier two, so that neither widens it. Where more than half the differences are 0 (metrics that are rounded,
code that is deterministic) it is their mean absolute value instead. 1.6 is what the standard error of a median of b (or
a) values is of that at most, for noise with one peak: 1.25 for normal, 1.6 for uniform noise. `grain` is the least
difference of values that vary, which is what they are rounded to. A step is where z is the largest of a segment and
exceeds `threshold`: sqrt(2 ln(n/ALPHA)), the bound of n normal values by Bonferroni, widened for the uncertainty of the
noise in short series (1 + SHORT/n, found by simulation). It is then put where the absolute deviations from the two
medians are least, and both sides are looked at again.

False alarms: less than 1 of 50 series of noise alone (normal, uniform or Laplace, rounded or not, 6 to 10,000 values;
held by a test, measured less than 1 of 100) has any step. A series of few different values that come and go has more. A
single outlier is no step, and neither are two: a level counts from `SHORTEST` values on. A slow drift over more than
`WINDOW` values may be taken for a step in its midst.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

#: The least values of a level, and so twice as many of a series.
SHORTEST: Final = 3
FEWEST: Final = 2 * SHORTEST
#: Values on either side that a place is judged by.
WINDOW: Final = 24
#: How often noise alone may be taken for a step, at most.
ALPHA: Final = 0.05
#: Widens the threshold of short series.
SHORT: Final = 6.0
#: Steps smaller than this share of the values are rounding.
LEAST: Final = 1e-6
#: The standard error of a median of n values is at most so many of their deviations / sqrt(n): see above.
_MEDIAN_ERROR: Final = 1.6
#: Values of which fewer neighbours differ stay mostly the same: their differences are steps.
VARYING: Final = 0.25
_MAD: Final = 1.4826 / math.sqrt(2)
_MEAN: Final = math.sqrt(math.pi) / 2


@dataclass(frozen=True, slots=True)
class Step:
    """The level goes from `before` to `after` between the values `last` and `first` (their places in the series).

    The levels are medians of up to `WINDOW` values beside it. `score` is z over its threshold: more than 1.
    """

    last: int
    first: int
    before: float
    after: float
    score: float

    @property
    def change(self) -> float:
        return self.after - self.before


def steps(values: Sequence[float]) -> tuple[Step, ...]:
    """The steps of a series in its order; values that are not finite are left out. Empty below `FEWEST` finite ones."""
    places = [at for at, value in enumerate(values) if math.isfinite(value)]
    if len(places) < FEWEST:
        return ()
    finite = [float(values[at]) for at in places]
    largest = max(map(abs, finite))
    scale = 2.0**-64 if largest > 1e290 else 1.0  # differences of the largest doubles are infinite
    search = _Search([value * scale for value in finite] if scale != 1.0 else finite)
    return tuple(
        Step(places[at - 1], places[at], before / scale, after / scale, score)
        for at, before, after, score in search.found()
    )


def threshold(count: int) -> float:
    """What z must exceed in a series of `count` values."""
    return math.sqrt(2 * math.log(count / ALPHA)) * (1 + SHORT / count)


def noise(values: Sequence[float]) -> float:
    """The deviation of the values beside their level, by their first differences; 0 of a constant series."""
    differences = sorted(abs(later - former) for former, later in pairwise(values))
    middle = _median(differences) if differences else 0.0
    if middle > 0:
        return _MAD * middle
    return _MEAN * math.fsum(differences) / len(differences) if differences else 0.0


def grain(values: Sequence[float]) -> float:
    """What values are rounded to, as far as it shows: the least difference, if more than `VARYING` of them differ."""
    differences = [abs(later - former) for former, later in pairwise(values) if later != former]
    return min(differences) if len(differences) > VARYING * (len(values) - 1) else 0.0


class _Search:
    """Binary segmentation of one series of finite values."""

    def __init__(self, values: list[float]) -> None:
        self._values = values
        self._noise = noise(values)
        self._grain = grain(values)
        self._least = LEAST * max(map(abs, values))
        self._bar = threshold(len(values))
        self._scores = [0.0] * (len(values) + 1)

    def found(self) -> list[tuple[int, float, float, float]]:
        """(first value of the new level, median before, median after, score) in order."""
        count = len(self._values)
        if not self._noise:
            return []
        self._judge(0, count, 0, count)
        result: list[tuple[int, float, float, float]] = []
        pending = [(0, count)]
        while pending:
            low, high = pending.pop()
            inner = self._scores[low + SHORTEST : high - SHORTEST + 1]
            best = max(inner, default=0.0)
            if best <= self._bar:
                continue
            at = self._settled(low, high, low + SHORTEST + inner.index(best))
            before, after = self._levels(low, high, at)
            if abs(after - before) <= self._least:
                for place in range(max(low, at - WINDOW), min(high, at + WINDOW) + 1):
                    self._scores[place] = 0.0  # rounding: look elsewhere
                pending.append((low, high))
                continue
            result.append((at, before, after, best / self._bar))
            self._judge(low, at, at - WINDOW, at)
            self._judge(at, high, at, at + WINDOW)
            pending += [(low, at), (at, high)]
        return sorted(result)

    def _judge(self, low: int, high: int, start: int, stop: int) -> None:
        """z of every place from `start` to `stop` by the values from `low` to `high`, and of no others."""
        first, last = max(start, low + SHORTEST), min(stop, high - SHORTEST)
        for place in (*range(max(low, start), min(first, high + 1)), *range(max(last + 1, low), min(stop, high) + 1)):
            self._scores[place] = 0.0
        if first > last:
            return
        values, scores = self._values, self._scores
        before = sorted(values[max(low, first - WINDOW) : first])
        after = sorted(values[first : min(high, first + WINDOW)])
        unit, grain = _MEDIAN_ERROR * self._noise, self._grain
        for place in range(first, last + 1):
            b, a = len(before), len(after)
            gap = abs(_median(after) - _median(before)) - grain
            scores[place] = gap / (unit * math.sqrt(1 / b + 1 / a))
            value = values[place]  # goes over to the side before
            if place - WINDOW >= low:
                del before[bisect_left(before, values[place - WINDOW])]
            insort(before, value)
            del after[bisect_left(after, value)]
            if place + WINDOW < high:
                insort(after, values[place + WINDOW])

    def _settled(self, low: int, high: int, at: int) -> int:
        """The place near `at` with the least absolute deviations from the medians of its sides; the first of equals."""
        before, after = self._levels(low, high, at)
        first, last = max(low + SHORTEST, at - WINDOW), min(high - SHORTEST, at + WINDOW)
        cost = least = 0.0
        best = first
        for place in range(first, last):
            value = self._values[place]
            cost += abs(value - before) - abs(value - after)
            if cost < least:
                best, least = place + 1, cost
        return best

    def _levels(self, low: int, high: int, at: int) -> tuple[float, float]:
        values = self._values
        return (
            _median(sorted(values[max(low, at - WINDOW) : at])),
            _median(sorted(values[at : min(high, at + WINDOW)])),
        )


def _median(ordered: Sequence[float]) -> float:
    """The median of sorted values."""
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else ordered[middle - 1] / 2 + ordered[middle] / 2
