"""The command line of `mltui rollback`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store
from mltui.cli.moving_options import moving


@mltui.command()
@click.argument("model")
@click.option("--alias", metavar="TARGET", help="champion, Production, #prod (default: champion, else the only one).")
@click.option("--to", metavar="VERSION", help="Back to this version (default: what held it before).")
@moving
@shared
@with_store
def rollback(*, model: str, alias: str | None, to: str | None, **given: Any) -> None:
    """Let an alias of MODEL, or a stage, point again at the version that held it before.

    Which one that was is told by the journal and by the registry's tags (mltui journal --model MODEL). Gates are asked
    again and told, and don't block.
    """
    from mltui.cli.moving_options import moving_asked
    from mltui.cli.promote import print_rollback

    asked, rest = moving_asked(given)
    click.get_current_context().exit(print_rollback(options(**rest), (model, alias, to), asked))
