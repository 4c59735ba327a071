"""Every command and flag, for click. Each command imports its work when it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from mltui import __version__
from mltui.cli.app import open_app
from mltui.cli.command_help import Group
from mltui.cli.exits import OK, code_of_interrupt
from mltui.cli.options import Options, is_database, is_server
from mltui.cli.terminal import use_utf8
from mltui.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

#: Seconds between two looks of `mltui status --watch`, unless said; and the least that may be said.
USUAL_WATCH = 2.0
LEAST_WATCH = 0.5

#: The commands that read a project or a server.
_READING = (
    "status",
    "runs",
    "experiments",
    "compare",
    "chart",
    "data",
    "models",
    "doctor",
    "reproduce",
    "diff",
    "trend",
    "retrain",
    "exp",
    "promote",
    "rollback",
    "journal",
    "history",
    "pipeline",
)


class PathOrCommand(Group):
    """A group whose first word may also be a place: ``mltui some/repo``, ``mltui mlflow.db``, ``mltui http://host:5000``."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        first = args[0]
        if first not in self.commands and (is_server(first) or Path(first).is_dir() or is_database(first)):
            return super().resolve_command(ctx, ["open", *args])
        if first not in self.commands and not first.startswith("-"):
            raise self._unknown(first)
        return super().resolve_command(ctx, args)

    def _unknown(self, word: str) -> UsageError:
        """A word that is neither: a command mistyped, else a place that is not there."""
        if Path(word).exists():
            return UsageError(f"{word} is no directory", "mltui opens directories, SQLite databases and http://servers")
        commands = [name for name, command in self.commands.items() if not command.hidden]
        near = [] if word.startswith(".") or "/" in word else get_close_matches(word, commands, cutoff=0.7)
        if near:
            return UsageError(f"no command {word!r}", f"did you mean {near[0]!r}?")
        return UsageError(f"there is no {word}", "no directory and no command: mltui --help")


def shared(function: F) -> F:
    """The options that are accepted before and after every command."""
    path = click.option("-C", "path", metavar="PATH", help="Work as if started in PATH.")
    read_only = click.option("--read-only", is_flag=True, help="Refuse every action that changes something.")
    return path(read_only(function))


def with_store(function: F) -> F:
    """--store, for every command that reads runs or models."""
    return click.option("--store", metavar="URI-OR-PATH", help="Read this MLflow store and no other.")(function)


def options(**given: Any) -> Options:
    """The shared options of the command and of the group, the command's own first."""
    told = click.get_current_context().obj or {}
    merged = Options()
    for name, value in told.items():
        if value:
            setattr(merged, name, value)
    for name, value in given.items():
        if value is not None and (value or name == "wait"):
            setattr(merged, name, value)
    return merged


@click.group(cls=PathOrCommand, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@shared
@with_store
@click.version_option(__version__, prog_name="mltui")
def mltui(path: str | None, read_only: bool, store: str | None) -> None:
    """One keyboard-driven terminal program over git, DVC and MLflow.

    `mltui` opens the repository around the current directory, `mltui PATH` another one, `mltui http://server` an
    MLflow tracking server.
    """
    ctx = click.get_current_context()
    ctx.obj = {"path": path, "read_only": read_only, "store": store}
    if ctx.invoked_subcommand is None:
        open_app(options(), None)


@mltui.command("open", hidden=True)
@click.argument("where")
@shared
@with_store
def open_(where: str, **given: Any) -> None:
    """Open WHERE, a directory, a database or http://server."""
    open_app(options(**given), where)


@mltui.command()
@click.option("--json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--exit-code", is_flag=True, help="Exit 1 if something needs attention.")
@click.option("--no-wait", is_flag=True, help="Print what is remembered, with its age; don't wait for DVC.")
@click.option("--short", is_flag=True, help="One short line for a shell's prompt, at once; nothing if all is well.")
@click.option(
    "--watch",
    type=click.FloatRange(min=LEAST_WATCH),
    is_flag=False,
    flag_value=USUAL_WATCH,
    metavar="[SECONDS]",
    help="Again whenever something changed, looked at every SECONDS (2); with --json a line for each change.",
)
@shared
@with_store
def status(no_wait: bool, watch: float | None, **given: Any) -> None:
    """What is here, what is stale, what failed.

    Of a tracking server the newest 200 runs and those that run are as they are now; older ones, deleted and restored
    ones among them, as of the time that is said.

    --watch goes on until it is ended, by ctrl+c or because nobody reads it any more. --short asks neither DVC nor a
    server: it says what is remembered, with a "?" at its end where files moved since (docs/shell.md).
    """
    told = options(wait=not no_wait, **given)
    if watch is not None:
        if told.exit_code:
            raise UsageError("--watch goes on, and so has no exit code to tell", "in CI: mltui status --exit-code")
        if told.short:
            raise click.UsageError("--watch and --short exclude each other")
        from mltui.cli.watch import watch_status

        click.get_current_context().exit(watch_status(told, watch))
    from mltui.cli import answer_status

    click.get_current_context().exit(answer_status(told))


def one_form(usual: str, **forms: bool) -> str:
    """The one of `forms` that was asked for, else the `usual` one. Raises `UsageError` for more than one."""
    asked = [name for name, on in forms.items() if on]
    if len(asked) > 1:
        *first, last = (f"--{name}" for name in forms)
        raise click.UsageError(f"{', '.join(first)} and {last} exclude each other")
    return asked[0] if asked else usual


@mltui.command()
@click.option("--json", is_flag=True, help="One JSON document.")
@shared
@with_store
def doctor(**given: Any) -> None:
    """What was found where, and what is wrong.

    Also who reads it, what mltui writes, and what to do about what is wrong.
    """
    from mltui.cli.doctor import print_doctor

    click.get_current_context().exit(print_doctor(options(**given)))


@mltui.command()
@click.option("--json", is_flag=True, help="One JSON document (docs/rebinding.md).")
@shared
def keys(**given: Any) -> None:
    """Every command of the terminal program with its keys, as keys.toml has them.

    Those marked "yours" are rebound there, those marked "fixed" can't be. What makes no sense there is said below.
    """
    from mltui.cli.keys import print_keys

    click.get_current_context().exit(print_keys(options(**given)))


@mltui.command()
@click.argument("directory", default="mltui-demo", type=click.Path(path_type=Path))
def demo(directory: Path) -> None:
    """Build a small real project to try mltui on.

    With git, DVC and MLflow, in DIRECTORY (default: mltui-demo).
    """
    from mltui.cli.demo import print_demo

    click.get_current_context().exit(print_demo(directory))


def run_click(arguments: list[str]) -> int:
    """Run a command line through click; its usage errors exit 2, with its own message.

    Not through click's own `main`, which takes a broken pipe for a failure.
    """
    use_utf8()
    try:
        with mltui.make_context("mltui", arguments) as context:
            mltui.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        return code_of_interrupt()
    except click.ClickException as error:
        if type(error) is click.UsageError and (meant := _meant(arguments, error.message)):
            raise meant from error
        _show(error)
        return error.exit_code
    return OK


def _show(error: click.ClickException) -> None:
    """As click shows it, but for what a terminal would obey in the words it names."""
    from io import StringIO

    from mltui.cli.saying import shown
    from mltui.cli.streams import write_beside

    told = StringIO()
    error.show(told)
    write_beside("\n".join(map(shown, told.getvalue().split("\n"))))


def _meant(arguments: Sequence[str], complaint: str) -> UsageError | None:
    """A place behind a command, ``mltui status http://host``: how that is said. None where `complaint`, click's own
    words, are about something else."""
    from mltui.model.shell import quote

    command = next((word for word in arguments if word in _READING), None)
    if command is None:
        return None
    for word in (each for each in arguments[arguments.index(command) + 1 :] if each in complaint):
        if is_server(word):
            from mltui.sources.mlflow.addresses import redacted

            shown = quote(redacted(word))
            return UsageError(f"{command} takes a server by --store", f"try: mltui --store {shown} {command}")
        if not word.startswith("-") and Path(word).is_dir():
            return UsageError(f"{command} takes a directory by -C", f"try: mltui -C {quote(word)} {command}")
    return None


# Each needs the group, and adds itself to it.
from mltui.cli import (  # noqa: E402
    command_chores,  # noqa: F401
    command_completion,  # noqa: F401
    command_data,  # noqa: F401
    command_diff,  # noqa: F401
    command_exp,  # noqa: F401
    command_experiments,  # noqa: F401
    command_hash,  # noqa: F401
    command_history,  # noqa: F401
    command_jobs,  # noqa: F401
    command_journal,  # noqa: F401
    command_lineage,  # noqa: F401
    command_models,  # noqa: F401
    command_pipeline,  # noqa: F401
    command_projects,  # noqa: F401
    command_promote,  # noqa: F401
    command_reproduce,  # noqa: F401
    command_retrain,  # noqa: F401
    command_rollback,  # noqa: F401
    command_run,  # noqa: F401
    command_runs,  # noqa: F401
    command_trend,  # noqa: F401
    command_trust,  # noqa: F401
)
