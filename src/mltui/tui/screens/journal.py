"""`J`: what was done through mltui, in this project, by anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from mltui.model.job import Job
from mltui.model.journal import JournalEntry
from mltui.present.journal import entry_lines, journal_rows
from mltui.present.rows import Rows
from mltui.present.text import Line
from mltui.tui.commands.chooser_keys import JOURNAL
from mltui.tui.screens.listing import ListingScreen
from mltui.tui.symbols import symbols


class JournalScreen(ListingScreen):
    """Every action, the newest last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("J", "leave", "Leave", show=False),
        Binding("at", "command_log", "Command log", show=False),
    ]
    TOLD = JOURNAL
    headline, copies, other = "Journal", "copy commands", ("@", "command log")
    nothing = "nothing was done through mltui here yet"

    #: Those that were started, by their ids, as they were when the rows were read.
    _jobs: Mapping[str, Job] = {}

    def read(self) -> Rows[Any]:
        self._jobs = {job.id: job for job in self.workspace.jobs.load()}
        return journal_rows(self.workspace.journal.load().entries, symbols(self.app), self._jobs)

    def text_of(self, item: JournalEntry) -> str:
        return "\n".join(item.commands)

    def lines_of(self, item: JournalEntry) -> Sequence[Line]:
        return entry_lines(item, symbols(self.app), self._jobs)

    def action_command_log(self) -> None:
        from mltui.tui.screens.command_log import CommandLogScreen

        self.app.switch_screen(CommandLogScreen(self.workspace))
