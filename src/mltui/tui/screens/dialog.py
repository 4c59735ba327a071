"""What lies over the main screen for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.screen import ModalScreen

from mltui.tui.commands.chooser_keys import Told
from mltui.tui.symbols import symbols
from mltui.tui.widgets.footer import FooterBar

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A modal screen whose last line tells its own keys: those of the screen below don't act meanwhile."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - as Textual declares it

    #: What all keys do here, at length, for ``?`` (`action_tell_keys`, which such a screen binds); () where the last
    #: line has room for all.
    TOLD: ClassVar[Told] = ()

    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys that act here and what they do, the most useful first."""
        return (("esc", "leave"),)

    def last_line(self) -> FooterBar | None:
        """The line of keys and words; None once this goes: what a worker made may come after its widgets went."""
        return next(iter(self.query("#keys").results(FooterBar)), None)

    def say_last(self, word: str, role: str) -> None:
        """Say a word in the last line."""
        if (footer := self.last_line()) is not None:
            footer.say(word, role)

    def show_keys(self, footer: FooterBar | None = None) -> None:
        """Tell them in the last line; the way to all of them stays there however narrow it is."""
        footer = footer or self.last_line()
        if footer is None:
            return
        if self.TOLD:
            footer.show_keys((*self.keys(), ("?", "help")), "", closing=1)
        else:
            footer.show_keys(self.keys(), "")

    def action_tell_keys(self) -> None:
        """``?``: all keys and what they do."""
        from mltui.tui.screens.reading import told_keys

        self.app.push_screen(told_keys(self.TOLD, symbols(self.app)))

    def content(self) -> ComposeResult:
        """The box."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield from self.content()
        footer = FooterBar(id="keys")
        self.show_keys(footer)
        yield footer
