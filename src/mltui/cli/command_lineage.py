"""`mltui lineage` and `mltui why`, as click reads them."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command()
@click.argument("what")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--at", metavar="DATE-OR-REV", help="As of then: a date, 3d, a tag, a commit (docs/as-of.md).")
@shared
@with_store
def lineage(what: str, as_json: bool, at: str | None, **given: Any) -> None:
    """What WHAT came from, and what was made with it.

    WHAT is a commit (a branch, a tag, HEAD~2), a dataset version (data.csv@v3, data.csv@1a2b3c4d), a run (an id, the
    beginning of one, a name), a model version (churn/3), an alias (churn@champion, of GTO churn#prod too) or a stage.
    commit:, run:, data:, model:, alias: or stage: before it says which.

    Each link is recorded (somebody wrote it down), inferred (derived, and how) or unknown.
    """
    from mltui.cli.lineage import print_lineage

    click.get_current_context().exit(print_lineage(options(**given), what, as_json=as_json, at=at))


@mltui.command()
@click.argument("what")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@shared
@with_store
def why(what: str, as_json: bool, **given: Any) -> None:
    """One line to paste: model <- run <- commit <- data <- params.

    WHAT is a model version (churn/3), an alias (churn@champion) or a run.
    """
    from mltui.cli.lineage import print_why

    click.get_current_context().exit(print_why(options(**given), what, as_json=as_json))
