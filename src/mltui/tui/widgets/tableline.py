"""One line of a table as a strip: cells in their columns, blanks between and behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mltui.present.marks import count
from mltui.present.rows import Column
from mltui.present.text import Line, Span, Symbols, line, plain
from mltui.tui.roles import segments
from mltui.tui.widgets.cells import cell_segments, clip_line, clip_start, joined
from mltui.tui.widgets.columns import GAP, Fit
from mltui.tui.widgets.wrapping import wrap_line

#: Keys of columns and whether each descends, the first one first.
Orders = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn: on `base`, with the style of each role, `more` where a cell is cut, `width` cells long."""

    base: Style
    roles: dict[str, Style]
    more: str
    width: int


def table_line(
    cells: Sequence[Line],
    columns: Sequence[Column],
    fit: Fit,
    pen: Pen,
    flag: Span | None = None,
    *,
    under: tuple[int, Pen] | None = None,
) -> Strip:
    """The cells that found room, from left to right. `flag`: one character in front of them. `under`: the number of
    the column whose cell the cursor is on, and how that one is drawn."""
    parts = segments((flag,), pen.base, pen.roles) if flag else [Segment(" ", pen.base)]
    for nth, (at, width) in enumerate(fit.shown):
        if nth:
            parts.append(Segment(" " * GAP, pen.base))
        # Headings of groups differ at their beginning, whatever the names below them do.
        clip = clip_start if columns[at].tail and not _is_title(cells[at]) else clip_line
        shown = clip(cells[at], width, pen.more)
        drawn = under[1] if under and under[0] == at else pen
        parts.extend(cell_segments(shown, width, columns[at].align, drawn.base, drawn.roles))
    blank = max(0, pen.width - fit.width - 1)
    return Strip(joined([*parts, Segment(" " * blank, pen.base)]))


def _is_title(cell: Line) -> bool:
    return bool(cell) and cell[0].role == "title"


def placeholder_line(text: str, index: int, pen: Pen, *, last: bool) -> Strip:
    """The line `index` of what is said instead of rows; the `last` one that has room ends in a mark if it must."""
    width = max(1, pen.width - 2)
    told: list[Line] = wrap_line((Span(text, "prose"),), width)
    rest = told[index:] if last else told[index : index + 1]
    shown = clip_line(line(" ".join(plain(each) for each in rest)), width, pen.more)
    return Strip([Segment(" " + plain(shown), pen.base)])


def header_labels(columns: Sequence[Column], sorted_by: Orders, signs: Symbols, under: str | None = None) -> list[Line]:
    """The labels, those of the columns ordered by with the way they are ordered: ``auc ▼``, of several ``auc 1▼``.

    The one `under` the cursor stands in brackets, in the place of the blanks around it if it has some.
    """
    nth = {key: at for at, (key, _) in enumerate(sorted_by, start=1)}
    falls = dict(sorted_by)
    several = len(sorted_by) > 1
    labels: list[Line] = []
    for column in columns:
        number = str(nth[column.key]) if several and column.key in nth else ""
        sign = f" {number}{signs.down if falls[column.key] else signs.up}" if column.key in nth else ""
        label = f"[{column.label.strip()}]" if column.key == under else column.label
        labels.append((Span(f"{label}{sign}"),))
    return labels


def ordered_widths(columns: Sequence[Column], sorted_by: Orders) -> list[int]:
    """What the labels of several columns ordered by need besides the blank and the sign that all have room for."""
    keys = {key for key, _ in sorted_by} if len(sorted_by) > 1 else set()
    return [len(column.label) + 3 if column.key in keys else 0 for column in columns]


def beyond(laid: Fit, signs: Symbols) -> str:
    """What lies beyond the edges: ``← 2 columns  +4 columns →``."""
    right = laid.hidden - laid.left
    before = f"{signs.back} {count(laid.left, 'column')}" if laid.left else ""
    behind = f"+{count(right, 'column')} {signs.arrow}" if right else ""
    return "  ".join(filter(None, (before, behind)))
