"""The command line of `mltui journal`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/journal.md).")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="The newest N (default: all; 30 on a terminal).")
@click.option("--model", metavar="MODEL", help="What happened to this model, colleagues' moves too.")
@shared
@with_store
def journal(*, as_json: bool, limit: int | None, model: str | None, **given: Any) -> None:
    """What was done through mltui: when, by whom, what, and what came of it.

    An action that mltui could not see the end of is "outcome unknown"; what could be found out stands below.

    --model MODEL prints what was done to a registered model: from which version to which, past which gates, and why.
    What colleagues did is told by the registry; a move that nobody noted is "moved outside mltui".
    """
    from mltui.cli.journal import JournalAsked, print_journal

    click.get_current_context().exit(print_journal(options(**given), JournalAsked(as_json, limit, model)))
