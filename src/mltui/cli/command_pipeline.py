"""`mltui pipeline`, for click."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command("pipeline")
@click.argument("stage", required=False, metavar="[STAGE]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--no-wait", is_flag=True, help="Print what is remembered, with its age; don't wait for DVC.")
@click.option("--ask-remote", is_flag=True, help="Ask the default remote, over the network, whether it has the outs.")
@click.option("--at", metavar="DATE-OR-REV", help="As of then: a date, 3d, a tag, a commit (docs/as-of.md).")
@shared
@with_store
def pipeline(
    *, stage: str | None, as_json: bool, no_wait: bool, ask_remote: bool, at: str | None, **given: Any
) -> None:
    """Stages, the state of each, and why it is so.

    With STAGE (train, sub/dvc.yaml:train, or a group of them: train@) it is told of that one besides: who runs it and
    since when, its last run and how long it takes, its params, deps and outs, what these were before, the commit that
    holds its last run, and the runs it made.
    """
    from mltui.cli.pipeline import PipelineAsked, print_pipeline

    asked = PipelineAsked(stage, at, json=as_json, wait=not no_wait, remote=ask_remote)
    click.get_current_context().exit(print_pipeline(options(**given), asked))
