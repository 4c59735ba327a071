"""The command line of `mltui journal`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared


@mltui.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/journal.md).")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="The newest N (default: all; 30 on a terminal).")
@shared
def journal(*, as_json: bool, limit: int | None, **given: Any) -> None:
    """What was done through mltui: when, by whom, what, and what came of it.

    An action that mltui could not see the end of is "outcome unknown"; what could be found out stands below.
    """
    from mltui.cli.journal import JournalAsked, print_journal

    click.get_current_context().exit(print_journal(options(**given), JournalAsked(as_json, limit)))
