"""The lines of a table as strips: each row is drawn once, and again only when it looks otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from textual.strip import Strip

from mltui.present.rows import Row, Rows
from mltui.present.text import Span, Symbols
from mltui.tui.widgets.across import Across
from mltui.tui.widgets.tableline import Pen, header_labels, table_line


class TableLines:
    """Draws rows in the columns of `across`.

    `pen` is how a line is drawn that has this component class ("": a row that the cursor is not on).
    """

    def __init__(self, across: Across, pen: Callable[[str], Pen]) -> None:
        self._across, self._pen = across, pen
        self._flags: Mapping[str, Span] = {}
        self._strips: dict[int, tuple[Row, Strip]] = {}

    def header(self, signs: Symbols, under: str | None) -> Strip:
        """The titles of the columns; the cursor is on cells of the column `under`."""
        across = self._across
        labels = header_labels(across.columns, across.sorted_by, signs, under)
        columns = [replace(each, tail=each.tail or each.terse) for each in across.columns]
        return table_line(labels, columns, across.laid, self._pen("table--header"))

    def row(self, rows: Rows[Any], index: int) -> Strip:
        """A row that the cursor is not on."""
        return self._known(rows, index)[1]

    def cursor(self, rows: Rows[Any], index: int, under: str | None, *, focused: bool) -> Strip:
        """The row that the cursor is on, as a whole or on its cell in the column `under`."""
        row, _ = self._known(rows, index)  # as it looks once the cursor is elsewhere
        if not focused or (at := self._across.number(under)) is None:
            return self._drawn(row, "table--cursor" if focused else "table--cursor-blurred")
        return self._drawn(row, "table--cursor-blurred", (at, self._pen("table--cell")))

    def _known(self, rows: Rows[Any], index: int) -> tuple[Row, Strip]:
        if (known := self._strips.get(index)) is None:
            row = rows.row(index)
            known = self._strips[index] = row, self._drawn(row, "")
        return known

    def _drawn(self, row: Row, name: str, cell: tuple[int, Pen] | None = None) -> Strip:
        across = self._across
        return table_line(row.cells, across.columns, across.laid, self._pen(name), self._flags.get(row.key), under=cell)

    # What is drawn again

    def clear(self) -> None:
        """All are drawn again."""
        self._strips.clear()

    def flag(self, flags: Mapping[str, Span]) -> list[int]:
        """Put a character before the rows of these keys, and no longer before others; the places of what changed."""
        former, self._flags = self._flags, dict(flags)
        drawn = [(at, row.key) for at, (row, _) in self._strips.items()]  # of 100,000 flags few are of rows on screen
        changed = [at for at, key in drawn if former.get(key) != flags.get(key)]
        for at in changed:
            del self._strips[at]
        return changed

    def keep(self, rows: Rows[Any], seen: range) -> list[int]:
        """Keep those of the places `seen` that look the same with these rows; the places of the others."""
        kept: dict[int, tuple[Row, Strip]] = {}
        for index in seen:
            old = self._strips.get(index)
            if index < len(rows) and old and old[0].cells == rows.row(index).cells:
                kept[index] = old
        self._strips = kept
        return [index for index in seen if index not in kept]
