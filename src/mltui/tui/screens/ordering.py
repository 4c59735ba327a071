"""What a table is ordered by: one column with enter, several with space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.widgets import Input

from mltui.present.rows import Cell, Column
from mltui.present.text import Span, line
from mltui.tui.screens.chooser import Chooser, Option

#: The option that is no column.
AS_IT_COMES = "\0own"


class OrderChooser(Chooser):
    """``enter`` gives the column under the cursor alone, or what ``space`` made: the key of each column ordered by.

    ``space`` adds a column as the next key, turns it round, takes it out again; `orders` says which way.
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[tuple[str, str]],
        orders: Sequence[tuple[str, bool]],
        falls: Callable[[str], bool],
    ) -> None:
        held = next(iter(orders), (AS_IT_COMES, False))[0]
        options = [Option(AS_IT_COMES, "as it comes", chosen=held == AS_IT_COMES)]
        options += [Option(key, label, chosen=key == held) for key, label in columns]
        super().__init__(title, options)
        self.orders: dict[str, bool] = dict(orders)
        self.touched = False
        self._falls = falls
        self._tell()

    def keys(self) -> Sequence[tuple[str, str]]:
        word = "take them" if self.touched else "order by it"
        return (("enter", word), ("space", "next key, turn, take out"), ("esc", "leave"), ("up down", "choose"))

    def action_mark(self) -> None:
        key = self.table.cursor_key
        if key is None:
            return
        self.touched = True
        if key == AS_IT_COMES:
            self.orders.clear()
        elif key not in self.orders:
            self.orders[key] = self._falls(key)
        elif self.orders[key] == self._falls(key):
            self.orders[key] = not self._falls(key)
        else:
            del self.orders[key]
        self._tell()
        self._show(self.query_one(Input).value)

    def take(self) -> None:
        if self.touched:
            self.dismiss(tuple(self.orders))
        else:
            super().take()

    def _tell(self) -> None:
        """Say behind each column which key of the order it is, and which way."""
        nth = {key: at for at, key in enumerate(self.orders, start=1)}
        for key, option in self._options.items():
            way = "largest first" if self.orders.get(key) else "smallest first"
            about = (f"{nth[key]}  " if len(nth) > 1 else "") + way if key in nth else ""
            chosen = key in nth or (key == AS_IT_COMES and not nth)
            self._options[key] = replace(option, about=about, chosen=chosen)
        self._marked = {key for key, option in self._options.items() if option.chosen}

    def _cells(self) -> tuple[Cell[Option], ...]:
        """With a place for what is said, which comes and goes."""
        fields = super()._cells()
        if any(cell.column.key == "about" for cell in fields):
            return fields
        about = Column("about", "", 18, flex=True, rank=0)
        return (*fields, Cell(about, lambda option: line(Span(option.about, "dim")), fields[0].sort))
