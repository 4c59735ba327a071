"""Keys of the artifacts and of the log of a run: the page acts on them while it has the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class _Own(Command):
    """Common to all of them."""

    own = True
    rank = 3
    page = ""

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return bool(cls.footer) and screen.place.in_detail() and screen.place.front_page() == cls.page


class Unfold(_Own):
    """Show what is in a directory; enter does and undoes that, and on a file goes to its preview."""

    id, keys, title, footer, page = "artifacts.unfold", "right", "Unfold", "unfold", "artifacts"
    group = "Artifacts"


class Fold(_Own):
    """Fold a directory, or go to the one that holds this."""

    id, keys, title, footer, page = "artifacts.fold", "left", "Fold", "fold", "artifacts"
    group = "Artifacts"


class OtherLog(_Own):
    """The former and the next of the files that may be the log of the run."""

    id, keys, title, footer, page = "log.other", "left,right", "Other log file", "other file", "log"
    group = "Log"


FILES: tuple[type[Command], ...] = (Unfold, Fold, OtherLog)
