"""`mltui journal`: what was done through mltui, for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.actions.finding_out import note_what_is_found
from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mltui.cli.options import Options
    from mltui.model.journal import JournalEntry
    from mltui.sources.workspace import Workspace

#: Entries that a terminal is shown unasked; a pipe gets all.
MOST = 30


@dataclass(frozen=True)
class JournalAsked:
    """The options of `mltui journal`. `limit` counts from the newest; `model` is the registered model it is about."""

    json: bool = False
    limit: int | None = None
    model: str | None = None


def print_journal(options: Options, asked: JournalAsked) -> int:
    """Print it and return the exit code. People read the newest last, where the eye is; so does whoever follows."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        note_what_is_found(workspace)
        if asked.model is not None:
            from mltui.cli.model_journal import print_model_journal

            return print_model_journal(workspace, asked.model, json=asked.json, limit=asked.limit)
        entries = workspace.journal.load().entries
        limit = asked.limit if asked.limit is not None or asked.json or not is_terminal() else MOST
        shown = entries if limit is None else entries[max(0, len(entries) - limit) :]
        if asked.json:
            from mltui.cli.machine import write_json
            from mltui.present.journal import journal_document

            write_json(journal_document(shown))
        else:
            _print_text(workspace, shown, len(entries) - len(shown))
        return OK
    finally:
        workspace.close()


def _print_text(workspace: Workspace, shown: Sequence[JournalEntry], older: int) -> None:
    from mltui.present.journal import entry_lines, journal_rows
    from mltui.present.table_text import table_text

    use_utf8()
    signs = symbols(workspace.config)
    if not shown and not older:
        say("nothing was done through mltui here yet")
        return
    jobs = {job.id: job for job in workspace.jobs.load()}
    write(table_text(journal_rows(shown, signs, jobs), columns() if is_terminal() else None))
    if older and is_terminal():
        say(f"{older:,} older", "--limit N shows more")
    for entry in shown:
        if entry.unknown:
            write([(), *entry_lines(entry, signs, jobs)])
