"""Line charts in braille, drawn by plotext.

plotext keeps one figure per process, and copying it crashes the interpreter: a lock guards it, it is cleared for every
chart, and `line_chart` is called on a worker thread, never on the one that draws the screen (DESIGN section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mltui.present.downsample import min_max
from mltui.present.plot_canvas import figure_lock
from mltui.present.text import Line, Span, Symbols, number

#: Points per terminal column that a chart can tell apart: braille has two dots, each with a smallest and a largest.
POINTS_PER_COLUMN = 4

#: Smaller charts say less than a sparkline does.
SMALLEST = (16, 3)

#: Rows from which on a third y label does not crowd the axis.
TALL = 6

#: Values beyond this are scaled down before they are drawn.
LARGEST = 1e300


@dataclass(frozen=True, slots=True)
class Curve:
    """Values in order, and where on the x axis each is (None: 0, 1, 2, …)."""

    values: tuple[float, ...]
    at: tuple[float, ...] | None = None


def line_chart(curve: Curve, width: int, height: int, symbols: Symbols, ends: tuple[str, str] = ("", "")) -> list[Line]:
    """`curve` in `width` x `height` columns and rows, labelled with its y values and the `ends` of its x axis.

    Values that are not finite are left out. Empty if nothing finite is left or there is no room.
    """
    kept = min_max(curve.values, width * POINTS_PER_COLUMN)
    if not kept or width < SMALLEST[0] or height < SMALLEST[1]:
        return []
    ys = [curve.values[index] for index in kept]
    # plotext subtracts limits from each other, which overflows near the largest float: draw a scaled copy then.
    scale = 2.0**-64 if max(map(abs, ys)) > LARGEST else 1.0
    ticks = [(value * scale, label) for value, label in _y_ticks(ys, height)]
    xs = [float(index) if curve.at is None else curve.at[index] for index in kept]
    points = list(zip(xs, (value * scale for value in ys), strict=True))
    drawn = _drawn(points, (width, height), ticks, ends, braille=not symbols.sparks.isascii())
    return [_roles(text) for text in drawn]


def _drawn(
    points: Sequence[tuple[float, float]],
    size: tuple[int, int],
    ticks: Sequence[tuple[float, str]],
    ends: tuple[str, str],
    *,
    braille: bool,
) -> list[str]:
    """The chart as plain text, one string a row."""
    import plotext  # 60 ms, and only charts need it

    first, last = points[0][0], points[-1][0]
    wanted = [(first, ends[0]), (last, ends[1])] if first < last else [(last, ends[1])]
    places = [(place, label) for place, label in wanted if label]
    with figure_lock:
        plotext.terminal.limit(False, False)
        figure = plotext.figure
        figure.clear()
        figure.plot_size(*size)
        figure.theme("colorless")
        signal = figure.signal([x for x, _ in points], [y for _, y in points], marker="braille" if braille else "*")
        figure.draw(signal.lines(True))
        figure.axes(False, axis="x")
        figure.axes(False, side=1)
        figure.ruler("y", 0).ticks([place for place, _ in ticks], [label for _, label in ticks])
        figure.ruler("x", 0).ticks([place for place, _ in places], [label for _, label in places])
        text = plotext.uncolorize(str(figure.build()))
    rows = [row.rstrip() for row in text.split("\n")]
    while rows and not rows[-1]:
        rows.pop()
    return rows if braille else [row.replace("┤", "|").replace("│", "|") for row in rows]


def _y_ticks(ys: Sequence[float], height: int) -> list[tuple[float, str]]:
    """The smallest and the largest value with their labels, and the middle where there is room for it."""
    low, high = min(ys), max(ys)
    if low == high:
        return [(low, number(low))]
    middle = low / 2 + high / 2
    if abs(middle) < (high / 2 - low / 2) / 1000:
        middle = 0.0
    shown = (low, middle, high) if height >= TALL else (low, high)
    digits = next((n for n in range(3, 9) if len({number(value, n) for value in shown}) == len(shown)), 9)
    return [(value, number(value, digits)) for value in shown]


def _roles(text: str) -> Line:
    """Labels and axis dim, the curve accented."""
    axis = max(text.find("┤"), text.find("│"), text.find("|"))
    if axis < 0:
        return (Span(text, "dim"),)
    return (Span(text[: axis + 1], "dim"), Span(text[axis + 1 :], "accent"))
