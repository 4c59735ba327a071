"""The command line of `mltui experiments`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--all", "deleted", is_flag=True, help="Deleted ones too.")
@shared
@with_store
def experiments(*, as_json: bool, deleted: bool, **given: Any) -> None:
    """MLflow's experiments with their runs, and which of them are this project's.

    Those in scope are what the app and the other commands look at, unless told otherwise: by `experiments` of the
    configuration, or as they were chosen in the app, else those that have to do with this repository
    (docs/configuration.md). Experiments of DVC are those of `mltui exp list`.
    """
    from mltui.cli.mlflow_experiments import print_experiments

    click.get_current_context().exit(print_experiments(options(**given), as_json=as_json, deleted=deleted))
