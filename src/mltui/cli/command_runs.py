"""``mltui runs``, ``mltui compare`` and ``mltui chart``: runs in a table, beside each other, as curves."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.asked import AGGREGATES, RunsAsked
from mltui.cli.commands import mltui, one_form, options, shared, with_store


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
