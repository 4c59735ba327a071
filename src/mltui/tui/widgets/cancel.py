"""The button of a dialog that has the focus first."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static


class Cancel(Static, can_focus=True):
    """Has the focus first, so that a key too many leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "press", "Cancel", show=False)]

    class Pressed(Message):
        """It was."""

    def action_press(self) -> None:
        self.post_message(self.Pressed())

    def on_click(self) -> None:
        self.action_press()
