"""Rows as a printed table: all columns where there is room, the most telling ones where there is not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from mltui.present.layout import ALIGNED, grid, width_of
from mltui.present.layout import cells as width_in_cells
from mltui.present.rows import Column, Rows
from mltui.present.text import Line, Span, line

T = TypeVar("T")

#: Blanks between two columns.
GAP = 2
#: What stays of a column that is cut.
LEAST = 16
#: The column that is one symbol wide.
STATUS = "attributes.status"


def table_text(rows: Rows[T], width: int | None, only: Collection[str] = (), indent: str = "") -> list[Line]:
    """The rows under their header, a status symbol close to the name after it.

    With a `width` columns of the highest rank go first until the rest fits in it; where that is not enough, what is
    flexible is cut, so that what stands behind it is seen. None prints all. `only` names the columns to print at all
    (none: every one).
    """
    heads = rows.columns
    built = [rows.cells(index) for index in range(len(rows))]
    labels = [width_in_cells(head.label) for head in heads]
    widths = [max([label, *(width_of(cells[at]) for cells in built)]) for at, label in enumerate(labels)]
    keep = [at for at, head in enumerate(heads) if not only or head.key in only]
    while width is not None and len(indent) + sum(widths[at] + GAP for at in keep) - GAP > width:
        last = max(keep, key=lambda at: (heads[at].rank, at))
        if heads[last].rank == 0:
            break
        keep.remove(last)
    caps = _caps(heads, widths, keep, None if width is None else width - len(indent))
    table = [[line(Span(heads[at].label, "dim")) for at in keep], *([cells[at] for at in keep] for cells in built)]
    if _marks_names([heads[at] for at in keep]):
        joined = [line(*(cells[0] if width_of(cells[0]) else line(" ")), " ", *cells[1]) for cells in table]
        table = [[cell, *cells[2:]] for cell, cells in zip(joined, table, strict=True)]
        keep, caps = keep[1:], [caps[1] + 2 if caps[1] else 0, *caps[2:]]
    table = [[line(indent, *cells[0]), *cells[1:]] for cells in table] if indent else table
    caps[0] += len(indent) if caps[0] else 0
    aligns = "".join("r" if heads[at].align == "right" else "l" for at in keep)
    return grid(table, aligns=aligns, gap=GAP, widest=caps, aligned=0 if width is not None else ALIGNED)


def _caps(heads: Sequence[Column], widths: Sequence[int], keep: Sequence[int], width: int | None) -> list[int]:
    """How wide each column may be at most, 0 as it is: of what there is too much flexible ones give, the last first."""
    caps = [0] * len(keep)
    over = sum(widths[at] + GAP for at in keep) - GAP - width if width is not None else 0
    for place in reversed(range(len(keep) - 1)):
        at = keep[place]
        if over > 0 and heads[at].flex and widths[at] > LEAST:
            caps[place] = max(LEAST, widths[at] - over)
            over -= widths[at] - caps[place]
    return caps


def _marks_names(columns: Sequence[Column]) -> bool:
    """Whether the first column is the symbol of a status, and a text follows that it belongs to."""
    return len(columns) > 1 and columns[0].key == STATUS and columns[1].align == "left"
