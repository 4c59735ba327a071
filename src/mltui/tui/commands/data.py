"""Commands of the place of datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mltui.model.key_names import key_of
from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.places.data.place import DataPlace
    from mltui.tui.screens.main import MainScreen


class AskRemote(Command):
    """Ask DVC's default remote which versions of the dataset it has, in Pipeline whether it has the outs of the stage;
    pressed again, stop asking. Only this goes over the network; nothing is downloaded. The answer is remembered with
    its age."""

    id, keys, title, group, footer, rank = "remote.ask", "u", "Ask the remote", "Data", "ask the remote", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        if not hasattr(screen.place, "ask_remote"):
            return "asking the remote: only in Data and Pipeline"
        return "there is nothing to ask for" if screen.place.empty else None

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and (screen.place.title == "Data" or bool(_data(screen).asking))

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return "stop asking" if _data(screen).asking else cls.footer

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        _data(screen).ask_remote()


class HashData(Command):
    """Hash the big data that was left unhashed because it is big, however long it takes; pressed again, stop that.
    Everything else goes on meanwhile. DVC is told the hashes, so that it need not hash again."""

    id, keys, title, group, rank = "hash", "H", "Hash now", "Looking", 2

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        if screen.workspace.as_of is not None:
            return f"this is another time: {key_of('as-of')} goes back to now"
        pipeline = screen.pipeline.value if screen.pipeline else None
        things = (*pipeline.stages, *pipeline.datasets) if pipeline else ()
        left = any(reason.kind == "unhashed" for thing in things for reason in thing.reasons)
        return None if left or screen.hash_now.busy else "nothing was left unhashed"

    @classmethod
    def word(cls, screen: MainScreen) -> str:
        return "stop hashing" if screen.hash_now.busy else "hash now"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.title in ("Pipeline", "Data") and cls.enabled(screen) is None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.hash_now.toggle()


def _data(screen: MainScreen) -> DataPlace:
    """The place in front, of which `enabled` knows that it is this one."""
    return cast("DataPlace", screen.place)


DATA: tuple[type[Command], ...] = (AskRemote, HashData)
