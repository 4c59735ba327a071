"""One line of a table as a strip: cells in their columns, blanks between and behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mltui.present.marks import count
from mltui.present.rows import Column
from mltui.present.text import Line, Span, Symbols
from mltui.tui.widgets.cells import cell_segments, clip_line, clip_start, joined
from mltui.tui.widgets.columns import GAP, Fit


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn: on `base`, with the style of each role, `more` where a cell is cut, `width` cells long."""

    base: Style
    roles: dict[str, Style]
    more: str
    width: int


def table_line(cells: Sequence[Line], columns: Sequence[Column], fit: Fit, pen: Pen) -> Strip:
    """The cells that found room, from left to right."""
    parts = [Segment(" ", pen.base)]
    for nth, (at, width) in enumerate(fit.shown):
        if nth:
            parts.append(Segment(" " * GAP, pen.base))
        clip = clip_start if columns[at].tail else clip_line
        shown = clip(cells[at], width, pen.more)
        parts.extend(cell_segments(shown, width, columns[at].align, pen.base, pen.roles))
    blank = max(0, pen.width - fit.width - 1)
    return Strip(joined([*parts, Segment(" " * blank, pen.base)]))


def header_labels(columns: Sequence[Column], sorted_by: tuple[str, bool] | None, signs: Symbols) -> list[Line]:
    """The labels, that of the column ordered by with the way it is ordered."""
    return [(Span(_label(column, sorted_by, signs)),) for column in columns]


def beyond(laid: Fit, signs: Symbols) -> str:
    """What lies beyond the edges: ``← 2 columns  +4 columns →``."""
    right = laid.hidden - laid.left
    before = f"{signs.back} {count(laid.left, 'column')}" if laid.left else ""
    behind = f"+{count(right, 'column')} {signs.arrow}" if right else ""
    return "  ".join(filter(None, (before, behind)))


def _label(column: Column, sorted_by: tuple[str, bool] | None, signs: Symbols) -> str:
    if sorted_by is None or sorted_by[0] != column.key:
        return column.label
    return f"{column.label} {signs.down if sorted_by[1] else signs.up}"
