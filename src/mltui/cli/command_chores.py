"""`mltui run …`, `mltui model …` and `mltui undo`, for click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mltui.cli.command_exp import confirmed
from mltui.cli.commands import mltui, options, with_store

F = TypeVar("F", bound=Callable[..., Any])

_RUNS = click.argument("runs", metavar="RUN...", nargs=-1, required=True)
_MODELS = click.argument("models", metavar="MODEL[/VERSION]...", nargs=-1, required=True)
_TEXT = click.option("--text", metavar="TEXT", required=True, help='What is written; "" takes away what is.')


@mltui.group("run")
def run_() -> None:
    """One run and its files; chores of runs: tag, note, rename, delete, restore, end.

    RUN is an id or the beginning of one, or a name. Every chore shows first what it will do, writes it into the
    journal, and `mltui undo` takes it back. The project's own mlflow writes.
    """


@mltui.group("model")
def model_() -> None:
    """Chores of registered models and their versions: tag, note, rename.

    MODEL/VERSION is a version, MODEL alone the registered model, MODEL@ALIAS the version that holds the alias. Every
    command shows first what it will do, writes it into the journal, and `mltui undo` takes it back. Versions can't be
    deleted: MLflow could not bring one back.
    """


def _tags(function: F) -> F:
    put = click.option("-t", "--tag", "tags", metavar="KEY=VALUE", multiple=True, help="A tag to set; more than once.")
    off = click.option("--delete", "gone", metavar="KEY", multiple=True, help="A tag to take off; more than once.")
    return put(off(function))


def _do(chore: str, given: dict[str, Any], /, **asked: Any) -> None:
    from mltui.cli import chores
    from mltui.cli.doing import How

    how = How(given.pop("dry_run"), given.pop("yes"), given.pop("as_json"))
    click.get_current_context().exit(getattr(chores, chore)(options(**given), how, **asked))


@run_.command("tag")
@_RUNS
@_tags
@confirmed
@with_store
def run_tag(runs: tuple[str, ...], tags: tuple[str, ...], gone: tuple[str, ...], **given: Any) -> None:
    """Set tags of RUNs, or take tags off. Tags that are MLflow's or mltui's own are refused."""
    _do("tag_runs", given, words=runs, tags=tags, gone=gone)


@run_.command("note")
@_RUNS
@_TEXT
@confirmed
@with_store
def run_note(runs: tuple[str, ...], text: str, **given: Any) -> None:
    """Write about RUNs: the description that MLflow's pages show (mlflow.note.content)."""
    _do("note_runs", given, words=runs, text=text)


@run_.command("rename")
@click.argument("run")
@click.argument("name")
@confirmed
@with_store
def run_rename(run: str, name: str, **given: Any) -> None:
    """Call RUN by another NAME."""
    _do("rename_run", given, word=run, name=name)


@run_.command("delete")
@_RUNS
@confirmed
@with_store
def run_delete(runs: tuple[str, ...], **given: Any) -> None:
    """Delete RUNs as MLflow does: they are hidden and kept until `mlflow gc`. One that runs is refused."""
    _do("delete_runs", given, words=runs)


@run_.command("restore")
@_RUNS
@confirmed
@with_store
def run_restore(runs: tuple[str, ...], **given: Any) -> None:
    """Bring deleted RUNs back. `mltui runs --all` lists them."""
    _do("restore_runs", given, words=runs)


@run_.command("end")
@_RUNS
@confirmed
@with_store
def run_end(runs: tuple[str, ...], **given: Any) -> None:
    """Set RUNs to KILLED that are RUNNING and gone, or silent. One that lives is refused: `mltui stop` ends it."""
    _do("end_runs", given, words=runs)


@model_.command("tag")
@_MODELS
@_tags
@confirmed
@with_store
def model_tag(models: tuple[str, ...], tags: tuple[str, ...], gone: tuple[str, ...], **given: Any) -> None:
    """Set tags of models or versions, or take tags off. Tags that are MLflow's or mltui's own are refused."""
    _do("tag_models", given, words=models, tags=tags, gone=gone)


@model_.command("note")
@_MODELS
@_TEXT
@confirmed
@with_store
def model_note(models: tuple[str, ...], text: str, **given: Any) -> None:
    """Write about models or versions: their description."""
    _do("note_models", given, words=models, text=text)


@model_.command("rename")
@click.argument("model")
@click.argument("name")
@confirmed
@with_store
def model_rename(model: str, name: str, **given: Any) -> None:
    """Call the registered MODEL by another NAME. Whatever loads it by the old one finds nothing any more."""
    _do("rename_model", given, word=model, name=name)


@mltui.command()
@click.argument("action", required=False, default="", metavar="[ACTION]")
@confirmed
@with_store
def undo(action: str, **given: Any) -> None:
    """Take back the last reversible action of yours: a chore, a promotion, a rollback.

    What it changed is set to what it was before, if it still is what the action left. Again goes further back. ACTION
    is the beginning of a journal's id, for another one than the last.
    """
    from mltui.cli.doing import How
    from mltui.cli.undo import undo as do

    how = How(given.pop("dry_run"), given.pop("yes"), given.pop("as_json"))
    click.get_current_context().exit(do(options(**given), how, action))
