"""What the page `charts` says around its charts: over the frame, in the line above them, and instead of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mltui.model.key_names import key_of
from mltui.model.runs import Run
from mltui.present.marks import count
from mltui.present.plot_ticks import days
from mltui.present.text import safe
from mltui.tui.widgets.charts.desk import Subject
from mltui.tui.widgets.charts.families import Family
from mltui.tui.widgets.charts.look import Look
from mltui.tui.widgets.charts.picture import Picture


def charts_of(subject: Subject | None, look: Look) -> tuple[Family, ...]:
    """What hangs on the board: the metrics, or the one scatter chart."""
    if subject is None or not subject.runs:
        return ()
    if look.kind == "scatter":
        return (Family("scatter", ("scatter",), ("scatter",)),)
    return subject.lines if look.kind == "lines" else subject.charts


def rows_of(charts: Sequence[Family], subject: Subject, look: Look) -> int | None:
    """The rows that the largest of charts of bars needs, with its title; None: as many as there are."""
    return 1 + max(len(chart.keys) for chart in charts) * len(subject.runs) if look.kind == "bars" else None


def headline(subject: Subject, look: Look, chosen: int, drawn: int) -> str:
    """How many runs and metrics are drawn. So many runs were `chosen`, of which `drawn` are the first."""
    runs = f"{len(subject.runs)} of {count(chosen, 'run')}" if chosen > drawn else count(len(subject.runs), "run")
    if len(subject.runs) == 1:
        runs = safe(subject.runs[0].name or subject.runs[0].run_id)
    gone = f"  {', '.join(subject.lost)} no longer there" if subject.lost else ""
    picked = count(len(subject.keys), "metric")
    charted = subject.lines if look.kind == "lines" else subject.charts
    if 0 < (shown := sum(len(chart.keys) for chart in charted)) < len(subject.keys):
        picked = f"{shown} of {picked}"
    return f"Charts  {runs}, {picked}{gone}"


def nothing_drawn(subject: Subject, runs: Sequence[Run], look: Look) -> str:
    """Why there are no charts of these `runs`."""
    if not runs:
        return "no run is chosen"
    bars = f"; {key_of('charts.kind')} shows the values as bars" if subject.charts and look.kind == "lines" else ""
    if subject.runs and all(run.kind == "exp" for run in subject.runs):
        return f"a DVC experiment has no metric series in MLflow{bars}"
    if bars:
        return f"of these metrics only DVC experiments have values, and no series in MLflow{bars}"
    who = "this run has" if len(subject.runs) == 1 else "these runs have"
    ended = all(run.status in ("FINISHED", "FAILED", "KILLED") for run in subject.runs)
    return f"{who} logged no metric{'' if ended else ' yet'}" if subject.runs else "no longer there"


def look_words(look: Look, picture: Picture | None, whose: str, cursor: float | None) -> Iterator[str]:
    """How the selected chart is drawn and what of it is told. `whose` are the values of the legend, "" of the only
    chart there is; `cursor` is the x they are of, None for the last ones."""
    axis = picture.axis if picture else None
    if picture is not None and picture.kind != look.kind:
        yield "bars: each was logged once"
    else:
        yield from look.words(axis.kind if axis else None)
    if axis is not None and axis.kind == "time":
        yield days(*axis.window)
    if picture is not None and cursor is not None:
        yield f"{whose} at {picture.said(cursor)}" if whose else f"at {picture.said(cursor)}"
    elif whose:
        yield f"last values of {whose}"
