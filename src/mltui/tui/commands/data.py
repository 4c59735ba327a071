"""Commands of the place of datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.places.data.place import DataPlace
    from mltui.tui.screens.main import MainScreen


class AskRemote(Command):
    """Ask DVC's default remote which versions of the dataset it has; pressed again, stop asking. Only this goes over
    the network; nothing is downloaded. The answer is remembered with its age."""

    id, keys, title, group, footer, rank = "remote.ask", "u", "Ask the remote", "Data", "ask the remote", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        if not hasattr(screen.place, "ask_remote"):
            return "asking the remote: only in Data"
        return "there is no dataset" if screen.place.empty else None

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return "stop asking" if _data(screen).asking else cls.footer

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        _data(screen).ask_remote()


def _data(screen: MainScreen) -> DataPlace:
    """The place in front, of which `enabled` knows that it is this one."""
    return cast("DataPlace", screen.place)


DATA: tuple[type[Command], ...] = (AskRemote,)
