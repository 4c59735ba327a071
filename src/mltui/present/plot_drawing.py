"""A `Plot` as lines of text: title, canvas with its axes, legend, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.present.layout import cut, cut_line
from mltui.present.plot import ROLES, Area, Curve, Plot
from mltui.present.plot_axes import Frame, framed
from mltui.present.plot_canvas import MARKERS, POINTS_PER_COLUMN, Canvas, Stroke
from mltui.present.plot_legend import legend, letter, notes
from mltui.present.plot_numbers import Seen, roomy, scaled_window, seen, thinned, thinned_within, x_span, y_range
from mltui.present.plot_ticks import x_ticks, y_ticks
from mltui.present.text import Line, Role, Span, Symbols

if TYPE_CHECKING:
    from mltui.present.plot_numbers import Floats

#: The least that axes and a line fit into.
SMALLEST = (16, 4)
#: From so many rows on there is a row of x labels; from so many more a row for the axis itself.
LABELLED, RULED = 4, 7
#: The legend takes at most this share of the rows.
LEGEND = 0.34
#: Columns per x label, rows per y label.
X_EVERY, Y_EVERY = 14, 4
#: Columns from one letter on a line to the next, where letters stand along it.
LETTER_EVERY = 16


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Where things are on the axes' scales, and what is outside the range of y."""

    x: tuple[float, float]
    y: tuple[float, float]


def drawn(plot: Plot, width: int, height: int, symbols: Symbols) -> tuple[list[Line], Area | None]:
    """As `plot.draw_area`."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return [(Span(cut("no room for a chart", max(width, 0), symbols.more), "dim"),)], None
    shown = [seen(plot, curve) for curve in plot.curves]
    scale = _scale(plot, shown)
    said = notes(plot, shown, None if scale is None else scale.y, symbols)
    below = [*legend(plot, width, max(1, int(height * LEGEND)), symbols), *said] if plot.legend else said
    above: list[Line] = [(Span(cut(plot.title, width, symbols.more), "title"),)] if plot.title else []
    below = [cut_line(line, width, symbols.more) for line in below[: max(0, height - len(above) - SMALLEST[1])]]
    room = height - len(above) - len(below)
    if scale is None:
        return [*above, (Span(cut(_nothing(plot), width, symbols.more), "dim"),), *below], None
    frame = _frame(plot, shown, scale, (width, room), symbols)
    area = Area(frame.margin + 1, len(above), frame.canvas.width, frame.canvas.height, scale.x)
    return [*above, *framed(frame, symbols), *below], area


def _nothing(plot: Plot) -> str:
    """Why there is no line."""
    points = sum(len(curve.series) for curve in plot.curves)
    if not points:
        return "no points"
    if not sum(curve.series.finite for curve in plot.curves):
        return "no value is a finite number"
    return "no points here" if plot.window else "no value fits a log axis"


def _scale(plot: Plot, shown: list[Seen]) -> Scale | None:
    y = y_range(shown, robust=plot.y == "robust")
    if y is None:
        return None
    if plot.growing:
        y = roomy(*y)
    if plot.window is not None:
        return Scale(scaled_window(plot.window, log=plot.log_x), y)
    bounds = x_span(plot)
    ends = [end for one in shown if len(one.x) for end in (float(one.x[0]), float(one.x[-1]))]
    if bounds is not None and not plot.log_x:
        ends += bounds  # values that are not finite have their place too
    return Scale((min(ends), max(ends)), y)


def _frame(plot: Plot, shown: list[Seen], scale: Scale, size: tuple[int, int], symbols: Symbols) -> Frame:
    """The canvas and its axes, `size` columns and rows."""
    width, height = size
    rows = height - (height >= LABELLED) - (height >= RULED)
    y = y_ticks(*scale.y, max(2, rows // Y_EVERY), log=plot.log_y)
    margin = min(max(len(tick.label) for tick in y), width // 3)
    columns = width - margin - 1
    x = x_ticks(*scale.x, max(2, columns // X_EVERY), plot.x, log=plot.log_x)
    canvas = Canvas(columns, rows, _strokes(plot, shown, scale, columns, symbols))
    _mark(canvas, plot, shown, scale, symbols)
    at_x = [(unit(tick.at, scale.x), tick.label) for tick in x]
    at_y = [(unit(tick.at, scale.y), tick.label) for tick in y]
    return Frame(canvas, at_x, at_y, margin, ruled=height >= RULED, labelled=height >= LABELLED)


def unit(value: float, ends: tuple[float, float]) -> float:
    """Where a value is between two ends, 0 to 1; in the middle where they are one. Halved, lest they overflow."""
    low, high = ends
    span = high / 2 - low / 2
    return (value / 2 - low / 2) / span if span else 0.5


def _units(values: Floats, ends: tuple[float, float]) -> Floats:
    import numpy as np

    low, high = ends
    span = high / 2 - low / 2
    return np.clip((values / 2 - low / 2) / span, 0.0, 1.0) if span else np.full(len(values), 0.5)


def role_of(index: int) -> Role:
    """The role of the curve with that index."""
    return f"series{index % ROLES}"


def marker_of(index: int, symbols: Symbols) -> str:
    """Its marker: "" is braille, which every curve has where the terminal can show it."""
    return MARKERS[index % len(MARKERS)] if symbols.sparks.isascii() else ""


def _strokes(plot: Plot, shown: list[Seen], scale: Scale, columns: int, symbols: Symbols) -> list[Stroke]:
    points = columns * POINTS_PER_COLUMN
    behind, front = list[Stroke](), list[Stroke]()

    def fewer(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return thinned_within(x, y, scale.x, points) if plot.growing else thinned(x, y, points)

    for curve, one in zip(plot.curves, shown, strict=True):
        if not len(one.x):
            continue
        if len(one.raw):
            raw_marker = "." if symbols.sparks.isascii() else ""
            behind.append(_stroke(*fewer(one.x, one.raw), scale, ("faint", raw_marker)))
        look = role_of(curve.index), marker_of(curve.index, symbols)
        front.append(_stroke(*fewer(one.x, one.y), scale, look))
    return [*behind, *front]


def _stroke(x: Floats, y: Floats, scale: Scale, look: tuple[Role, str]) -> Stroke:
    role, marker = look
    return Stroke(_units(x, scale.x).tolist(), _units(y, scale.y).tolist(), role, marker)


def _mark(canvas: Canvas, plot: Plot, shown: list[Seen], scale: Scale, symbols: Symbols) -> None:
    """Letters at the ends, values that are outside or not finite at the edges."""
    low, high = scale.y
    for curve, one in zip(plot.curves, shown, strict=True):
        role = role_of(curve.index)
        outside = one.raw if len(one.raw) else one.y
        _edge(canvas, one.x[outside > high], scale, 0, (symbols.up, role))
        _edge(canvas, one.x[outside < low], scale, canvas.height - 1, (symbols.down, role))
        _edge(canvas, one.up, scale, 0, (symbols.up, role))
        _edge(canvas, one.down, scale, canvas.height - 1, (symbols.down, role))
        _edge(canvas, one.nan, scale, canvas.height - 1, (symbols.failed, role))
    if len(plot.curves) > 1:
        taken = _letters(canvas, plot.curves, shown, scale)
        if len(plot.curves) > plot.colours:
            _letters_along(canvas, plot.curves, shown, scale, taken)


def _edge(canvas: Canvas, places: Floats, scale: Scale, row: int, look: tuple[str, Role]) -> None:
    import numpy as np

    if len(places):
        for column in np.unique((_units(places, scale.x) * (2 * canvas.width - 1)).round().astype(int) // 2):
            canvas.put(int(column), row, *look)


def _letters(canvas: Canvas, curves: tuple[Curve, ...], shown: list[Seen], scale: Scale) -> set[tuple[int, int]]:
    """Each curve's letter at its last point, or near it where another's stands. Gives the cells that are taken."""
    taken: set[tuple[int, int]] = set()
    for curve, one in zip(curves, shown, strict=True):
        if not len(one.x):
            continue
        y = min(max(float(one.y[-1]), scale.y[0]), scale.y[1])
        column, row = canvas.place(unit(float(one.x[-1]), scale.x), unit(y, scale.y))
        column, row = _free(canvas, column, row, taken)
        taken.add((column, row))
        canvas.put(column, row, letter(curve.index), role_of(curve.index))
    return taken


def _free(canvas: Canvas, column: int, row: int, taken: set[tuple[int, int]]) -> tuple[int, int]:
    """The nearest cell for a letter that is not `taken`: left of it, else right of it, else in another row."""
    beside = [*range(column, -1, -1), *range(column + 1, canvas.width)]
    rows = sorted(range(canvas.height), key=lambda each: abs(each - row))
    cells = ((at, each) for each in rows for at in beside)
    return next((cell for cell in cells if cell not in taken), (column, row))


def _letters_along(
    canvas: Canvas, curves: tuple[Curve, ...], shown: list[Seen], scale: Scale, taken: set[tuple[int, int]]
) -> None:
    """Each curve's letter again and again on its line, where that is not under another's; no two at one x."""
    import numpy as np

    for nth, (curve, one) in enumerate(zip(curves, shown, strict=True)):
        if not len(one.x):
            continue
        role = role_of(curve.index)
        places = (2 * np.arange(canvas.width) + 0.5) / (2 * canvas.width - 1)  # of the columns, 0 to 1
        across = _units(one.x, scale.x)
        up = np.interp(places, across, _units(one.y, scale.y))
        wanted = 1 + nth * LETTER_EVERY // len(curves)
        for column in range(canvas.width):
            _, row = canvas.place(float(places[column]), float(up[column]))
            inside = across[0] <= places[column] <= across[-1]
            if column < wanted or not inside or (column, row) in taken or canvas.cells[row][column][1] != role:
                continue
            taken.update((column + beside, row) for beside in (-1, 0, 1))
            canvas.put(column, row, letter(curve.index), role)
            wanted = column + LETTER_EVERY
