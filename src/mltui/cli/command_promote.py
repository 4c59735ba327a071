"""The command line of `mltui promote`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store
from mltui.cli.moving_options import moving


@mltui.command()
@click.argument("model")
@click.argument("version")
@click.option("--to", required=True, metavar="TARGET", help="champion, Production, model:OTHER, model:OTHER@champion.")
@moving
@shared
@with_store
def promote(*, model: str, version: str, to: str, **given: Any) -> None:
    """Let an alias point at VERSION of MODEL; or a legacy stage, a copy in another model, a stage of GTO.

    Shown first: what TARGET points at now and since when, what differs, what each gate says. The commands among the
    gates are run, if they are trusted (mltui trust). A gate that does not hold is in the way; --force with a --reason
    goes past it, for all to see. Afterwards the alias is watched for 10 seconds (docs/promotion.md).
    """
    from mltui.cli.moving_options import moving_asked
    from mltui.cli.promote import print_promote

    asked, rest = moving_asked(given)
    click.get_current_context().exit(print_promote(options(**rest), (model, version, to), asked))
