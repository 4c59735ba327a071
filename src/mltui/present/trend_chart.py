"""A trend as a chart of text: the metric over the commits of a line, with what happened at them below the axis.

The x axis is the commits in their order, each as far from the next, from the first that was measured to the newest;
its labels are their dates. Below it stand the tags and the changes of datasets, over the line a mark for each
regression.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mltui.model.trend import DataChange, Trend, TrendPoint, TrendSeries
from mltui.present.downsample import min_max
from mltui.present.layout import cut, cut_line
from mltui.present.marks import count
from mltui.present.plot import ROLES, Area
from mltui.present.plot_axes import Frame, framed
from mltui.present.plot_canvas import MARKERS, POINTS_PER_COLUMN, Canvas, Stroke, spans
from mltui.present.plot_legend import letter
from mltui.present.plot_ticks import y_ticks
from mltui.present.text import Line, Role, Span, Symbols, safe

#: The least that axes and a line fit into.
SMALLEST = (20, 4)
#: From so many rows on there is a row of dates, the axis itself, a first and a second row of marks.
LABELLED, RULED, MARKED = 4, 8, (6, 9)
#: Columns per date, rows per y label.
X_EVERY, Y_EVERY = 14, 4
#: What rows of marks are called, in the margin of the y axis.
TAGS, DATA = "tags", "data"
#: With more points in a column their median is drawn, and all of them behind it.
CROWDED = 2
_YEAR_MS = 300 * 86_400_000


@dataclass(frozen=True, slots=True)
class Scale:
    """The places at the ends of the x axis and the values at those of the y axis."""

    x: tuple[int, int]
    y: tuple[float, float]

    def across(self, at: float) -> float:
        low, high = self.x
        return (at - low) / (high - low) if high > low else 0.5

    def up(self, value: float) -> float:
        low, high = self.y
        span = high / 2 - low / 2
        return (value / 2 - low / 2) / span if span else 0.5


def draw_trend(trend: Trend, width: int, height: int, symbols: Symbols) -> tuple[list[Line], Area | None]:
    """The chart in at most `width` x `height`, and where its points are; a sentence and None where there are none."""
    scale = _scale(trend)
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return [(Span(cut("no room for a chart", max(0, width), symbols.more), "dim"),)], None
    if scale is None:
        return [(Span(cut(nothing(trend), width, symbols.more), "dim"),)], None
    marks = _wanted(trend, scale, height)
    rows = height - (height >= LABELLED) - (height >= RULED) - len(marks)
    ticks = y_ticks(*scale.y, max(2, rows // Y_EVERY), log=False)
    margin = min(
        max(len(label) for label in (*(tick.label for tick in ticks), *(name for name, _ in marks))), width // 3
    )
    columns = width - margin - 1
    canvas = Canvas(columns, rows, _strokes(trend, scale, columns, symbols))
    _put_marks(canvas, trend, scale, symbols)
    frame = Frame(
        canvas,
        list(_dates(trend, scale, columns)),
        [(scale.up(tick.at), tick.label) for tick in ticks],
        margin,
        ruled=height >= RULED,
        labelled=height >= LABELLED,
    )
    below = [_row(name, places, margin, columns, symbols) for name, places in marks]
    area = Area(margin + 1, 0, columns, rows, (float(scale.x[0]), float(scale.x[1])))
    return [cut_line(line, width, symbols.more) for line in (*framed(frame, symbols), *below)], area


def column_of(area: Area, at: int) -> int:
    """The column within `area` of the commit at a place of the line."""
    low, high = area.ends
    across = (at - low) / (high - low) if high > low else 0.5
    return round(min(max(across, 0.0), 1.0) * (2 * area.columns - 1)) // 2


def nothing(trend: Trend) -> str:
    """Why there is no line."""
    if not trend.points:
        return f"{trend.metric} was measured at no commit of this line"
    return "no value is a finite number"


def legend(trend: Trend, symbols: Symbols, columns: int = 0) -> Line:
    """The series by letter and name. `columns` are those of the chart."""
    found: list[Span] = []
    for index, one in enumerate(trend.series):
        sign = MARKERS[index % len(MARKERS)] if symbols.sparks.isascii() else "━"
        mark = f"{letter(index)}{sign} " if len(trend.series) > 1 else ""
        told = count(len(one.points), "commit")
        told += ", the line is their median" if columns and len(one.points) > CROWDED * columns else ""
        found += [Span("  ")] if found else []
        found += [Span(mark, _role(index)), Span(safe(one.name, symbols)), Span(f" {told}", "dim")]
    return tuple(found)


def version(change: DataChange, symbols: Symbols) -> str:
    """What a dataset came to be: v3, "gone", or its hash where no number is known."""
    if change.hash is None:
        return "gone"
    if change.number is not None:
        return f"v{change.number}"
    return safe(change.hash.partition(":")[2][:7], symbols)


def _role(index: int) -> Role:
    return f"series{index % ROLES}"


def _scale(trend: Trend) -> Scale | None:
    values = [
        value
        for one in trend.series
        for point in one.points
        for value in (point.value, point.low, point.high)
        if math.isfinite(value)
    ]
    if not values:
        return None
    first = min(one.points[0].at for one in trend.series if one.points)
    return Scale((first, len(trend.line.shas) - 1), (min(values), max(values)))


def _strokes(trend: Trend, scale: Scale, columns: int, symbols: Symbols) -> list[Stroke]:
    behind: list[Stroke] = []
    front: list[Stroke] = []
    plain = symbols.sparks.isascii()
    for index, one in enumerate(trend.series):
        finite = [point for point in one.points if math.isfinite(point.value)]
        marker = MARKERS[index % len(MARKERS)] if plain else ""
        crowded = len(finite) > CROWDED * columns
        kept = min_max([point.value for point in finite], columns * POINTS_PER_COLUMN)
        line = [(scale.across(finite[at].at), scale.up(finite[at].value)) for at in kept]
        if crowded:
            behind.append(_stroke(line, "faint", "." if plain else "", joined=True))
            line = _medians(finite, scale, columns)
        if line:
            front.append(_stroke(line, _role(index), marker, joined=len(line) > 1))
        if not crowded and (dots := [(scale.across(at), scale.up(value)) for at, value in _spread(one.points)]):
            behind.append(_stroke(dots, "faint", "." if plain else "", joined=False))
    return [*behind, *front]


def _stroke(points: Sequence[tuple[float, float]], role: Role, marker: str, *, joined: bool) -> Stroke:
    return Stroke([x for x, _ in points], [y for _, y in points], role, marker, joined)


def _medians(points: Sequence[TrendPoint], scale: Scale, columns: int) -> list[tuple[float, float]]:
    """The median of what falls into each column."""
    held: dict[int, list[float]] = {}
    for point in points:
        held.setdefault(int(scale.across(point.at) * (columns - 1) + 0.5), []).append(point.value)
    last = max(1, columns - 1)
    return [(column / last, scale.up(sorted(values)[len(values) // 2])) for column, values in sorted(held.items())]


def _spread(points: Iterable[TrendPoint]) -> Iterable[tuple[int, float]]:
    """The least and the largest where several runs share a commit."""
    for point in points:
        for value in (point.low, point.high):
            if len(point.runs) > 1 and math.isfinite(value) and value != point.value:
                yield point.at, value


def _put_marks(canvas: Canvas, trend: Trend, scale: Scale, symbols: Symbols) -> None:
    for index, one in enumerate(trend.series):
        for point in one.points:
            if not math.isfinite(point.value):
                column = canvas.place(scale.across(point.at), 0.0)[0]
                row = 0 if point.value == math.inf else canvas.height - 1
                sign = symbols.failed if math.isnan(point.value) else symbols.up if row == 0 else symbols.down
                canvas.put(column, row, sign, _role(index))
    if len(trend.series) > 1:
        _put_letters(canvas, trend.series, scale)
    for each in trend.regressions or ():
        point = each.first_bad
        column, row = canvas.place(scale.across(point.at), scale.up(each.before))
        above = next(
            (at for at in (*range(row, -1, -1), *range(row + 1, canvas.height)) if canvas.empty(column, at)), 0
        )
        canvas.put(column, above, symbols.down, "bad")


def _put_letters(canvas: Canvas, series: Sequence[TrendSeries], scale: Scale) -> None:
    taken: set[tuple[int, int]] = set()
    for index, one in enumerate(series):
        last = next((point for point in reversed(one.points) if math.isfinite(point.value)), None)
        if last is None:
            continue
        column, row = canvas.place(scale.across(last.at), scale.up(last.value))
        column = min(column + 1, canvas.width - 1)
        while (column, row) in taken and column:
            column -= 1
        taken.add((column, row))
        canvas.put(column, row, letter(index), _role(index))


def _dates(trend: Trend, scale: Scale, columns: int) -> Iterable[tuple[float, str]]:
    """The dates of some commits, those at the ends first of all."""
    first, last = scale.x
    most = max(2, columns // X_EVERY)
    places = dict.fromkeys(round(first + (last - first) * step / (most - 1)) for step in range(most))
    times = trend.line.times
    long = times[last] - times[first] > _YEAR_MS
    former = ""
    for at in places:
        label = _date(times[at], long=long)
        if label != former:
            yield scale.across(at), label
        former = label


def _date(ms: int, *, long: bool) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000).strftime("%b %Y" if long else "%d %b").lstrip("0")
    except (OverflowError, ValueError, OSError):
        return ""


# Rows of marks

Places = Sequence[tuple[float, str]]


def _wanted(trend: Trend, scale: Scale, height: int) -> list[tuple[str, Places]]:
    """Rows of tags and of data, as far as there is something in them and room for them."""
    first = scale.x[0]
    tags = [(scale.across(tag.at), tag.name) for tag in trend.tags if tag.at >= first]
    data: dict[int, list[DataChange]] = {}
    for change in trend.data:
        if change.at >= first:
            data.setdefault(change.at, []).append(change)
    several = len({change.path for changes in data.values() for change in changes}) > 1
    told = [(scale.across(at), _told(changes, several=several)) for at, changes in data.items()]
    rows: list[tuple[str, Places]] = [(name, places) for name, places in ((DATA, told), (TAGS, tags)) if places]
    return rows[: sum(height >= least for least in MARKED)]


def _told(changes: Sequence[DataChange], *, several: bool) -> str:
    if len(changes) > 1:
        return f"{len(changes)}"
    only = changes[0]
    name = f"{only.path.rpartition('/')[2]} " if several else ""
    return name + ("gone" if only.hash is None else f"v{only.number}" if only.number is not None else "")


def _row(name: str, places: Places, margin: int, columns: int, symbols: Symbols) -> Line:
    """Marks where they belong, with what they are called as far as that has room before the next."""
    sign, role = (symbols.mark, "accent") if name == DATA else ("'" if symbols.sparks.isascii() else "╵", "hash")
    cells: list[tuple[str, Role]] = [(" ", "")] * columns
    at = [min(columns - 1, round(across * (2 * columns - 1)) // 2) for across, _ in places]
    for index, (_, label) in enumerate(places):
        column = at[index]
        cells[column] = (sign, role)
        following = next((each for each in at[index + 1 :] if each > column), columns + 1)
        text = f"{' ' * (name == DATA)}{safe(label, symbols)}" if label else ""
        room = min(following - 1, columns) - column - 1
        if text and len(text) <= room:
            cells[column + 1 : column + 1 + len(text)] = [(char, "dim") for char in text]
        elif (
            text
            and column + len(text) >= columns
            and all(cell[0] == " " for cell in cells[column - len(text) - 1 : column])
        ):
            cells[column - len(text) : column] = [(char, "dim") for char in f"{text.strip()}{' ' * (name == DATA)}"]
    return (Span(f"{cut(name, margin):>{margin}} ", "dim"), *spans(cells))
