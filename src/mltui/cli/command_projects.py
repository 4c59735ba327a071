"""The command line of `mltui projects`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared


@mltui.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@shared
def projects(*, as_json: bool, **given: Any) -> None:
    """Projects that were opened before in the app, the last one first.

    Directories and servers, when each was last opened, and which of them is the one here. None of them is looked at.
    """
    from mltui.cli.projects import print_projects

    click.get_current_context().exit(print_projects(options(**given), as_json=as_json))
