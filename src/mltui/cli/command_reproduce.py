"""The command line of `mltui reproduce`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command()
@click.argument("what")
@click.option("--print", "as_script", is_flag=True, help="Print the commands and what can't be restored; do nothing.")
@click.option("--to", metavar="DIR", help="Where the worktree is made (default: beside the project).")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document; needs --yes or --print.")
@shared
@with_store
def reproduce(what: str, *, as_script: bool, to: str | None, yes: bool, as_json: bool, **given: Any) -> None:
    """A git worktree in which WHAT stands again: its code, the data it read, its params.

    WHAT is a run, a commit, a model version (churn/4) or an alias (churn@champion). What will be done is shown first,
    and what can't be restored. The present worktree is not touched, nothing is trained and no remote is asked.
    """
    from mltui.cli.reproduce import ReproduceAsked
    from mltui.cli.reproduce import reproduce as do

    click.get_current_context().exit(do(options(**given), ReproduceAsked(what, to, as_script, yes, as_json)))
