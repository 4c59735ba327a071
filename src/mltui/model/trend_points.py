"""Where runs stand on a line of commits, and the values that they give it.

A run stands at the commit that its results were committed in, where the join found that (`lineage.results`); else at
the one that MLflow recorded when it began. That is the one before what it ran with, if that was committed afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.metric import Goal
from mltui.model.runs import Measured, Run
from mltui.model.traces import SHORTEST
from mltui.model.trend import How, TimeLine, TrendPoint

#: Values of runs that still run are not what they will be.
_GOING_ON = ("RUNNING", "SCHEDULED")


@dataclass(frozen=True, slots=True)
class Placed:
    """Runs by their place on a line; `off` are those at other commits. `results`: ids of those that stand where their
    results were committed."""

    at: Mapping[int, Sequence[Measured]] = field(default_factory=dict)
    off: Sequence[Measured] = ()
    untagged: int = 0
    running: int = 0
    results: Collection[str] = frozenset()


def measured(runs: Iterable[Run], metric: str) -> Iterator[Measured]:
    """Of the runs that logged `metric` what is needed here."""
    for run in runs:
        if metric in run.metrics:
            yield Measured(run.run_id, run.commit, run.metrics[metric], run.status, run.start)


def place(runs: Iterable[Measured], line: TimeLine, results: Mapping[str, str] | None = None) -> Placed:
    """Where on `line` runs are; shortened commit tags count where they begin one hash only.

    `results` are the commits that the results of runs were committed in, by the id of the run.
    """
    later = results or {}
    places = {sha: at for at, sha in enumerate(line.shas)}
    shortened: dict[int, dict[str, int | None]] = {}
    found: dict[int, list[Measured]] = {}
    off: list[Measured] = []
    untagged = running = 0
    for run in runs:
        sha = later.get(run.run_id) or run.commit
        if run.status in _GOING_ON:
            running += 1
        elif not sha or len(sha) < SHORTEST:
            untagged += 1
        else:
            at = places.get(sha)
            if at is None and len(sha) < 40 and line.shas:
                at = _beginnings(line, shortened, len(sha)).get(sha)
            if at is None:
                off.append(run if sha == run.commit else run._replace(commit=sha))
            else:
                found.setdefault(at, []).append(run)
    return Placed(found, off, untagged, running, later.keys())


def _beginnings(line: TimeLine, known: dict[int, dict[str, int | None]], length: int) -> dict[str, int | None]:
    if length not in known:
        table = known[length] = {}
        for at, sha in enumerate(line.shas):
            table[sha[:length]] = None if sha[:length] in table else at
    return known[length]


def run_points(placed: Placed, goal: Goal | None, line: TimeLine) -> tuple[TrendPoint, ...]:
    """One point a commit, in order. Of several runs those that finished count, if any did."""
    return tuple(_point(at, placed.at[at], goal, line, placed.results) for at in sorted(placed.at))


def _point(
    at: int, runs: Sequence[Measured], goal: Goal | None, line: TimeLine, results: Collection[str]
) -> TrendPoint:
    if len(runs) == 1:
        id, value = runs[0].run_id, runs[0].value
        how: How = "results" if id in results else "recorded"
        return TrendPoint(at, line.shas[at], line.times[at], value, (id,), "", value, value, how)
    counted = [run for run in runs if run.status == "FINISHED"] or list(runs)
    ordered = sorted(counted, key=lambda run: (-(run.start or 0), run.run_id))
    if goal is not None:
        sign = -1 if goal == "max" else 1
        ordered.sort(key=lambda run: _rank(sign * run.value))
    ordered.sort(key=lambda run: run.run_id not in results)  # the others may have run with what was never committed
    finite = [run.value for run in ordered if math.isfinite(run.value)]
    return TrendPoint(
        at,
        line.shas[at],
        line.times[at],
        ordered[0].value,
        tuple(run.run_id for run in ordered),
        "",
        min(finite, default=math.nan),
        max(finite, default=math.nan),
        "results" if ordered[0].run_id in results else "recorded",
    )


def _rank(value: float) -> tuple[bool, float]:
    """NaN behind every number."""
    return math.isnan(value), 0.0 if math.isnan(value) else value
