"""`mltui chart`: a metric of some runs as a chart of text, or its points as JSON."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mltui.cli.exits import OK
from mltui.cli.find_runs import find_runs
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.cli.stopping import stop_between_reads
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import NotFound, UsageError
from mltui.model.filters.unknown import clipped
from mltui.model.runs import Run
from mltui.model.series import Series, XKind, choose_x
from mltui.present.marks import count

if TYPE_CHECKING:
    from mltui.cli.options import Options
    from mltui.present.plot import Plot
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: Without names the newest so many runs that logged the metric are drawn; so many at most with names.
NEWEST, MOST = 8, 52
#: Runs that are looked at for that before all are.
LOOKED = 200
#: Columns and rows in a pipe; rows on a terminal.
PIPE = (100, 30)
ROWS = 24


@dataclass(frozen=True)
class ChartAsked:
    """The options of `mltui chart`: `runs` are ids, beginnings of ids, names; none means the newest."""

    metric: str
    runs: tuple[str, ...] = ()
    x: XKind = "step"
    log_x: bool = False
    log_y: bool = False
    smooth: float = 0.0
    robust: bool = False
    width: int | None = None
    height: int | None = None
    json: bool = False


def print_chart(options: Options, asked: ChartAsked) -> int:
    """Print the chart and return the exit code. Raises `NotFound` if no run logged the metric."""
    stop_between_reads()
    workspace = open_told(options)
    try:
        reader = workspace.reader()
        if reader is None:
            raise NotFound("there is no MLflow store here", "mltui doctor says where was searched")
        if asked.runs:
            runs: Sequence[Run] = find_runs(workspace, asked.runs, experiments=False)
            if len(runs) > MOST:
                raise UsageError(f"{len(runs)} runs are too many for a chart, {MOST} are the most")
        else:
            runs = _newest(reader, asked.metric)
        found, without = _read(reader, runs, asked.metric)
        if not found:
            raise _no_such(reader, asked.metric, runs)
        _print(workspace, asked, found)
        if without:
            names = ", ".join(run.name or run.run_id for run in without[:3])
            more = f" and {len(without) - 3} more" if len(without) > 3 else ""
            say(f"{names}{more} logged no {asked.metric}")
        if trouble := workspace.stores.trouble():
            say(f"{trouble.summary}; this is what was last read from it", trouble.hint)
        return OK
    finally:
        workspace.close()


def _newest(reader: StoreReader, metric: str) -> list[Run]:
    """The newest runs in scope that logged `metric`."""
    inside = getattr(reader, "inside", None)
    for limit in (LOOKED, None):
        found = []
        for page in reader.runs(limit=limit, experiments=inside, metrics=(metric,), params=(), tags=()):
            found += [run for run in page if metric in run.metrics]
            if len(found) >= NEWEST:
                break
        if found:
            return found[:NEWEST]
    return []


def _read(reader: StoreReader, runs: Sequence[Run], metric: str) -> tuple[list[tuple[Run, Series]], list[Run]]:
    """Each run with its series, and the runs that have none."""
    found, without = [], []
    for run in runs:
        try:
            found.append((run, reader.columns(run.run_id, metric).series))
        except NotFound:
            without.append(run)
    return found, without


def _no_such(reader: StoreReader, metric: str, runs: Sequence[Run]) -> NotFound:
    """That none of them logged it, with who else did, or names that are near."""
    what = f"{'none of these runs' if runs else 'no run in scope'} logged a metric {_named(metric)}"
    known = reader.metric_keys()
    if metric in known:
        return NotFound(what, _others(reader, metric, {run.run_id for run in runs}))
    near = get_close_matches(metric, known, 3) or [key for key in known if metric.lower() in key.lower()][:3]
    hint = f"did you mean {', '.join(map(_named, near))}?" if near else ""
    if not hint and known:
        hint = f"there are {', '.join(map(_named, known[:5]))}{' …' if len(known) > 5 else ''}"
    return NotFound(what, hint)


def _others(reader: StoreReader, metric: str, asked: Collection[str]) -> str:
    """Who besides the runs that were `asked` for logged it; "" if the store holds none that did."""
    for deleted in (False, True):
        pages = reader.runs(deleted=deleted, metrics=(metric,), params=(), tags=())
        if found := sum(metric in run.metrics and run.run_id not in asked for page in pages for run in page):
            only = f"only {count(found, 'deleted run')} did; a full id names one"
            return only if deleted else f"{count(found, 'other run')} did"
    return ""


def _named(key: str) -> str:
    return repr(clipped(key))


def _print(workspace: Workspace, asked: ChartAsked, found: Sequence[tuple[Run, Series]]) -> None:
    from mltui.present import plot
    from mltui.present.compare_titles import titles

    use_utf8()
    choice = choose_x([series for _, series in found], asked.x)
    if asked.json:
        from mltui.cli.machine import write_json
        from mltui.present.plot_document import chart_document

        write_json(chart_document(asked.metric, choice, found))
        return
    names = titles([run for run, _ in found], width=None)
    curves = tuple(
        plot.Curve(series, name, index, run.start)
        for index, (name, (run, series)) in enumerate(zip(names, found, strict=True))
    )
    coloured = is_terminal() and not os.environ.get("NO_COLOR")
    shown: Plot = plot.Plot(
        curves,
        title=asked.metric if choice.kind != "time" else f"{asked.metric}  {_days(found)}",
        x=choice.kind,
        log_x=asked.log_x,
        log_y=asked.log_y,
        smooth=asked.smooth,
        raw=coloured,  # without colours nobody tells the raw line from the smooth one
        y="robust" if asked.robust else "all",
        why=choice.why,
        colours=plot.ROLES if coloured else 0,
    )
    width, height = _size(asked)
    write(plot.draw(shown, width, height, symbols(workspace.config)))


def _days(found: Sequence[tuple[Run, Series]]) -> str:
    """The days on which these were logged: labels of the axis have only times of the clock within one."""
    from mltui.present.plot_ticks import days

    times = [time for _, series in found if len(series) for time in (min(series.times), max(series.times))]
    return days(min(times), max(times)) if times else ""


def _size(asked: ChartAsked) -> tuple[int, int]:
    width, height = (columns(), ROWS) if is_terminal() else PIPE
    return asked.width or width, asked.height or height
