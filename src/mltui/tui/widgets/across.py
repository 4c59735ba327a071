"""How far to the right one went in a table: its columns as they are laid out in the room there is."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.present.rows import Column
from mltui.tui.widgets.columns import Fit, fit, fit_from, left_of, number_at, revealing, right_of
from mltui.tui.widgets.tableline import ordered_widths


class Across:
    """The columns of one table. `laid` is what is drawn; `room` is in terminal columns, without the blank in front.

    Columns are laid out by importance until one goes to the right: then the names stay, beside the column looked at.
    """

    def __init__(self) -> None:
        self.columns: tuple[Column, ...] = ()
        self.sorted_by: tuple[tuple[str, bool], ...] = ()
        self.laid = Fit((), 0, 0)
        self._widths: list[int] = []
        self._from: str | None = None

    def take(self, columns: tuple[Column, ...], sorted_by: tuple[tuple[str, bool], ...]) -> bool:
        """Have these columns in this order; whether they are others than before, or otherwise ordered."""
        if columns != self.columns:
            self._widths = [0] * len(columns)
            self.laid = Fit((), 0, 0)  # one that is hidden lays nothing out until there is room
        others = (columns, sorted_by) != (self.columns, self.sorted_by)
        self.columns, self.sorted_by = columns, sorted_by
        return others

    def widen(self, widths: Sequence[int]) -> None:
        """What the content wants. Widths only grow, so that a refresh moves nothing."""
        labels = ordered_widths(self.columns, self.sorted_by)
        self._widths = [max(each) for each in zip(self._widths, widths, labels, strict=True)]

    def lay_out(self, room: int) -> bool:
        """Lay the columns out in the room there is; whether they are drawn otherwise than before."""
        laid = fit(self.columns, self._widths, room)
        if laid.hidden and (first := self._first) is not None:
            laid = fit_from(self.columns, self._widths, room, first)
        else:
            self._from = None
        before, self.laid = self.laid, laid
        return laid != before

    @property
    def moved(self) -> bool:
        """Whether one went to the right."""
        return self._from is not None

    def step(self, by: int, room: int) -> None:
        """One column further: right until the last one is in sight, left until all are laid out by importance again."""
        if by > 0:
            first = right_of(self.columns, self._widths, room, self.laid, self._first)
        else:
            first = left_of(self.columns, self._first)
        self._begin(first)

    def go_back(self) -> None:
        """All the way to the left: by importance again."""
        self._from = None

    def reveal(self, at: int, room: int) -> None:
        """Bring column `at` into sight, moving as little as possible."""
        self._begin(revealing(self.columns, self._widths, room, self.laid, self._first, at=at))

    def drawn_at(self, x: int) -> Column | None:
        """The column drawn at `x` (cells from the left of the content), the gap behind it taken as its own."""
        at = number_at(self.laid, x - 1)
        return None if at is None else self.columns[at]

    def number(self, key: str | None) -> int | None:
        """The place of a column among all."""
        return next((at for at, column in enumerate(self.columns) if column.key == key), None)

    @property
    def _first(self) -> int | None:
        """The number of the column looked at beside the names; None where columns are laid out by importance."""
        return self.number(self._from)

    def _begin(self, first: int | None) -> None:
        self._from = None if first is None else self.columns[first].key
