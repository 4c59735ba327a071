"""One list to choose from: type to narrow it, enter takes it, esc leaves everything as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from mltui.present.rows import Cell, Column, Rows, by_text
from mltui.present.text import Span, line, safe
from mltui.tui.symbols import symbols
from mltui.tui.widgets.table import VirtualTable


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose. `about` is said behind it, `chosen` marks what holds now."""

    key: str
    title: str
    about: str = ""
    chosen: bool = False


class Chooser(ModalScreen[tuple[str, ...] | None]):
    """Gives the keys chosen, or None. With `several`, space marks and enter takes all that are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Leave", show=False),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
        Binding("space", "mark", "Mark", show=False, priority=True),
    ]

    def __init__(self, title: str, options: Sequence[Option], *, several: bool = False, word: str = "") -> None:
        super().__init__()
        self._headline = title
        self._options = {option.key: option for option in options}
        self._marked = {option.key for option in options if option.chosen}
        self._several = several
        self._word = word or (
            "space marks, enter takes what is marked, esc leaves"
            if several
            else "up and down choose, enter takes it, esc leaves"
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = self._headline
            field = Input(compact=True, placeholder="type to narrow")
            field.cursor_blink = False
            yield field
            table = VirtualTable(header=False, placeholder="nothing matches", driven=True)
            table.can_focus = False
            yield table
            yield Label(self._word, classes="word", markup=False)

    def on_mount(self) -> None:
        self._show("")
        held = next((key for key, option in self._options.items() if option.chosen), None)
        if held is not None:
            self.call_after_refresh(self.table.move_to_key, held)

    @property
    def table(self) -> VirtualTable:
        """The options."""
        return self.query_one(VirtualTable)

    def action_move(self, by: int) -> None:
        self.table.action_move(by)

    def action_mark(self) -> None:
        key = self.table.cursor_key
        if not self._several:
            self.query_one(Input).insert_text_at_cursor(" ")
        elif key is not None:
            self._marked ^= {key}
            self._show(self.query_one(Input).value)

    def action_give_up(self) -> None:
        self.dismiss(None)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        self._show(message.value)

    @on(Input.Submitted)
    def _taken(self) -> None:
        key = self.table.cursor_key
        if self._several:
            self.dismiss(tuple(each for each in self._options if each in self._marked))
        elif key is not None:
            self.dismiss((key,))

    @on(VirtualTable.Chosen)
    def _clicked(self, message: VirtualTable.Chosen) -> None:
        if self._several:
            self.action_mark()
        else:
            self.dismiss((message.key,))

    def _show(self, text: str) -> None:
        sign = symbols(self.app).fresh
        marked = frozenset(self._marked)
        fields = (
            Cell(
                Column("mark", "", 2, rank=0), lambda o: line(Span(sign if o.key in marked else "", "good")), _no_order
            ),
            Cell(Column("title", "", 12, flex=True, rank=0), lambda o: line(safe(o.title)), _no_order),
            Cell(Column("about", "", 40, rank=1), lambda o: line(Span(safe(o.about), "dim")), _no_order),
        )
        options = tuple(self._options.values())
        self.table.set_rows(Rows(fields, options, lambda option: option.key).matching(text))


def _no_order(option: Option) -> tuple[int, float, str]:
    return by_text(option.title)
