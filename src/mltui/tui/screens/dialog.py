"""What lies over the main screen for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.screen import ModalScreen

from mltui.tui.widgets.footer import FooterBar

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A modal screen whose last line tells its own keys: those of the screen below don't act meanwhile."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it

    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys that act here and what they do, the most useful first."""
        return (("esc", "leave"),)

    def content(self) -> ComposeResult:
        """The box."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield from self.content()
        footer = FooterBar(id="keys")
        footer.show_keys(self.keys(), "")
        yield footer
