"""CSV and TSV as an aligned table."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from mltui.present.layout import cells, fitting, grid, width_of
from mltui.present.marks import count
from mltui.present.text import Line, Span, line, safe

#: Rows of a table that are shown.
ROWS = 200
#: Columns of a table that are shown.
COLUMNS = 60
#: Terminal columns of one cell, and between two.
WIDEST, GAP = 32, 2

_NUMBER = re.compile(r"\s*[-+]?(\d[\d_,]*(?:\.\d*)?|\.\d+)([eE][-+]?\d+)?%?\s*|nan|inf|-inf|NaN|NA|", re.ASCII)


def table_lines(text: str, delimiter: str = "", width: int | None = None, more: str = "…") -> list[Line]:
    """The table in `text`; () if it makes none. Without a `delimiter` the commonest of its first line counts."""
    head = text.partition("\n")[0]
    delimiter = delimiter or max(",;\t|", key=head.count)
    try:
        rows: list[list[str]] = []
        for row in csv.reader(text.splitlines(), delimiter=delimiter):
            if len(rows) > ROWS:
                break
            rows.append(row)
    except csv.Error:
        return []
    rows = [row for row in rows if row]
    if not rows:
        return []
    total = text.count("\n") + (not text.endswith("\n")) - 1
    return rows_lines(rows[0], rows[1:], total, width, more)


def rows_lines(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    total: int | None = None,
    width: int | None = None,
    more: str = "…",
) -> list[Line]:
    """A head and rows as an aligned table, numbers to the right; what is left out is counted.

    As many columns as have room in `width` terminal columns (None: all), then `more` in each line: a wrapped table
    can't be read.
    """
    shown = [list(row[:COLUMNS]) for row in rows[:ROWS]]
    numeric = [all(_NUMBER.fullmatch(row[at]) for row in shown if at < len(row)) for at in range(len(head))]
    aligns = "".join("r" if right and shown else "l" for right in numeric[:COLUMNS])
    titles: list[Line] = [(Span(safe(each), "title"),) for each in head[:COLUMNS]]
    body: list[list[Line]] = [[(Span(safe(each.strip())),) for each in row] for row in shown]
    table: list[list[Line]] = [titles, *body]
    most = max(len(row) for row in table)
    every = max(len(head), most)
    mark = f"{more} {every:,} more"  # the heading says at once how many there are, the last line is far below
    kept, widest = _room(table, most, width, cells(mark))
    if kept < most:
        marks = [f"{more} {every - kept:,} more", *(more if len(row) > kept else "" for row in body)]
        table = [
            [*row[:kept], *([()] * (kept - len(row))), (Span(each, "dim"),)]
            for row, each in zip(table, marks, strict=True)
        ]
        aligns = aligns[:kept]
    lines = grid(table, aligns, widest=[*[widest] * min(most, kept), 0], more=more)
    total = len(rows) if total is None else max(total, len(rows))
    notes = [count(total - ROWS, "more row")] if total > ROWS else []
    notes += [count(every - kept, "more column")] if every > kept else []
    return lines + ([line(Span(f"and {' and '.join(notes)}", "dim"))] if notes else [])


def _room(table: Sequence[Sequence[Line]], most: int, width: int | None, mark: int) -> tuple[int, int]:
    """How many of `most` columns have room, one at least, and how wide one may be. Only where that is not all, a mark
    so wide needs room beside them."""
    if width is None:
        return most, WIDEST
    wide = [max(width_of(row[at]) for row in table if at < len(row)) for at in range(most)]
    for beside in (0, mark + GAP):
        widest = max(1, min(WIDEST, width - beside))
        kept = fitting([min(widest, each) for each in wide], width + GAP - beside, GAP)
        if kept == most:
            break
    return kept, widest
