"""`mltui data`, for click."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared


@mltui.command("data")
@click.argument("dataset", required=False, metavar="[PATH]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--at", metavar="DATE-OR-REV", help="As of then: a date, 3d, a tag, a commit.")
@click.option("--all", "deleted", is_flag=True, help="Datasets too that are only in the history.")
@click.option("--ask-remote", is_flag=True, help="Ask the default remote, over the network, which versions it has.")
@shared
def data(*, dataset: str | None, as_json: bool, at: str | None, deleted: bool, ask_remote: bool, **given: Any) -> None:
    """Datasets and their versions over all history.

    A dataset is what a .dvc file tracks, or a pipeline output listed in [data] outs. Listed are those of the worktree
    and of HEAD. With PATH, a dataset or its .dvc file, the timeline of that one: every version, newest first, with its
    difference to the one before, how much of it DVC's cache holds, whether the remote has it as far as that was ever
    asked (--ask-remote asks), and the branches and tags that contain it.

    --at DATE-OR-REV lists the datasets of that commit instead, or of the newest one of HEAD's first parents by the end
    of that date, with the version that each had there; with PATH its versions up to then (docs/as-of.md).
    """
    from mltui.cli.data import DataAsked, print_data

    asked = DataAsked(dataset, at, json=as_json, deleted=deleted, remote=ask_remote)
    click.get_current_context().exit(print_data(options(**given), asked))
