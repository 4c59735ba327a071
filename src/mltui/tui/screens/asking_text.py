"""One line to be typed: a name, a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from mltui.present.text import safe
from mltui.tui.screens.dialog import Dialog
from mltui.tui.widgets.field import Field


class AskText(Dialog[str | None]):
    """Gives what was typed, without blanks around it, or None. `check` says what is wrong with it ("" nothing)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Leave", show=False)]

    def __init__(
        self, title: str, value: str = "", *, ask: str = "", check: Callable[[str], str] = lambda _: ""
    ) -> None:
        """`ask` stands in the field while it is empty."""
        super().__init__()
        self._headline, self._value, self._ask, self._check = title, value, ask, check

    def keys(self) -> Sequence[tuple[str, str]]:
        return (("enter", "take it"), ("esc", "leave"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog asking") as box:
            box.border_title = Content(safe(self._headline))
            field = Field(self._value, compact=True, placeholder=self._ask)
            field.cursor_blink = False
            yield field
            yield Label("", markup=False)

    def action_give_up(self) -> None:
        self.dismiss(None)

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        text = message.value.strip()
        self.query_one(Label).update(safe(self._check(text)) if text else "")

    @on(Input.Submitted)
    def _taken(self, message: Input.Submitted) -> None:
        text = message.value.strip()
        if text and not self._check(text):
            self.dismiss(text)
