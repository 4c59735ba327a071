"""The command line of `mltui completion`."""

from __future__ import annotations

import click

from mltui.cli.commands import mltui


@mltui.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Print the script that lets SHELL complete commands, options and names.

    Names of runs, stages, models and branches are completed as far as they are remembered or quickly read: nothing is
    asked over the network, and no code of the project runs (docs/shell.md).
    """
    from mltui.cli.completion_scripts import SCRIPTS

    click.echo(SCRIPTS[shell], nl=False)
