"""The command line of `mltui diff`, for click."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, one_form, options, shared, with_store


@mltui.command()
@click.argument("old")
@click.argument("new", default="worktree")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--md", "as_md", is_flag=True, help="Markdown, for a pull request.")
@click.option("--pipeline", is_flag=True, help="Of the code only what the pipeline depends on.")
@click.option("--all", "every", is_flag=True, help="What is alike too.")
@shared
@with_store
def diff(old: str, new: str, *, as_json: bool, as_md: bool, pipeline: bool, every: bool, **given: Any) -> None:
    """Why two things differ: from OLD to NEW (default: the worktree).

    Data, params, code, the commands of stages, the environment and metrics, in the order of what could explain another
    metric; at the end what can't be known.

    OLD and NEW are each a run (its id, the beginning of one, a name), a model version (churn/3), an alias
    (churn@champion), a commit, branch or tag, or worktree. Where a word could mean several of them, model:, run: or
    commit: before it says which.
    """
    from mltui.cli.diff import DiffAsked, print_diff

    form = one_form("text", json=as_json, md=as_md)
    click.get_current_context().exit(print_diff(options(**given), DiffAsked(old, new, form, pipeline, every)))
