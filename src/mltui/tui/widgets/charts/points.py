"""Runs as points over two columns: each is its letter, so that it can be found in the legend."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mltui.model.columns import ColumnSpec
from mltui.model.key_names import key_of
from mltui.model.run_attributes import value_of
from mltui.model.runs import Run
from mltui.model.series import XKind
from mltui.present.compare_titles import titles
from mltui.present.marks import count
from mltui.present.plot import ROLES
from mltui.present.plot_axes import Frame, framed
from mltui.present.plot_canvas import Canvas
from mltui.present.plot_legend import letter
from mltui.present.plot_ticks import Tick, x_label, x_ticks, y_ticks
from mltui.present.text import Line, Span, clip, line, number
from mltui.tui.widgets.charts.look import Look
from mltui.tui.widgets.charts.picture import Picture, Sketch
from mltui.tui.widgets.charts.sketch import scatter_title

#: The least that axes and a few points fit into (columns, rows).
SMALLEST = (16, 5)
#: Columns per label of x, rows per label of y; labels of y take at most this share of the columns.
X_EVERY, Y_EVERY, LABELS = 14, 4, 3

#: Beside the points on either side, of the range of their values.
MARGIN = 0.04
#: What stands where more points share a cell than a digit tells.
MANY = "#"
#: Fewer points than this say little.
FEW = 3

START, END, DURATION = (ColumnSpec("attributes", key) for key in ("start", "end", "duration"))
#: Columns that are times, and how an axis tells them.
TIMES: dict[ColumnSpec, XKind] = {START: "time", END: "time", DURATION: "relative"}

Point = tuple[int, Run, float, float]


def scattered(runs: Sequence[Run], look: Look, sketch: Sketch) -> Picture:
    """`look.columns` of each run. Runs that have not both, or not on a log axis, are counted below; so are the places
    where several runs are one character: their number."""
    if look.columns is None:
        return Picture(
            line(Span("scatter", "title")),
            (line(Span(f"{key_of('charts.metrics')} chooses the two columns", "dim")),),
            kind="scatter",
        )
    title = scatter_title(look.columns)
    points = _points(runs, look.columns, look)
    width, height = sketch.width, sketch.height - 1
    note = _unseen(points, runs)
    height -= bool(note)
    if not points or width < SMALLEST[0] or height < SMALLEST[1]:
        why = "no room for a chart" if points else "no run has a number in both columns"
        return Picture(title, (line(Span(why, "dim")),), kind="scatter")
    body, shared = _body(points, look, (width, height), sketch)
    if shared and not note:  # a row is taken for it, in which other points may come to share one
        body, shared = _body(points, look, (width, height - 1), sketch)
    if shared:
        held = f"{count(shared, 'place')} {'holds' if shared == 1 else 'hold'} several runs"
        note = (*note, Span(f" {sketch.symbols.dot} " if note else "", "note"), Span(held, "note"))
    lines = (*body, note) if note else tuple(body)
    return Picture(title, lines, tuple(_legend(points, look, sketch)), kind="scatter")


def _unseen(points: Sequence[Point], runs: Sequence[Run]) -> Line:
    """How many runs are not on the chart, or how there could be more; () for neither."""
    if left_out := len(runs) - len(points):
        return line(Span(f"{left_out} of {len(runs)} runs have no number in both columns", "note"))
    return line(Span(f"{key_of('mark')} in the table marks more runs", "note")) if len(runs) < FEW else ()


def column_value(run: Run, column: ColumnSpec) -> float | None:
    """The number in a column (``metrics.auc``, ``params.lr``, ``attributes.duration``) of a run; None if there is none.

    Times are epoch ms, durations seconds.
    """
    value = value_of(run, column)
    try:
        found = float(value) if value is not None else None
    except ValueError:
        return None
    if found is None:
        return None
    return found / 1000 if column == DURATION else found


def _points(runs: Sequence[Run], columns: tuple[ColumnSpec, ColumnSpec], look: Look) -> list[Point]:
    found: list[Point] = []
    for at, run in enumerate(runs):
        x, y = (column_value(run, column) for column in columns)
        if x is not None and y is not None and _fits(x, log=look.log_x) and _fits(y, log=look.log_y):
            found.append((at, run, _scale(x, log=look.log_x), _scale(y, log=look.log_y)))
    return found


def _scale(value: float, *, log: bool) -> float:
    return math.log10(value) if log and value > 0 else value


def _fits(value: float, *, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def _body(points: Sequence[Point], look: Look, size: tuple[int, int], sketch: Sketch) -> tuple[list[Line], int]:
    """The rows of the chart, and how many of its cells hold several runs."""
    width, height = size
    xs, ys = [x for _, _, x, _ in points], [y for _, _, _, y in points]
    rows = height - 2
    assert look.columns is not None
    up = _ticks(look.columns[1], ys, max(2, rows // Y_EVERY), log=look.log_y)
    margin = min(max(len(tick.label) for tick in up), width // LABELS)
    canvas = Canvas(width - margin - 1, rows, ())
    cells: dict[tuple[int, int], list[int]] = {}
    for at, _, x, y in points:
        cells.setdefault(canvas.place(_share(x, xs), _share(y, ys)), []).append(at)
    for place, held in cells.items():
        if len(held) == 1:
            canvas.put(*place, letter(held[0]), f"series{held[0] % ROLES}")
        else:
            canvas.put(*place, str(len(held)) if len(held) <= 9 else MANY, "title")
    across = _ticks(look.columns[0], xs, max(2, canvas.width // X_EVERY), log=look.log_x)
    places_x = [(_share(tick.at, xs), tick.label) for tick in across]
    places_y = [(_share(tick.at, ys), tick.label) for tick in up]
    frame = Frame(canvas, places_x, places_y, margin, ruled=True, labelled=True)
    return framed(frame, sketch.symbols), sum(len(held) > 1 for held in cells.values())


def _ticks(column: ColumnSpec, values: Sequence[float], most: int, *, log: bool) -> list[Tick]:
    kind = TIMES.get(column)
    low, high = _ends(values)
    return y_ticks(low, high, most, log=log) if kind is None else x_ticks(low, high, most, kind, log=log)


def _said(value: float, column: ColumnSpec) -> str:
    kind = TIMES.get(column)
    return number(value) if kind is None else x_label(value, kind)


def _share(value: float, values: Sequence[float]) -> float:
    low, high = _ends(values)
    return 0.5 if low == high else (value / 2 - low / 2) / (high / 2 - low / 2)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """The range of an axis: that of the values, and a little more, so that no point lies on an axis or in a corner."""
    low, high = min(values), max(values)
    more = MARGIN * (high - low)
    return (low - more, high + more) if math.isfinite(more) else (low, high)


def _legend(points: Sequence[Point], look: Look, sketch: Sketch) -> list[Line]:
    assert look.columns is not None
    lines: list[Line] = []
    names = dict(zip((at for at, *_ in points), titles([run for _, run, *_ in points], width=None), strict=True))
    for at, run, _, _ in points[: sketch.legend_rows]:
        x, y = (column_value(run, column) or 0.0 for column in look.columns)
        values = f"({_said(x, look.columns[0])}, {_said(y, look.columns[1])})"
        name = clip(names[at], max(4, sketch.legend_width - len(values) - 4), sketch.symbols.more)
        lines.append(line(Span(f"{letter(at)} ", f"series{at % ROLES}"), Span(name), Span(f" {values}", "title")))
    if (more := len(points) - len(lines)) and lines:
        lines[-1] = line(Span(f"{sketch.symbols.more} and {more + 1:,} more", "dim"))
    return lines
