"""The numbers under a chart: x of each kind, smoothing, what a window shows, the range of y, fewer points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mltui.present.plot import At, Curve, Plot

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]

#: A robust range holds the middle nine tenths of the values (as TensorBoard's "ignore outliers": ``vz-line-chart2``
#: takes the 5th and 95th percentile), and half as much again on each side, so that a plain curve is not cut.
PERCENTILES = (5.0, 95.0)
MARGIN = 0.5
#: Percentiles are taken of so many values: every n-th of a longer series.
SAMPLE = 100_000
#: What a power of the smoothing weight adds below this is lost in a double.
NEGLIGIBLE = 1e-18


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What of a curve the window shows, on the axes' scales (log10 where that is asked): finite, x ascending.

    `raw` is empty unless it is drawn behind `y`. `nan`, `up` and `down` are the x of values that are not finite,
    `refused` counts values that a log axis can't place.
    """

    x: Floats
    y: Floats
    raw: Floats
    nan: Floats
    up: Floats
    down: Floats
    refused: int = 0


def columns(plot: Plot, curve: Curve) -> tuple[Floats, Floats]:
    """x and values of a curve as float64 arrays, x ascending: steps, epoch ms, or seconds since the run's start."""
    import numpy as np

    series = curve.series
    values = np.frombuffer(series.values, np.float64) if len(series) else np.empty(0)
    if plot.x == "step":  # in order already
        return (np.frombuffer(series.steps, np.int64).astype(np.float64) if len(series) else np.empty(0)), values
    times = np.frombuffer(series.times, np.int64) if len(series) else np.empty(0, np.int64)
    if series.disordered:
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
    if plot.x == "time":
        return times.astype(np.float64), values
    return (times - _began(curve, int(times[0]) if len(times) else 0)) / 1000.0, values


def x_bounds(plot: Plot) -> tuple[float, float] | None:
    """The ends of x over all curves; relative time begins at 0 where little of the axis is empty then."""
    ends = [(float(x[0]), float(x[-1])) for x, _ in (columns(plot, curve) for curve in plot.curves) if len(x)]
    if not ends:
        return None
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return (0.0 if plot.x == "relative" and 0 < low < EARLY * high else low), high


def x_span(plot: Plot) -> tuple[float, float] | None:
    """The ends of the axis of x where no window is chosen: `x_bounds`, with room ahead for a plot that is growing."""
    found = x_bounds(plot)
    return found if found is None or plot.log_x or not plot.growing else (found[0], _ahead(*found))


#: Relative time begins at 0 if the first point came within this share of it.
EARLY = 0.25
#: The steps in which the ends of axes of growing plots move: from an eighth to a quarter of the range of x, half as
#: much of that of y.
_STEPS_X, _STEPS_Y = 2, 3


def _ahead(low: float, high: float) -> float:
    unit = _unit(high - low, _STEPS_X)
    ahead = low + math.ceil((high - low) / unit) * unit if unit else high
    return ahead if math.isfinite(ahead) else high


def roomy(low: float, high: float) -> tuple[float, float]:
    """A range of y that a growing plot leaves only now and then."""
    unit = _unit(high - low, _STEPS_Y)
    ends = (math.floor(low / unit) * unit, math.ceil(high / unit) * unit) if unit else (low, high)
    return ends if all(map(math.isfinite, ends)) else (low, high)


def _unit(span: float, steps: int) -> float:
    """A power of two; 0 for a range that has none."""
    return 2.0 ** (math.frexp(span)[1] - 1 - steps) if math.isfinite(span) and span > 0 else 0.0


def smoothed(values: Floats, weight: float) -> Floats:
    """The exponential moving average as TensorBoard draws it; values that are not finite stay as they are.

    Source: ``resmoothDataset`` in tensorboard/components/vz_line_chart2/line-chart.ts: ``last = last * w + (1 - w) *
    next``, from 0, divided by ``1 - w ** n`` for the n-th value (which takes the zero at the start out again); a
    constant series is left alone. Here the sums grow by doubling: after k rounds each holds its last 2**k terms.
    """
    import numpy as np

    finite = np.isfinite(values)
    kept = values if finite.all() else values[finite]
    if not 0 < weight < 1 or len(kept) < 2 or (kept == kept[0]).all():
        return values
    sums, reach, power = kept * (1 - weight), 1, weight
    while reach < len(sums) and power > NEGLIGIBLE:
        sums[reach:] += power * sums[:-reach]
        reach, power = 2 * reach, power * power
    counted = np.arange(1, len(sums) + 1)
    sums /= 1 - np.power(weight, counted)
    if kept is values:
        return sums
    whole = values.copy()
    whole[finite] = sums
    return whole


def seen(plot: Plot, curve: Curve) -> Seen:
    """What of `curve` is in the window. Smoothing begins at the first point all the same."""
    import numpy as np

    x, values = columns(plot, curve)
    smooth = smoothed(values, plot.smooth) if plot.smooth else values
    if plot.window is not None:
        first, last = np.searchsorted(x, plot.window[0], "left"), np.searchsorted(x, plot.window[1], "right")
        # one neighbour on each side, so that a line goes to the edge
        cut = slice(max(int(first) - 1, 0), int(last) + 1)
        x, values, smooth = x[cut], values[cut], smooth[cut]
    finite = np.isfinite(values)
    inside = ~finite if plot.window is None else ~finite & (x >= plot.window[0]) & (x <= plot.window[1])
    odd, places = values[inside], x[inside]
    placed = finite & (smooth > 0) if plot.log_y else finite
    placed = placed & (x > 0) if plot.log_x else placed
    refused = int(np.count_nonzero(finite & ~placed))
    if not placed.all():
        x, values, smooth = x[placed], values[placed], smooth[placed]
    raw = values if plot.smooth and plot.raw else values[:0]
    if plot.log_y:
        smooth, raw = np.log10(smooth), np.log10(np.maximum(raw, np.finfo(np.float64).tiny))
    if plot.log_x:
        x, places = np.log10(x), np.log10(np.maximum(places, np.finfo(np.float64).tiny))
    ends = (places[np.isnan(odd)], places[odd == np.inf], places[odd == -np.inf])
    return _within(Seen(x, smooth, raw, *ends, refused), plot)


def _within(all_of_it: Seen, plot: Plot) -> Seen:
    """The neighbours outside the window moved along their lines to its edge."""
    import numpy as np

    if plot.window is None or not len(all_of_it.x):
        return all_of_it
    low, high = scaled_window(plot.window, log=plot.log_x)
    x = all_of_it.x
    edges = np.clip(x, low, high)
    if len(x) == 1 or (edges == x).all():
        keep = (x >= low) & (x <= high)
        raw = all_of_it.raw[keep] if len(all_of_it.raw) else all_of_it.raw
        return Seen(x[keep], all_of_it.y[keep], raw, all_of_it.nan, all_of_it.up, all_of_it.down, all_of_it.refused)
    y = np.interp(edges, x, all_of_it.y)
    y[edges == x] = all_of_it.y[edges == x]
    raw = np.interp(edges, x, all_of_it.raw) if len(all_of_it.raw) else all_of_it.raw
    if len(raw):
        raw[edges == x] = all_of_it.raw[edges == x]
    keep = np.ones(len(x), bool) if (x <= high).any() and (x >= low).any() else np.zeros(len(x), bool)
    raw = raw[keep] if len(raw) else raw
    return Seen(edges[keep], y[keep], raw, all_of_it.nan, all_of_it.up, all_of_it.down, all_of_it.refused)


def scaled_window(window: tuple[float, float], *, log: bool) -> tuple[float, float]:
    """A window on the axis' own scale."""
    if not log:
        return window
    high = math.log10(window[1]) if window[1] > 0 else 0.0
    return (math.log10(window[0]) if window[0] > 0 else high - 3, high)


def y_range(shown: Sequence[Seen], *, robust: bool) -> tuple[float, float] | None:
    """The range of y, and None if nothing can be placed."""
    import numpy as np

    parts = [part for one in shown for part in (one.y, one.raw) if len(part)]
    if not parts:
        return None
    low, high = min(float(part.min()) for part in parts), max(float(part.max()) for part in parts)
    if not robust:
        return low, high
    sample = np.concatenate([part[:: max(1, len(part) // SAMPLE)] for part in parts])
    inner, outer = (float(found) for found in np.percentile(sample / 4, PERCENTILES))  # a quarter can't overflow
    more = (outer - inner) * MARGIN
    return 4 * max(low / 4, inner - more), 4 * min(high / 4, outer + more)


def thinned(x: Floats, y: Floats, points: int) -> tuple[Floats, Floats]:
    """At most about `points` of a curve that draw as all of them: of each stretch the smallest and the largest value.

    tsdownsample's MinMax ("MinMax" of Jugel et al., M4, VLDB 2014), and the two ends.
    """
    import numpy as np

    if len(x) <= points or points < 4:
        return x, y
    from tsdownsample import MinMaxDownsampler

    x, y = np.ascontiguousarray(x), np.ascontiguousarray(y)
    kept = MinMaxDownsampler().downsample(x, y, n_out=points // 2 * 2)  # type: ignore[no-untyped-call]
    kept = np.unique(np.concatenate(([0], kept.astype(np.int64), [len(x) - 1])))
    return x[kept], y[kept]


def thinned_within(x: Floats, y: Floats, ends: tuple[float, float], points: int) -> tuple[Floats, Floats]:
    """As `thinned`, in stretches that divide the whole axis from one of its `ends` to the other: what is added to a
    curve leaves the points kept of the rest of it as they were."""
    import numpy as np

    if len(x) <= points or points < 4 or not ends[0] < ends[1]:
        return x, y
    starts = np.unique(np.concatenate(([0], np.searchsorted(x, np.linspace(*ends, points // 2 + 1), "left"))))
    starts = starts[starts < len(x)]
    counts = np.diff(np.append(starts, len(x)))
    kept = [np.array([0, len(x) - 1])]
    for extreme in (np.minimum, np.maximum):
        found = np.flatnonzero(y == np.repeat(extreme.reduceat(y, starts), counts))
        kept.append(found[np.unique(np.searchsorted(starts, found, "right"), return_index=True)[1]])
    places = np.unique(np.concatenate(kept))
    return x[places], y[places]


def nearest(plot: Plot, curve: Curve, where: float) -> At | None:
    """The point of `curve` whose x is nearest to `where`; of equally near ones the first, of one x the last.

    Searched for in the whole numbers as they are stored: a key waits for it, and floats of a million take a while.
    """
    import numpy as np

    series = curve.series
    if not len(series):
        return None
    values, order = np.frombuffer(series.values, np.float64), None
    if plot.x == "step":
        x, place = np.frombuffer(series.steps, np.int64), where
    else:
        x = np.frombuffer(series.times, np.int64)
        order = np.argsort(x, kind="stable") if series.disordered else None
        x = x if order is None else x[order]
        place = where if plot.x == "time" else where * 1000 + _began(curve, int(x[0]))
    place, first, last = float(place), int(x[0]), int(x[-1])  # steps go to the ends of 64 bits, and x beyond them
    after = int(np.searchsorted(x, np.int64(min(max(math.ceil(place), first), last)), "left"))
    before = max(after - 1, 0)
    index = before if abs(x[before] - place) <= abs(x[after] - place) else after
    index = int(np.searchsorted(x, x[index], "right")) - 1
    began = _began(curve, first)

    def shown(stored: Any) -> float:
        return float(stored) if plot.x != "relative" else (int(stored) - began) / 1000

    reach = int(math.log(NEGLIGIBLE) / math.log(plot.smooth)) + 1 if plot.smooth else 1  # what is older adds nothing
    newest = slice(max(0, index + 1 - reach), index + 1)
    reached = values[newest] if order is None else values[order[newest]]
    smooth = float(smoothed(reached, plot.smooth)[-1]) if plot.smooth else None
    return At(shown(x[index]), float(reached[-1]), smooth, not first - 0.5 <= place <= last + 0.5)


def _began(curve: Curve, first: int) -> int:
    """What relative time counts from (epoch ms): the run's start, or its first point if that came before."""
    return first if curve.start is None else min(curve.start, first)
