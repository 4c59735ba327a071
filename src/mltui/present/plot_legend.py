"""Below a chart: a legend with values, and what is not on the chart."""

from __future__ import annotations

import math
import string
from collections.abc import Sequence

from mltui.model.series import choose_x
from mltui.present.layout import cells, cut, width_of
from mltui.present.plot import ROLES, Curve, Plot
from mltui.present.plot_canvas import MARKERS
from mltui.present.plot_numbers import Seen, nearest
from mltui.present.plot_ticks import x_label
from mltui.present.text import Line, Span, Symbols, number, safe

#: The narrowest column of a legend, and blanks between two.
NARROWEST, APART = 26, 2


def letter(index: int) -> str:
    """What a curve is called on the chart: a … z, A … Z, from the start again."""
    return string.ascii_letters[index % len(string.ascii_letters)]


def legend(plot: Plot, width: int, rows: int, symbols: Symbols, x: float | None = None) -> list[Line]:
    """At most `rows` lines: each curve's letter, name and last value, or its value at `x`, where the cursor is."""
    if not plot.curves or rows < 1:
        return []
    curves = [curve for curve in plot.curves if len(curve.series)]
    without = [curve for curve in plot.curves if not len(curve.series)]
    if len(without) == 1 or not curves:  # what is not on the chart comes last, several of those as a number
        curves, without = [*curves, *without], []
    values = [_value(plot, curve, x) for curve in curves]
    names = [safe(curve.name) for curve in curves]
    longest = max(cells(name) + cells(value) for name, value in zip(names, values, strict=True)) + 4
    every = max(NARROWEST, min(longest + APART, width))
    across = max(1, min(len(names) + bool(without), (width + APART) // every))
    every = max(every, min(longest + APART, (width + APART) // across))
    shown = rows * across
    told = [
        _cell(curve, name, value, every - APART, symbols)
        for curve, name, value in zip(curves, names, values, strict=True)
    ]
    if without:
        told.append((Span(f"{len(without):,} more have no points", "dim"),))
    if len(told) > shown:
        left = len(plot.curves) - shown + 1
        told = [*told[: shown - 1], (Span(f"{symbols.more} and {left:,} more", "dim"),)]
    lines: list[Line] = []
    for start in range(0, min(len(told), shown), across):
        line: Line = ()
        for place, cell in enumerate(told[start : start + across]):
            text = width_of(line)
            line = (*line, Span(" " * (place * every - text)), *cell) if place else cell
        lines.append(line)
    return lines


def _value(plot: Plot, curve: Curve, x: float | None) -> str:
    series = curve.series
    if not len(series):
        return "no points"
    if x is None:
        return number(series.values[-1])
    found = nearest(plot, curve, x)
    if found is None:
        return ""
    said = number(found.value)
    if found.smooth is not None and not math.isnan(found.smooth):
        said = f"{number(found.smooth)} ({said})"
    return f"{said} at {x_label(found.x, plot.x).removeprefix('step ')}" if found.beyond else said


def _cell(curve: Curve, name: str, value: str, width: int, symbols: Symbols) -> Line:
    role = f"series{curve.index % ROLES}"
    sign = MARKERS[curve.index % len(MARKERS)] if symbols.sparks.isascii() else "━"
    name = cut(name, max(4, width - cells(value) - 4), symbols.more)
    return (Span(f"{letter(curve.index)}{sign} ", role), Span(name), Span(" "), Span(value, "title"))


def notes(plot: Plot, shown: Sequence[Seen], y: tuple[float, float] | None, symbols: Symbols) -> list[Line]:
    """One line of what is not on the chart or not as one would think; none if there is nothing to say."""
    said = [plot.why] if plot.why else []
    nan, up = sum(len(one.nan) for one in shown), sum(len(one.up) for one in shown)
    down, refused = sum(len(one.down) for one in shown), sum(one.refused for one in shown)
    said += [f"{count:,} {word}" for count, word in ((nan, "NaN"), (up, "inf"), (down, "-inf")) if count]
    if refused:
        least = " or ".join(name for name, log in (("x", plot.log_x), ("value", plot.log_y)) if log)
        said.append(f"{refused:,} of {least} <= 0 not shown")
    if y is not None and plot.y == "robust":
        said += _outside(plot, shown, y)
    if plot.x == "step":
        said += [] if choose_x([c.series for c in plot.curves]).kind == "step" else ["steps repeat"]
    elif late := sum(curve.series.disordered for curve in plot.curves if not curve.series.repeated):
        said.append(f"{late:,} logged out of order")
    said += sorted({curve.series.note for curve in plot.curves if curve.series.note})
    return [(Span(f" {symbols.dot} ".join(said), "note"),)] if said else []


def _outside(plot: Plot, shown: Sequence[Seen], y: tuple[float, float]) -> list[str]:
    import numpy as np

    above = sum(int(np.count_nonzero((one.raw if len(one.raw) else one.y) > y[1])) for one in shown)
    below = sum(int(np.count_nonzero((one.raw if len(one.raw) else one.y) < y[0])) for one in shown)
    low, high = (10.0**end if plot.log_y else end for end in y)
    return [
        f"{count:,} {'point' if count == 1 else 'points'} {word} {number(edge)} not shown"
        for count, word, edge in ((above, "above", high), (below, "below", low))
        if count
    ]
