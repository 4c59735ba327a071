"""`mltui run show`, `run files` and `run cat`, for click: what looks at one run; chores are in command_chores.py."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.command_chores import run_
from mltui.cli.commands import options, shared, with_store


@run_.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--at", metavar="DATE-OR-REV", help="As of then: a date, 3d, a tag, a commit (docs/as-of.md).")
@shared
@with_store
def show(run: str, *, as_json: bool, at: str | None, **given: Any) -> None:
    """RUN whole: its metrics, params and tags, and what belongs to it.

    Also its commit, what it read and what was made of it, its parent and child runs, datasets and models it logged,
    what is registered of it, and how far it is from the champion. A DVC experiment goes by its name or its commit.
    """
    from mltui.cli.run_show import print_run

    click.get_current_context().exit(print_run(options(**given), run, as_json=as_json, at=at))


@run_.command("files")
@click.argument("run")
@click.argument("file", required=False, default="", metavar="[PATH]")
@click.option("--recursive", is_flag=True, help="All below it, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@shared
@with_store
def files(run: str, file: str, *, recursive: bool, as_json: bool, **given: Any) -> None:
    """The files that RUN logged (its artifacts), and where they are.

    PATH is a directory of them, or one file. The files of logged models (MLflow 3) are among them, by the model's id.
    """
    from mltui.cli.run_files import FilesAsked, print_files

    asked = FilesAsked(run, file.strip("/"), recursive, as_json)
    click.get_current_context().exit(print_files(options(**given), asked))


@run_.command("cat")
@click.argument("run")
@click.argument("file", metavar="PATH")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@shared
@with_store
def cat(run: str, file: str, *, as_json: bool, **given: Any) -> None:
    """A file that RUN logged (PATH, as `mltui run files` has it), whole.

    A pipe gets its bytes as they are, whatever they are; a terminal gets text only, made harmless. With --json its
    text, or that it is none. No PATH leads out of the run's artifacts. Of a server files of at most 64 MiB are asked.
    """
    from mltui.cli.run_cat import CatAsked, print_file

    click.get_current_context().exit(print_file(options(**given), CatAsked(run, file.strip("/"), as_json)))
