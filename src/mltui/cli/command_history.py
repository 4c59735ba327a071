"""`mltui history`, for click."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command("history")
@click.argument("commit", required=False, metavar="[COMMIT]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("-n", "--limit", type=click.IntRange(min=0), metavar="N", help="The newest N (all; 30 on a terminal).")
@click.option("--at", metavar="DATE-OR-REV", help="As of then: a date, 3d, a tag, a commit (docs/as-of.md).")
@shared
@with_store
def history(*, commit: str | None, as_json: bool, limit: int | None, at: str | None, **given: Any) -> None:
    """Commits of all branches, and what came out of each.

    Runs that were made at it, dataset versions first seen in it, model versions of those runs; the newest commit first.
    They are those of HEAD, of every branch, of every tag, and of what was last fetched of remotes.

    With COMMIT (a branch, a tag, HEAD~2, the beginning of a hash) that one whole: its message, the files it changed,
    each run with its primary metric.
    """
    from mltui.cli.history import HistoryAsked, print_history

    asked = HistoryAsked(commit, limit, at, json=as_json)
    click.get_current_context().exit(print_history(options(**given), asked))
