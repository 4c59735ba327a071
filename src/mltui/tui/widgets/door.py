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

    class Sized(Message):
        """It has another width than before: what is made to fit may be made again."""

    def __init__(self, place: str, **kwargs: Any) -> None:
        super().__init__(wrap=False, **kwargs)
        self.place = place
        self._width = 0

    def on_resize(self) -> None:
        super().on_resize()
        if self.size.width != self._width:
            self._width = self.size.width
            self.post_message(self.Sized())

    def action_open(self) -> None:
        self.post_message(self.Opened(self.place))

    def on_click(self, event: events.Click) -> None:
        if event.chain == 2:
            self.action_open()
