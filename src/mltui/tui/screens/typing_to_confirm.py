"""What is protected is confirmed by typing it: a name, exactly, and then the key that does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from mltui.present.text import safe, safe_lines
from mltui.tui.screens.dialog import Dialog
from mltui.tui.widgets.field import Field

#: Said of ``enter``, which never confirms anything.
NOT_BY_ENTER = "ctrl+s does it; enter never confirms"


class TypeToConfirm(Dialog[bool]):
    """Gives True once `wanted` was typed, blanks and case and all, and ``ctrl+s`` pressed; False if it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", "Leave", show=False),
        Binding("ctrl+s", "confirm", "Do it", show=False, priority=True),
    ]

    def __init__(self, title: str, wanted: str, does: str) -> None:
        """`does` says in the last line what ``ctrl+s`` does."""
        super().__init__()
        self._headline, self._wanted, self._does = title, safe(wanted), does

    def keys(self) -> Sequence[tuple[str, str]]:
        return (("ctrl+s", self._does), ("esc", "leave"))

    def content(self) -> ComposeResult:
        with Vertical(classes="dialog asking") as box:
            box.border_title = Content(safe(self._headline))
            field = Field(compact=True, placeholder=f"type {self._wanted}")
            field.cursor_blink = False
            yield field
            yield Label("", markup=False)

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value

    @on(Input.Changed)
    def _compared(self) -> None:
        text = self._typed
        self.query_one(Label).update("" if self._wanted.startswith(text) else f"that is not {self._wanted}")

    @on(Input.Submitted)
    def _entered(self) -> None:
        self._say(NOT_BY_ENTER)

    def action_confirm(self) -> None:
        if self._typed == self._wanted:
            self.dismiss(True)
        else:
            self._say(f"type {self._wanted} first, exactly")

    def action_give_up(self) -> None:
        self.dismiss(False)

    def _say(self, word: str) -> None:
        self.query_one(Label).update(safe_lines(word))
