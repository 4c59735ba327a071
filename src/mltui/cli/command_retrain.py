"""The command line of `mltui retrain`, for click."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("-S", "--set-param", "overrides", multiple=True, metavar="[FILE:]KEY=VALUE", help="Another value.")
@click.option("-f", "--force", is_flag=True, help="Run all of it, fresh or not, and pass the run cache by.")
@click.option("--executor", metavar="NAME", help="Who runs it: local, or what mltui.toml names.")
@click.option("--rev", metavar="REV", help="Another commit, in a worktree of its own.")
@click.option("--isolated", is_flag=True, help="In a copy of the worktree; the result is a DVC experiment.")
@click.option("--gpu", metavar="N", help="What CUDA_VISIBLE_DEVICES shall be.")
@click.option("--collect", is_flag=True, help="Copy runs home that the code logs into the copy.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--wait", "waited", is_flag=True, help="Follow its log to the end; exit 1 if it failed.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/retrain.md).")
@shared
@with_store
def retrain(
    targets: tuple[str, ...],
    overrides: tuple[str, ...],
    *,
    waited: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    force: bool,
    executor: str | None,
    rev: str | None,
    isolated: bool,
    gpu: str | None,
    collect: bool,
    **given: Any,
) -> None:
    """Run the stages that are not fresh, or the TARGETs and what they depend on.

    What will happen is shown first: which stages will run and why, whether DVC's run cache has them, how long it took,
    the params, where the runs land, and the exact command. Then it is started as a job, which goes on without mltui.

    A TARGET is what dvc repro takes: a stage, a group of them, a dvc.yaml. With -S it runs in a copy of the worktree,
    and the result is a DVC experiment (docs/retrain.md).
    """
    from mltui.cli.retrain import RetrainAsked
    from mltui.cli.retrain import retrain as do
    from mltui.model.retrain import Asked

    what = Asked(targets, overrides, force, executor, rev, isolated, gpu, collect)
    asked = RetrainAsked(what, dry_run=dry_run, wait=waited, yes=yes, json=as_json)
    click.get_current_context().exit(do(options(**given), asked))
