"""The command line of `mltui trust`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared


@mltui.command()
@click.option("--show", is_flag=True, help="Show what there is and whether it is trusted; ask nothing.")
@click.option("--revoke", is_flag=True, help="Trust nothing of this project any more.")
@click.option("--yes", is_flag=True, help="Don't ask; a terminal is needed all the same.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document; needs --show.")
@shared
def trust(*, show: bool, revoke: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """Let the commands of this repository run: those of its gates, and the one that promotes.

    Which they are, of which file and commit, is shown first. They run for nobody who did not say so, and are asked
    about again when they change. Without a terminal it is refused: a script can't trust for you (docs/gates.md).
    """
    from mltui.cli.trust import TrustAsked
    from mltui.cli.trust import trust as do

    click.get_current_context().exit(do(options(**given), TrustAsked(show, revoke, yes, as_json)))
