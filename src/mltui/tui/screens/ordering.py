"""What a table is ordered by: one column with enter, several with space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.widgets import Input

from mltui.present.fuzzy import fuzzy
from mltui.present.rows import Cell, Column, Rows
from mltui.present.text import Line, Span, line, safe
from mltui.tui.screens.chooser import Chooser, Option

#: The option that is no column.
AS_IT_COMES = "\0own"
#: Terminal columns of "2  smallest first".
WAY = 17


class OrderChooser(Chooser):
    """``enter`` gives the column under the cursor alone, or what ``space`` made: the key of each column ordered by.

    ``space`` adds a column as the next key, turns it round, takes it out again; `orders` says which way. Typing finds
    columns by a few letters, the best first; where they are `named`, their keys are shown and searched too.
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[tuple[str, str]],
        orders: Sequence[tuple[str, bool]],
        falls: Callable[[str], bool],
        *,
        named: bool = False,
    ) -> None:
        held = next(iter(orders), (AS_IT_COMES, False))[0]
        options = [Option(AS_IT_COMES, "as it comes", chosen=held == AS_IT_COMES)]
        options += [Option(key, label, chosen=key == held) for key, label in columns]
        super().__init__(title, options, ask="a few letters of a column")
        self.orders: dict[str, bool] = dict(orders)
        self.touched = False
        self._falls = falls
        self._named = named
        self._names = [self._searched(each) for each in options]
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
        self._show(self.query_one(Input).value, lambda: self.table.move_to_key(key))

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
            if (option.about, option.chosen) != (about, chosen):
                self._options[key] = replace(option, about=about, chosen=chosen)
        self._marked = {key for key, option in self._options.items() if option.chosen}

    def _show(self, text: str, follow: Callable[[], object] | None = None) -> None:
        """The columns that have these letters, the best first, which the cursor is on then."""
        super()._show(text, follow or (lambda: self.table.move_to(0) if text else None))

    def _finder(self, text: str) -> Callable[[], Rows[Option]]:
        options, cells, names = tuple(self._options.values()), self._cells(), self._names
        return lambda: Rows(cells, options, lambda each: each.key, order=tuple(fuzzy(text, names)))

    def _cells(self) -> tuple[Cell[Option], ...]:
        """With the keys of the columns, and a place for what is said, which comes and goes."""
        fields = [cell for cell in super()._cells() if cell.column.key != "about"]
        if self._named:
            key = Column("key", "", 24, flex=True, rank=1)
            fields.append(Cell(key, lambda option: line(Span(safe(self._key(option)), "dim")), fields[0].sort))
        about = Column("about", "", WAY, rank=0)
        return (*fields, Cell(about, _about, fields[0].sort))

    def _searched(self, option: Option) -> str:
        """Once what is both title and end of the key: letters apart would be found in twice the text."""
        key = self._key(option)
        return key if key.endswith(option.title) else f"{option.title} {key}"

    def _key(self, option: Option) -> str:
        return "" if option.key == AS_IT_COMES or not self._named else option.key


def _about(option: Option) -> Line:
    return line(Span(option.about, "dim"))
