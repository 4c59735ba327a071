"""What places and pages that show a log share: its words go to the last line, and ``S`` saves a copy of it."""

from __future__ import annotations

from textual import on

from mltui.tui.places.base import Place
from mltui.tui.places.within import Within
from mltui.tui.widgets.logview import LogView


class ShowsLog(Within):
    """Has a `LogView` in it."""

    def saved_as(self, path: str) -> str:
        """The name that a copy of the log at `path` is offered."""
        raise NotImplementedError

    @on(LogView.Said)
    def _say_of_log(self, message: LogView.Said) -> None:
        message.stop()
        self.post_message(Place.Said(message.word, message.role))

    @on(LogView.SaveAsked)
    def _save_log(self, message: LogView.SaveAsked) -> None:
        from mltui.tui.saving import save_log

        message.stop()
        if message.path:
            save_log(self, self.workspace, message.path, self.saved_as(message.path))
