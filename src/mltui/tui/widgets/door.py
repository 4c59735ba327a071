"""A pane of lines that leads somewhere: ``enter`` or a double click goes to its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from mltui.tui.widgets.lines import LinesView

if TYPE_CHECKING:
    from textual import events


class Door(LinesView):
    """Lines with a place behind them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Open", show=False)]

    class Opened(Message):
        """Somebody wants to go to `place`."""

        def __init__(self, place: str) -> None:
            self.place = place
            super().__init__()

    def __init__(self, place: str, **kwargs: Any) -> None:
        super().__init__(wrap=False, **kwargs)
        self.place = place

    def action_open(self) -> None:
        self.post_message(self.Opened(self.place))

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2:
            self.action_open()
