"""`mltui` itself: from the command line to the app."""

from __future__ import annotations

import gc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mltui.cli.options import Options


def open_app(told: Options, where: str | None) -> None:
    """Open the app on `where`, a directory or ``http://server``; None for where the user stands (or -C says)."""
    gc.disable()  # importing Textual makes 100,000 objects that stay; `tui.collector.calm` turns it on again
    from mltui.cli.opening import open_told
    from mltui.tui.app import run

    run(open_told(told, where, remember=True))
