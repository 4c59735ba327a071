"""The line in which a filter is typed: every letter filters, enter keeps it, esc takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Label

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class FilterBar(Horizontal):
    """Shown while somebody types. `last` is the filter used last, for ``n`` and ``N``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Clear", show=False),
        Binding("down,up,tab", "keep", "Keep", show=False, priority=True),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.last = ""

    def compose(self) -> ComposeResult:
        yield Label(" / ", markup=False)
        field = Input(compact=True, select_on_focus=False)
        field.cursor_blink = False
        yield field

    def on_mount(self) -> None:
        self.display = False

    def open(self, text: str) -> None:
        """Let somebody type, beginning with what is filtered by."""
        self.display = True
        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            field.value = text
        field.cursor_position = len(text)
        field.focus()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        self._screen.place.filter_text = message.value
        if message.value:
            self.last = message.value

    @on(Input.Submitted)
    def _done(self, message: Input.Submitted) -> None:
        message.stop()
        self.action_keep()

    def on_descendant_focus(self) -> None:
        self._screen.refresh_bars()

    def on_descendant_blur(self) -> None:
        self._screen.refresh_bars()

    def action_keep(self) -> None:
        self.display = False
        self._screen.place.focus_first()

    def action_give_up(self) -> None:
        self._screen.place.filter_text = ""
        self.action_keep()

    @property
    def _screen(self) -> MainScreen:
        return self.screen  # type: ignore[return-value]
