"""The palette: every command by name, those that people use most on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands import BY_ID, COMMANDS
from mltui.tui.screens.chooser import Chooser, Option

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


def palette_options(screen: MainScreen) -> list[Option]:
    """The commands that have something to run; one that can't act now says why instead of what it does."""
    found: list[Option] = []
    for command in sorted(COMMANDS, key=lambda each: each.rank):
        if not command.own and command.id != "palette":
            why = command.enabled(screen)
            about = f"not now: {why}" if why else command.help()
            found.append(
                Option(command.id, command.title, about, before=" ".join(command.key_list()), open=why is None)
            )
    return found


def open_palette(screen: MainScreen) -> None:
    """`ctrl+p`: a command is run as its key would run it, and says why if it can't."""

    def taken(keys: tuple[str, ...] | None) -> None:
        if keys is not None:
            screen.action_command(BY_ID[keys[0]].id)

    options = palette_options(screen)
    screen.app.push_screen(Chooser("Commands", options, takes="run it", ask="type what you want to do"), taken)
