"""The command that looks at another time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class LookAsOf(Command):
    """Look at another time, as far as it is recorded: a date, a span back (3d), a tag or a commit; in History and Data
    the one under the cursor is offered. All places show then, ages count from it, and nothing can be changed. Again,
    with nothing typed: back to now."""

    id, keys, title, group, footer, rank = "as-of", "t", "As of another time", "Looking", "another time", 1

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return "back to now"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        """While another time is looked at."""
        return screen.workspace.as_of is not None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.ask_as_of(screen.place.as_of_word())


AS_OF: tuple[type[Command], ...] = (LookAsOf,)
