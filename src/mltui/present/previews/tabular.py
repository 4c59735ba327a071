"""CSV and TSV as an aligned table."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from mltui.present.layout import grid
from mltui.present.text import Line, Span, line, safe

#: Rows of a table that are shown.
ROWS = 200
#: Columns of a table that are shown.
COLUMNS = 60
#: Terminal columns of one cell.
WIDEST = 32

_NUMBER = re.compile(r"\s*[-+]?(\d[\d_,]*\.?\d*|\.\d+)([eE][-+]?\d+)?%?\s*|nan|inf|-inf|NaN|NA|", re.ASCII)


def table_lines(text: str, delimiter: str = "") -> list[Line]:
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
    return rows_lines(rows[0], rows[1:], total)


def rows_lines(head: Sequence[str], rows: Sequence[Sequence[str]], total: int | None = None) -> list[Line]:
    """A head and rows as an aligned table, numbers to the right; what is left out is counted."""
    shown = [list(row[:COLUMNS]) for row in rows[:ROWS]]
    numeric = [all(_NUMBER.fullmatch(row[at]) for row in shown if at < len(row)) for at in range(len(head))]
    aligns = "".join("r" if right and shown else "l" for right in numeric[:COLUMNS])
    titles: list[Line] = [(Span(safe(each), "title"),) for each in head[:COLUMNS]]
    body = [[(Span(safe(each.strip())),) for each in row] for row in shown]
    rest = max((len(row) for row in body), default=0)
    lines = grid([titles, *body], aligns, widest=[WIDEST] * max(rest, len(titles)))
    total = len(rows) if total is None else max(total, len(rows))
    notes = [f"{total - ROWS:,} more rows"] if total > ROWS else []
    notes += [f"{len(head) - COLUMNS:,} more columns"] if len(head) > COLUMNS else []
    return lines + ([line(Span(f"and {' and '.join(notes)}", "dim"))] if notes else [])
