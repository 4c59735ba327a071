"""Rows for tables: what a column is, and rows whose cells are built only when somebody looks at them.

A table of 10,000 runs is made in milliseconds because `Rows` keeps the items and two functions per column; cells exist
for the visible rows, sort keys for the sorted column.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

from mltui.present.text import Line, plain

T = TypeVar("T")

#: Orders anything with anything of its column: (0 a value, 1 NaN, 2 missing; number; text).
SortKey = tuple[int, float, str]

MISSING: SortKey = (2, 0.0, "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `key` is unique in it, `label` its header.

    `width` is how many columns it would like, `flex` says that it takes what is left (then `width` is its least).
    Where not all fit, those of the highest `rank` go first; rank 0 stays. Cells that are too long lose their end, or
    with `tail` their beginning: the end of a name like ``model/12`` tells it from its neighbours. `enough` is how much
    of a flexible one is worth more than columns of rank 2 and above (0: what a name needs). A `terse` one may be cut in
    its label too, at the beginning: the end of ``val/loss`` tells it from its neighbours. One that is `falling` begins
    with the largest where the table is ordered by it. A `pinned` one stays in sight while the table goes sideways; the
    width of a `fixed` one was chosen by somebody.
    """

    key: str
    label: str
    width: int
    align: Literal["left", "right"] = "left"
    flex: bool = False
    rank: int = 1
    tail: bool = False
    enough: int = 0
    terse: bool = False
    falling: bool = False
    pinned: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `key` is unique and stays with its item over refreshes; one cell and one sort key a column."""

    key: str
    cells: tuple[Line, ...]
    sort: tuple[SortKey, ...]


@dataclass(frozen=True, slots=True)
class Cell(Generic[T]):
    """A column and how to fill it from an item: the cell's line, and the key it sorts by."""

    column: Column
    show: Callable[[T], Line]
    sort: Callable[[T], SortKey]


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """Items as rows, built on demand. `order` maps a row to its item (None: as they come).

    `words` gives the text of an item that a plain-text filter searches besides its cells ("" for none), or instead of
    them without `search_cells`: making 10,000 rows of a dozen cells takes half a second, which typing can't wait for.
    `folds`: the keys of rows that hold others, each with whether these are folded away.
    """

    fields: tuple[Cell[T], ...]
    items: Sequence[T]
    key_of: Callable[[T], str]
    words: Callable[[T], str] = field(default=lambda _: "")
    order: tuple[int, ...] | None = None
    search_cells: bool = True
    folds: Mapping[str, bool] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.items) if self.order is None else len(self.order)

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(cell.column for cell in self.fields)

    def item(self, index: int) -> T:
        return self.items[index if self.order is None else self.order[index]]

    def key(self, index: int) -> str:
        return self.key_of(self.item(index))

    def keys(self) -> list[str]:
        """All row keys in order."""
        return [self.key(index) for index in range(len(self))]

    def row(self, index: int) -> Row:
        """Build one row. Raises IndexError past the end."""
        item = self.item(index)
        cells = tuple(cell.show(item) for cell in self.fields)
        return Row(self.key_of(item), cells, tuple(cell.sort(item) for cell in self.fields))

    def cells(self, index: int) -> tuple[Line, ...]:
        """The cells of one row, for who prints them: what they sort by is not looked for."""
        item = self.item(index)
        return tuple(cell.show(item) for cell in self.fields)

    def sorted(self, column: str, *, descending: bool = False) -> Rows[T]:
        """In the order of `column`, stable; missing values stay at the end either way. Unknown column: unchanged."""
        return self.ordered([(column, descending)])

    def ordered(self, keys: Sequence[tuple[str, bool]], others: Iterable[Cell[T]] = ()) -> Rows[T]:
        """In the order of several columns, pairs of a key and whether it descends, the first one first; stable.

        A column may be one of `others`, which are not shown. NaN and missing values come last either way. An unknown
        column orders nothing.
        """
        cells = {cell.column.key: cell for cell in (*others, *self.fields)}
        rows = self
        for key, descending in reversed(keys):
            if key in cells:
                rows = rows._by(cells[key], descending=descending)
        return rows

    def _by(self, cell: Cell[T], *, descending: bool) -> Rows[T]:
        indices = range(len(self.items)) if self.order is None else self.order
        keys = {index: cell.sort(self.items[index]) for index in indices}
        there = [index for index in indices if keys[index][0] == 0]
        rest = sorted((index for index in indices if keys[index][0] != 0), key=lambda index: keys[index][0])
        there.sort(key=keys.__getitem__, reverse=descending)
        return replace(self, order=(*there, *rest))

    def matching(self, text: str) -> Rows[T]:
        """The rows whose cells or words contain every word of `text`, in any case. "" keeps all."""
        wanted = text.casefold().split()
        if not wanted:
            return self
        indices = range(len(self.items)) if self.order is None else self.order
        return replace(self, order=tuple(index for index in indices if self._has(self.items[index], wanted)))

    def _has(self, item: T, wanted: Iterable[str]) -> bool:
        cells = " ".join(plain(cell.show(item)) for cell in self.fields) if self.search_cells else ""
        text = f"{cells} {self.words(item)}".casefold()
        return all(word in text for word in wanted)


def by_text(text: str | None) -> SortKey:
    """Text in any case; None or "" is missing."""
    return (0, 0.0, text.casefold()) if text else MISSING


def by_number(value: float | None) -> SortKey:
    """Numbers with ±inf at the ends; NaN after all numbers, None after NaN."""
    if value is None:
        return MISSING
    return (1, 0.0, "") if math.isnan(value) else (0, value, "")
