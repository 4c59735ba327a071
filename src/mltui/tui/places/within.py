"""What places and the pages of their panes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


class Within(Container):
    """A part of the screen that shows something of the open project, and takes the focus as a whole."""

    @property
    def workspace(self) -> Workspace:
        """The project that is open; for reading in a worker, never on the drawing thread."""
        found: Workspace = self.app.workspace  # type: ignore[attr-defined]
        return found

    def focus_first(self) -> None:
        """Put the focus where reading begins."""
        for widget in self.query("*"):
            if widget.focusable and widget.display:
                widget.focus(scroll_visible=False)
                return
