"""Steps in a series of numbers: where its level went from one value to another and stayed there.

Method: binary segmentation (Scott and Knott 1974, Biometrics 30:507) whose statistic is the difference of two medians
beside each other, and whose place is that of the least absolute deviation (an L1 cost, as in Bai 1995, Econometric
Theory 11:403). For every place the median of b values before it is held against that of a values behind it, b and a
being some of `SCALES` (a step may be new, or soon be followed by another); of the shortest scale all values count, and
the nearest of them is taken:

    z = (|after - before| - grain) / (e * noise * sqrt(1/b + 1/a))

`noise` is the median absolute first difference, scaled to a deviation (1.4826/sqrt(2)): a step moves one difference of
all, an outlier two, so that neither widens it. Where more than half the differences are 0 (metrics that are rounded,
code that is deterministic) it is their mean absolute value instead. e is what the standard error of a median of b (or
a) values is of that: at most 1.6 for noise with one peak (1.25 for normal, 1.6 for uniform noise); of the shortest
scale 1.35, found by simulation. `grain` is the least difference of values that vary: what they are rounded to. A step
is where the largest z of a place is the largest of a segment and exceeds `threshold`: sqrt(2 ln(n/ALPHA)), the bound of
n normal values by Bonferroni, widened for the uncertainty of the noise in short series (1 + SHORT/n, found by
simulation). It is then put where the absolute deviations from the two medians are least, and both sides are looked at
again.

False alarms: less than 1 of 50 series of noise alone (normal, uniform or Laplace, rounded or not, 6 to 10,000 values;
held by a test, measured less than 1 of 100) has any step. A series of few different values that come and go has more. A
single outlier is no step, and neither are two: a level counts from `SHORTEST` values on. A slow drift over dozens of
values may be taken for a step in its midst.
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
#: So many values before and behind a place are compared.
SCALES: Final = (3, 5, 12, 24)
_PAIRS: Final = (*((each, each) for each in SCALES), (3, 5), (5, 3), (3, 12), (12, 3))
#: How often noise alone may be taken for a step, at most.
ALPHA: Final = 0.05
#: Widens the threshold of short series.
SHORT: Final = 6.0
#: Steps smaller than this share of the values are rounding.
LEAST: Final = 1e-6
#: The standard error of a median of n values is at most so many of their deviations / sqrt(n): see above.
_MEDIAN_ERROR: Final = 1.6
_EDGE_ERROR: Final = 1.35
#: Values of which fewer neighbours differ stay mostly the same: their differences are steps.
VARYING: Final = 0.25
_MAD: Final = 1.4826 / math.sqrt(2)
_MEAN: Final = math.sqrt(math.pi) / 2


@dataclass(frozen=True, slots=True)
class Step:
    """The level goes from `before` to `after` between the values `last` and `first` (their places in the series).

    The levels are medians of up to the largest of `SCALES` values beside it, as far as the next step. `score` is z over
    its threshold: more than 1.
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
        self._levels = {scale: _rolling(values, scale) for scale in SCALES if scale <= len(values) - SHORTEST}
        self._pairs = [
            (
                b,
                a,
                1 / ((_EDGE_ERROR if SHORTEST in (b, a) else _MEDIAN_ERROR) * self._noise * math.sqrt(1 / b + 1 / a)),
            )
            for b, a in _PAIRS
            if self._noise and b in self._levels and a in self._levels and a + b <= len(values)
        ]
        self._scores = self._judged()

    def found(self) -> list[tuple[int, float, float, float]]:
        """(first value of the new level, median before, median after, score) in order."""
        count, far = len(self._values), SCALES[-1]
        cuts: dict[int, float] = {}
        pending = [(0, count)]
        while pending:
            low, high = pending.pop()
            inner = self._scores[low + SHORTEST : high - SHORTEST + 1]
            best = max(inner, default=0.0)
            if best <= self._bar:
                continue
            at = self._settled(low, high, low + SHORTEST + inner.index(best))
            cuts[at] = best / self._bar
            for start, end in ((low, at), (at, high)):
                for place in range(max(start, at - far), min(end, at + far) + 1):
                    self._scores[place] = self._best(start, end, place)[0]
                pending.append((start, end))
        ends = [0, *sorted(cuts), count]
        result = []
        for low, at, high in zip(ends, ends[1:], ends[2:], strict=False):
            before = _median(sorted(self._values[max(low, at - far) : at]))
            after = _median(sorted(self._values[at : min(high, at + far)]))
            if abs(after - before) > self._least:
                result.append((at, before, after, cuts[at]))
        return result

    def _judged(self) -> list[float]:
        """The largest z of every place, by all values."""
        scores = [0.0] * (len(self._values) + 1)
        for b, a, factor in self._pairs:
            (low_b, high_b), (low_a, high_a) = self._levels[b], self._levels[a]
            grain = self._grain
            rows = zip(scores[b:], low_a[b:], high_a[b:], low_b, high_b, strict=False)
            scores[b : b + min(len(low_b), len(low_a) - b)] = [
                best if best >= (gap := factor * ((u - y if u > y else x - v) - grain)) else gap
                for best, u, v, x, y in rows
            ]
        return scores

    def _best(self, low: int, high: int, place: int) -> tuple[float, int, int]:
        """The largest z of a place by the values from `low` to `high`, and how many before and behind it gave it."""
        best = 0.0, SHORTEST, SHORTEST
        for b, a, factor in self._pairs:
            if low <= place - b and place + a <= high:
                (low_b, high_b), (low_a, high_a) = self._levels[b], self._levels[a]
                gap = max(low_a[place] - high_b[place - b], low_b[place - b] - high_a[place])
                best = max(best, ((gap - self._grain) * factor, b, a))
        return best

    def _settled(self, low: int, high: int, at: int) -> int:
        """The place near `at` with the least absolute deviations from the medians of its sides; the first of equals."""
        _, b, a = self._best(low, high, at)
        before, after = _median(sorted(self._values[at - b : at])), _median(sorted(self._values[at : at + a]))
        first, last = max(low + SHORTEST, at - b), min(high - SHORTEST, at + a)
        cost = least = 0.0
        best = first
        for place in range(first, last):
            value = self._values[place]
            cost += abs(value - before) - abs(value - after)
            if cost < least:
                best, least = place + 1, cost
        return best


def _rolling(values: Sequence[float], scale: int) -> tuple[list[float], list[float]]:
    """The level of the `scale` values from each place on, at least and at most: twice the median; of the shortest scale
    the ends, for with a median two outliers would be a level."""
    if scale == SHORTEST:
        near = list(zip(*(values[at:] for at in range(SHORTEST)), strict=False))
        return list(map(min, near)), list(map(max, near))
    held = sorted(values[:scale])
    found = [_median(held)]
    for gone, come in zip(values, values[scale:], strict=False):
        del held[bisect_left(held, gone)]
        insort(held, come)
        found.append(_median(held))
    return found, found


def _median(ordered: Sequence[float]) -> float:
    """The median of sorted values."""
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else ordered[middle - 1] / 2 + ordered[middle] / 2
