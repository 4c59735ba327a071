"""What a table needs to know of all its rows, found out in a worker where there are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mltui.present.rows import Rows
from mltui.tui.widgets.columns import natural_widths

#: Rows measured to find the widths of columns: enough to be right, few enough to be instant. Widths stay while
#: scrolling, so that nothing jumps; a longer cell further down ends in "…".
SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a table needs to know of all its rows: where each key is (the first place of one that comes twice), and
    how wide the columns want to be."""

    index: dict[str, int]
    widths: list[int]


def prepare(rows: Rows[Any]) -> Prepared:
    """Look through the rows, in a worker where there are many."""
    index = {key: at for at, key in reversed(list(enumerate(rows.keys())))}
    return Prepared(index, natural_widths(rows.columns, map(rows.row, range(min(SAMPLE, len(rows))))))
