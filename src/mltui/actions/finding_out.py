"""Keep what can be found out of actions whose end nobody noted: at the start of mltui."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


def note_what_is_found(workspace: Workspace) -> None:
    """Note it, once. A mltui that is read-only or looks at another time writes nothing; it shows the same, and so does
    one that looks while that may still change."""
    if workspace.config.read_only or workspace.config.as_of:
        return
    open_ = [each for each in workspace.journal.load().entries if each.open and not each.acting]
    if not open_:
        return
    from mltui.sources.journal.finding import is_final

    open_ = [entry for entry in open_ if is_final(entry)]
    from mltui.actions.journal import FileJournal  # most starts have nothing to note

    journal = FileJournal(workspace)
    for entry in open_:
        if not journal.found(entry.id, entry.found):
            return
