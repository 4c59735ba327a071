"""`@`: the commands that were run since the start."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from mltui.model.shell import join
from mltui.present.command_log import Ran, ran_lines, ran_rows, with_actions, without_repeats
from mltui.present.rows import Rows
from mltui.present.text import Line
from mltui.sources.processes import process_start
from mltui.sources.secrets import without_secrets
from mltui.tui.commands.chooser_keys import LOG
from mltui.tui.screens.listing import ListingScreen
from mltui.tui.symbols import symbols

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: How an action runs a command line that it told of.
SHELL = ("sh", "-ec")


class CommandLogScreen(ListingScreen):
    """Outside commands with their exit codes, and the commands of actions, the newest last; repeated reads are one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("at", "leave", "Leave", show=False),
        Binding("J", "journal", "Journal", show=False),
    ]
    TOLD = LOG
    headline, copies, other = "Command log", "copy command", ("J", "journal")
    nothing = "nothing was run yet"

    def read(self) -> Rows[Any]:
        return ran_rows(without_repeats(ran_here(self.workspace)), symbols(self.app))

    def text_of(self, item: Ran) -> str:
        return item.command

    def lines_of(self, item: Ran) -> Sequence[Line]:
        return ran_lines(item, symbols(self.app))

    def action_journal(self) -> None:
        from mltui.tui.screens.journal import JournalScreen

        self.app.switch_screen(JournalScreen(self.workspace))


def ran_here(workspace: Workspace) -> list[Ran]:
    """What this process ran, in the order of when it began."""
    pid = os.getpid()
    start = process_start(pid)
    ours = [each for each in workspace.journal.load().entries if each.pid == pid and each.pid_start == start]
    return with_actions(list(_outside(workspace)), ours)


def _outside(workspace: Workspace) -> Iterator[Ran]:
    for at, done in enumerate(tuple(getattr(workspace.runner, "log", ()))):
        whole, shown = (without_secrets(join(argv)) for argv in (done.argv, _told(done.argv)))
        script = without_secrets(done.argv[2]) if done.argv[:2] == SHELL and len(done.argv) > 2 else ""
        ran = Ran(f"{at}:{done.at}", done.at, whole, shown, done.seconds, done.code, script=script, cwd=done.cwd)
        yield replace(ran, reads=done.reading)


def _told(argv: Sequence[str]) -> list[str]:
    """A command without ``git``'s leading ``-c key=value`` pairs, by which it runs nothing of the repository's: five
    lines of the same, and then what it does. It is copied with them."""
    at = 1
    while at < len(argv) and argv[0].rpartition("/")[2] == "git" and argv[at] == "-c":
        at += 2
    return [argv[0], *argv[at:]]
