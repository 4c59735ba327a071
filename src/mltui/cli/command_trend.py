"""`mltui trend`: a metric against git history, for people, for a pull request, for machines."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from mltui.cli.commands import mltui, one_form, options, shared, with_store
from mltui.cli.exits import OK

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.model.trend import Between, Trend
    from mltui.sources.workspace import Workspace

#: Columns and rows of the chart in a pipe; rows on a terminal, at most half of it.
PIPE = (100, 18)
ROWS = 16
#: Regressions of which it is looked at what changed, the newest ones.
MOST = 5


@dataclass(frozen=True)
class TrendAsked:
    """The options of `mltui trend`. `form` is "chart", "json" or "md"."""

    metric: str
    last: int | None = None
    merged: bool = False
    form: str = "chart"


@mltui.command()
@click.argument("metric")
@click.option("--last", type=click.IntRange(min=1), metavar="N", help="Only the newest N measured commits.")
@click.option("--merged", is_flag=True, help="Also the commits that merges brought in, before their merge.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@click.option("--md", "as_md", is_flag=True, help="Tables in Markdown.")
@shared
@with_store
def trend(metric: str, last: int | None, merged: bool, as_json: bool, as_md: bool, **given: Any) -> None:
    """METRIC against git history, and where it got worse.

    From the runs made at each commit of HEAD's first parents, and from DVC's metrics files as each commit has them.
    METRIC is a key (auc), a key in a file (metrics.json:auc), or the end of one that is the only such.
    """
    form = one_form("chart", json=as_json, md=as_md)
    click.get_current_context().exit(print_trend(options(**given), TrendAsked(metric, last, merged, form)))


def print_trend(told: Options, asked: TrendAsked) -> int:
    """Print the trend and return the exit code. Raises `UsageError` where no or more than one metric is meant."""
    from mltui.cli.opening import open_told
    from mltui.cli.saying import say
    from mltui.cli.stopping import stop_between_reads
    from mltui.cli.terminal import use_utf8

    stop_between_reads()
    workspace = open_told(told)
    try:
        source = workspace.trend
        found = source.load(asked.metric, merged=asked.merged)
        shown = found if asked.last is None else found.newest(asked.last)
        changed = {at: source.between(found, each) for at, each in enumerate((shown.regressions or ())[:MOST])}
        use_utf8()
        _print(workspace, shown, changed, asked.form)
        if trouble := workspace.stores.trouble():
            say(f"{trouble.summary}; this is what was last read from it", trouble.hint)
        return OK
    finally:
        workspace.close()


def _print(workspace: Workspace, shown: Trend, changed: dict[int, Between], form: str) -> None:
    from mltui.cli.terminal import columns, is_terminal, symbols, write

    signs = symbols(workspace.config)
    if form == "json":
        from mltui.cli.machine import write_json
        from mltui.present.trend_document import trend_document

        write_json(trend_document(shown, changed))
        return
    from mltui.present import trend_chart, trend_text

    if form == "md":
        sys.stdout.write(trend_text.as_markdown(shown, changed, signs))
        return
    width, height = (columns(), ROWS) if is_terminal() else PIPE
    lines, area = trend_chart.draw_trend(shown, width, height, signs)
    below = [trend_chart.legend(shown, signs, area.columns)] if area else []
    told = [*below, *trend_text.notes(shown, signs), *trend_text.verdict(shown, signs)]
    for at, each in enumerate(shown.regressions or ()):
        told += trend_text.regression_lines(each, changed.get(at), shown, signs)
    write([trend_text.title(shown, signs), *lines, *told])
