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
    fixed = True
    group = "Artifacts"


class Fold(_Own):
    """Fold a directory, or go to the one that holds this."""

    id, keys, title, footer, page = "artifacts.fold", "left", "Fold", "fold", "artifacts"
    fixed = True
    group = "Artifacts"


class OtherLog(_Own):
    """The former and the next of the files that may be the log of the run."""

    id, keys, title, footer, page = "log.other", "left,right", "Other log file", "other file", "log"
    fixed = True
    group = "Log"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.has_other_files() and super().in_footer(screen)


class SearchLog(_Own):
    """Search the log for words, as they stand in a line, in any case: from where one is, and from the top again."""

    id, keys, title, footer, page = "log.search", "slash", "Search the log", "search", "log"
    group = "Log"


class NextInLog(_Own):
    """To the next line of the log that holds the words, to the former one."""

    id, keys, title, page = "log.next", "n,N", "Next line found, former", "log"
    fixed = True
    group = "Log"


class WrapLog(_Own):
    """Lines of the log that are too long: go on below, or are cut with a mark."""

    id, keys, title, footer, page = "log.wrap", "w", "Wrap the log", "wrap", "log"
    group = "Log"


class SaveLog(_Own):
    """A copy of the log in a file that you name; nothing is written over."""

    id, keys, title, footer, page = "log.save", "S", "Save the log", "save", "log"
    group = "Log"


FILES: tuple[type[Command], ...] = (Unfold, Fold, OtherLog, SearchLog, NextInLog, WrapLog, SaveLog)
