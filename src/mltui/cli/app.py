"""`mltui` itself: from the command line to the app."""

from __future__ import annotations

import gc
import os

from mltui.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.tui.feeds import Feeds


def open_app(told: Options, where: str | None) -> None:
    """Open the app on `where`, a directory or ``http://server``; None for where the user stands (or -C says).

    Raises `UsageError` without a terminal: a pipe can't type and has no use for drawings; nor can one that only prints.
    """
    if not (os.isatty(0) and os.isatty(1)):
        raise UsageError("needs a terminal", "try: mltui status")
    if os.environ.get("TERM") == "dumb":  # of Emacs' shell and of editors: it prints line by line
        raise UsageError(
            "needs a terminal that can place its cursor, and TERM=dumb says this one can't", "try: mltui status"
        )
    gc.disable()  # importing Textual makes 100,000 objects that stay; `tui.collector.calm` turns it on again
    picture = None
    if where is None and told.store is None and os.name == "posix":
        from mltui.tui.picture import paint

        picture = paint(told.path)
    try:
        from mltui.tui.collector import few_arenas

        few_arenas()  # before any thread: one that has an arena keeps it
        feeds = _feeds(told, where)
        from mltui.sources.ending import leave_to_others
        from mltui.tui.app import run

        leave_to_others()
        run(feeds, picture)
    finally:
        if picture:
            picture.take_away()


def _feeds(told: Options, where: str | None) -> Feeds:
    from mltui.cli.opening import open_told
    from mltui.tui.feeds import AHEAD, Feeds

    feeds = Feeds(open_told(told, where, remember=True))
    if feeds.workspace.remembered is None:
        feeds.start(AHEAD)  # nothing to show meanwhile
    return feeds
