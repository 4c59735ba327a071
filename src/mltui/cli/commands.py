"""Every command and flag, for click. Each command imports its work when it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click

from mltui import __version__
from mltui.cli.app import open_app
from mltui.cli.asked import AGGREGATES, RunsAsked
from mltui.cli.exits import INTERRUPTED, OK
from mltui.cli.options import Options, is_database, is_server
from mltui.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

#: The commands that read a project or a server.
_READING = ("status", "runs", "compare", "chart", "data", "models", "doctor", "reproduce", "diff", "trend")


class PathOrCommand(click.Group):
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
@shared
@with_store
def status(no_wait: bool, **given: Any) -> None:
    """What is here, what is stale, what failed.

    Of a tracking server the newest 200 runs and those that run are as they are now; older ones, deleted and restored
    ones among them, as of the time that is said.
    """
    from mltui.cli.status import print_status

    click.get_current_context().exit(print_status(options(wait=not no_wait, **given)))


@mltui.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated values, a column for every key.")
@click.option("--md", "as_md", is_flag=True, help="A table in Markdown, names linked to a server's pages.")
@click.option("--column", "columns", metavar="C", multiple=True, help="This column: metrics.auc, params.lr, start.")
@click.option("--sort", metavar="C", multiple=True, help='By this column; "metrics.auc desc" the largest first.')
@click.option("--group-by", "groups", metavar="C", multiple=True, help="One row for each value of this column.")
@click.option(
    "--agg",
    "aggregates",
    multiple=True,
    type=click.Choice(AGGREGATES),
    help="Of a group, by pandas: NaN is left out (default: mean).",
)
@click.option("--baseline", metavar="RUN", help="What a column like metrics.auc-baseline is measured against.")
@click.option("--experiment", metavar="E", multiple=True, help="Only this experiment: a name, an id or a glob.")
@click.option("--all", "deleted", is_flag=True, help="Deleted runs too.")
@click.option("--filter", "expression", metavar="EXPR", help="Only those that match (docs/filters.md).")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="The newest N only; of those that match.")
@click.option("--at", metavar="DATE-OR-REV", help="As of then: a date, 3d, a tag, a commit (docs/as-of.md).")
@shared
@with_store
def runs(
    *,
    as_json: bool,
    as_csv: bool,
    as_md: bool,
    experiment: tuple[str, ...],
    deleted: bool,
    expression: str | None,
    limit: int | None,
    columns: tuple[str, ...],
    sort: tuple[str, ...],
    groups: tuple[str, ...],
    aggregates: tuple[str, ...],
    baseline: str | None,
    at: str | None,
    **given: Any,
) -> None:
    """MLflow runs and DVC experiments, newest first.

    The runs are those of the active store.

    A filter is one of MLflow's search_runs, with or, not, parentheses, regular expressions (~) and ages besides:
    "metrics.acc > 0.9 and (params.model = 'rf' or has tags.team) and age < 3d".

    A column is metrics.KEY, params.KEY, tags.KEY or an attribute (name, status, start, duration, user, commit; models
    for what is registered of a run, read for when a server's run was read); of a metric's series :best, :min, :max,
    :mean(5) of the last points, :at(100) at a step; -champion for the difference to the champion, -baseline for that to
    the RUN of --baseline.

    Of a tracking server the table asks for the newest 200 runs and those that run; older runs, deleted and restored
    ones among them, are as they were last read, and how old that is is said. --json and --csv read every run that they
    print anew; if the server fails, they print the rows last read and say how old those are.
    """
    from mltui.cli.runs import print_runs
    from mltui.cli.runs_columns import NoAttribute, column, ordering
    from mltui.cli.runs_hints import with_its_family
    from mltui.model.filters import parse

    form = one_form("table", json=as_json, csv=as_csv, md=as_md)
    if as_json and (columns or sort) and not groups:
        raise click.UsageError("--json prints runs whole, newest first: --column and --sort are for the others")
    if aggregates and not groups:
        raise click.UsageError("--agg says what groups come to: --group-by names them")
    try:
        chosen = tuple(map(column, columns)), tuple(map(ordering, sort)), tuple(map(column, groups))
    except NoAttribute as error:
        raise with_its_family(error, options(**given)) from error
    asked = RunsAsked(
        form,
        experiment,
        deleted,
        limit,
        parse(expression) if expression else None,
        *chosen,
        aggregates or ("mean",),
        baseline,
        at,
    )
    if (baseline is not None) != any(each.against == "baseline" for each in asked.named):
        raise click.UsageError("--baseline RUN and a column like metrics.auc-baseline go together")
    click.get_current_context().exit(print_runs(options(**given), asked))


def one_form(usual: str, **forms: bool) -> str:
    """The one of `forms` that was asked for, else the `usual` one. Raises `UsageError` for more than one."""
    asked = [name for name, on in forms.items() if on]
    if len(asked) > 1:
        *first, last = (f"--{name}" for name in forms)
        raise click.UsageError(f"{', '.join(first)} and {last} exclude each other")
    return asked[0] if asked else usual


@mltui.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN RUN…")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--md", "as_md", is_flag=True, help="A table in Markdown.")
@click.option("--only-differences", is_flag=True, help="Only the rows in which the runs differ.")
@click.option("--baseline", metavar="RUN", help="What the others are measured against (default: the first).")
@shared
@with_store
def compare(
    runs: tuple[str, ...], as_json: bool, as_md: bool, only_differences: bool, baseline: str | None, **given: Any
) -> None:
    """2 to 20 runs side by side, and how they differ.

    Compared are params, metrics, tags, datasets and environment.

    A RUN is an id, the beginning of one, or a name (then the newest of that name); DVC experiments too. Numbers have
    their difference to the baseline's, and the best of a metric is marked where its direction is known.
    """
    from mltui.cli.compare import CompareAsked, print_compare

    form = one_form("table", json=as_json, md=as_md)
    asked = CompareAsked(runs, form, only_differences, baseline)
    click.get_current_context().exit(print_compare(options(**given), asked))


@mltui.command()
@click.argument("metric")
@click.argument("run", nargs=-1)
@click.option("--x", type=click.Choice(["step", "time", "relative"]), default="step", help="What the x axis shows.")
@click.option("--log-x", is_flag=True, help="A logarithmic x axis.")
@click.option("--log-y", is_flag=True, help="A logarithmic y axis.")
@click.option("--smooth", type=click.FloatRange(0, 1, max_open=True), default=0.0, metavar="W", help="Moving average.")
@click.option("--robust", is_flag=True, help="Leave outliers out of the range of y; they are marked and counted.")
@click.option("--width", type=click.IntRange(min=16), metavar="N", help="Columns (the terminal's; 100 in a pipe).")
@click.option("--height", type=click.IntRange(min=4), metavar="N", help="Rows (24; 30 in a pipe).")
@click.option("--json", "as_json", is_flag=True, help="All points as one JSON document.")
@shared
@with_store
def chart(metric: str, run: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Draw METRIC of the RUNs, or of the newest 8.

    A RUN is an id, the beginning of one, or a name; without any, those are the newest 8 that logged METRIC.

    --smooth W is the weight of an exponential moving average, from 0 to 1, as TensorBoard draws it.
    """
    from mltui.cli.chart import ChartAsked, print_chart

    names = ("x", "log_x", "log_y", "smooth", "robust", "width", "height")
    asked = ChartAsked(metric, run, json=as_json, **{name: given.pop(name) for name in names})
    click.get_current_context().exit(print_chart(options(**given), asked))


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
    try:
        with mltui.make_context("mltui", arguments) as context:
            mltui.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        if type(error) is click.UsageError and (meant := _meant(arguments, error.message)):
            raise meant from error
        error.show()
        return error.exit_code
    return OK


def _meant(arguments: Sequence[str], complaint: str) -> UsageError | None:
    """A place behind a command, ``mltui status http://host``: how that is said. None where `complaint`, click's own
    words, are about something else."""
    command = next((word for word in arguments if word in _READING), None)
    if command is None:
        return None
    for word in (each for each in arguments[arguments.index(command) + 1 :] if each in complaint):
        if is_server(word):
            from mltui.sources.mlflow.addresses import redacted

            return UsageError(f"{command} takes a server by --store", f"try: mltui --store {redacted(word)} {command}")
        if not word.startswith("-") and Path(word).is_dir():
            return UsageError(f"{command} takes a directory by -C", f"try: mltui -C {word} {command}")
    return None


# Each needs the group, and adds itself to it.
from mltui.cli import (  # noqa: E402
    command_data,  # noqa: F401
    command_diff,  # noqa: F401
    command_lineage,  # noqa: F401
    command_models,  # noqa: F401
    command_reproduce,  # noqa: F401
    command_trend,  # noqa: F401
)
