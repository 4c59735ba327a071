"""The command line of `mltui exp`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mltui.cli.commands import mltui, options, shared

F = TypeVar("F", bound=Callable[..., Any])


@mltui.group()
def exp() -> None:
    """DVC experiments: list, queue, run, stop, apply, branch, remove.

    NAME is an experiment's name, its commit (or the beginning of it), or its full ref where several baselines have one
    of that name. Every command shows first what it will do.
    """


def confirmed(function: F) -> F:
    """The options of what changes something."""
    dry = click.option("--dry-run", is_flag=True, help="Show what would be done; do nothing.")
    yes = click.option("--yes", is_flag=True, help="Don't ask.")
    as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document; needs --yes or --dry-run.")
    return dry(yes(as_json(shared(function))))


def _do(word: str, given: dict[str, Any], **asked: Any) -> None:
    from mltui.cli import experiments
    from mltui.cli.doing import How

    how = How(given.pop("dry_run"), given.pop("yes"), given.pop("as_json"))
    click.get_current_context().exit(getattr(experiments, word)(options(**given), how, **asked))


@exp.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/experiments.md).")
@shared
def list_(as_json: bool, **given: Any) -> None:
    """Finished, queued, running and failed experiments, the newest first."""
    from mltui.cli.experiments import print_list

    click.get_current_context().exit(print_list(options(**given), as_json))


@exp.command()
@click.argument("name")
@click.option("--force", is_flag=True, help="Overwrite changes that are in no commit; DVC keeps them in a stash.")
@confirmed
def apply(name: str, force: bool, **given: Any) -> None:
    """Make the worktree that of experiment NAME: params, code, data, metrics."""
    _do("apply", given, name=name, force=force)


@exp.command()
@click.argument("name")
@click.argument("branch")
@confirmed
def branch(name: str, branch: str, **given: Any) -> None:
    """Make a git BRANCH of experiment NAME. The worktree stays as it is."""
    _do("branch", given, name=name, branch=branch)


@exp.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@confirmed
def remove(names: tuple[str, ...], **given: Any) -> None:
    """Remove experiments, finished, queued or failed ones."""
    _do("remove", given, names=names)


@exp.command()
@click.option("-S", "--set-param", "overrides", metavar="[FILE:]KEY=VALUE", multiple=True, help="A param to change.")
@click.option("-n", "--name", metavar="NAME", default="", help="What it is called (default: DVC makes one up).")
@click.argument("targets", metavar="[TARGET]...", nargs=-1)
@confirmed
def queue(overrides: tuple[str, ...], name: str, targets: tuple[str, ...], **given: Any) -> None:
    """Queue an experiment of the worktree as it is now. `mltui exp start` runs it."""
    _do("queue", given, overrides=overrides, name=name, targets=targets)


@exp.command()
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(min=1), default=1, help="So many at once (default 1).")
@confirmed
def start(jobs: int, **given: Any) -> None:
    """Run what is queued, in workers of DVC's that go when nothing is left."""
    _do("start", given, jobs=jobs)


@exp.command()
@click.argument("name")
@click.option("--kill", is_flag=True, help="Kill what neither SIGINT nor SIGTERM ends.")
@confirmed
def stop(name: str, kill: bool, **given: Any) -> None:
    """Stop experiment NAME of the queue: its training first, so that DVC ends by itself."""
    _do("stop", given, name=name, kill=kill)
