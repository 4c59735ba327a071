"""`mltui models`, for click."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command()
@click.argument("model", required=False, metavar="[MODEL]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--at", metavar="DATE-OR-REV", help="As of then: a date, 3d, a tag, a commit (docs/as-of.md).")
@shared
@with_store
def models(*, model: str | None, as_json: bool, at: str | None, **given: Any) -> None:
    """Registered models and their versions, of MLflow and of GTO.

    Each version with the aliases or stages that it holds, the primary metric of the run that made it and its difference
    to the champion's, that run, its commit, and when it was made; with MODEL only those of that model.

    --at DATE-OR-REV prints what was registered then. GTO's tags tell all of it. MLflow's aliases carry no time: who
    was champion then is known as far as mltui moved it (docs/promotion.md); a legacy stage also where the version was
    not changed since.
    """
    from mltui.cli.models import ModelsAsked, print_models

    click.get_current_context().exit(print_models(options(**given), ModelsAsked(model, at, json=as_json)))
