"""`mltui hash`, for click."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.command_exp import confirmed
from mltui.cli.commands import mltui, options


@mltui.command("hash")
@confirmed
def hash_(*, dry_run: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """Hash the big data that was left unhashed because it is big, however long it takes.

    DVC is told the hashes, so that it need not hash again. Until then the status of what reads that data is unknown.
    """
    from mltui.cli.doing import How
    from mltui.cli.hash_now import hash_now

    click.get_current_context().exit(hash_now(options(**given), How(dry_run, yes, as_json)))
