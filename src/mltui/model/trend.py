"""A metric against git history: its values at the commits of one line, and the regressions among them.

The line is what HEAD was, commit by commit: its first parents. Commits that a merge brought in are not on it, for a
branch is no earlier state of what it was merged into; what was measured there is counted in `Apart` and not drawn.
Where all work is done on branches the line may have them (`TimeLine.merged`): those of one branch, then its merge.
A run stands at the commit that its results were committed in, where the join found that (`lineage.results`); else at
the one that MLflow recorded when it began. That is the one before what it ran with, if that was committed afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mltui.model.metric import Goal
from mltui.model.runs import Measured, Run
from mltui.model.steps import FEWEST, Step, steps
from mltui.model.traces import SHORTEST

#: The values of a series that comes from runs; other series are called by their file.
RUNS = "runs"
#: Where a run stands: at the commit MLflow recorded, or at the one that its results were committed in.
How = Literal["recorded", "results"]
#: What is to be said of a regression that only runs at the commits they recorded show.
MAY_BE_LATER = ("runs made at this commit", "what they ran with may have been committed later")
#: Values of runs that still run are not what they will be.
_GOING_ON = ("RUNNING", "SCHEDULED")


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Commits from the oldest to `tip`, each the first parent of the next; times are committer dates, epoch ms.

    `cut`: the clone is shallow, and the history goes further back than this. `merged`: with the commits that merges
    brought in, so that one is not always the parent of the next.
    """

    shas: tuple[str, ...] = ()
    times: tuple[int, ...] = ()
    cut: bool = False
    merged: bool = False

    @property
    def tip(self) -> str:
        """The newest commit, "" if there is none."""
        return self.shas[-1] if self.shas else ""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A value at the commit that is `at` on the line (0 is the oldest).

    `runs` are the ids of the runs that stand at it, the one whose value it is first, and `how` is why that one does: of
    those whose results were committed there, else of all, the best where the direction of the metric is known, else the
    newest. `low` and `high` are the least and the largest of their finite values. Without runs it is a metrics file's,
    at `path`, and `how` is None.
    """

    at: int
    commit: str
    time: int
    value: float
    runs: tuple[str, ...] = ()
    path: str = ""
    low: float = math.nan
    high: float = math.nan
    how: How | None = None

    @property
    def source(self) -> str:
        """``run`` or ``file``."""
        return "run" if self.runs else "file"


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """Points from one source in the order of the line. `name` is `RUNS` or the file's path, of several the newest."""

    name: str
    points: tuple[TrendPoint, ...]
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class TagMark:
    """A tag at a commit of the line."""

    at: int
    commit: str
    name: str


@dataclass(frozen=True, slots=True)
class DataChange:
    """A dataset's content came to be another in a commit of the line.

    `number` is the version it has since then, `former` the one before: None where there was or is none. Versions are
    numbered over all history, as in Data; `hash` is None if the dataset was taken out.
    """

    at: int
    commit: str
    path: str
    hash: str | None
    number: int | None = None
    former: int | None = None


@dataclass(frozen=True, slots=True)
class Regression:
    """The metric got worse, and stayed so, between two commits that were measured one after the other.

    `sources` are the names of the series that say so; the values are those of the first. `before` and `after` are the
    levels (medians), `score` is as in `steps.Step`. `recovered` is the first measured commit at which a later step was
    back at the level from before, None if none was.
    """

    sources: tuple[str, ...]
    last_good: TrendPoint
    first_bad: TrendPoint
    before: float
    after: float
    score: float
    recovered: str | None = None

    @property
    def may_be_later(self) -> bool:
        """Whether its cause may be committed after `first_bad`: only runs show it, and only MLflow's tag says where."""
        return self.sources == (RUNS,) and self.first_bad.how == "recorded"


@dataclass(frozen=True, slots=True)
class Apart:
    """Runs with the metric that are not drawn, and why.

    `merged`: at a commit that a merge brought in; `elsewhere`: at one of another branch, or of none any more;
    `absent`: its commit is not in this clone; `untagged`: no commit was recorded; `running`: not ended.
    """

    merged: int = 0
    elsewhere: int = 0
    absent: int = 0
    untagged: int = 0
    running: int = 0

    def __bool__(self) -> bool:
        return bool(self.merged or self.elsewhere or self.absent or self.untagged or self.running)


@dataclass(frozen=True, slots=True)
class Trend:
    """A metric over the commits of `line`. `regressions` is None where `why` says why nobody can tell.

    `problems` are sentences about what could not be read; `part` says that only its newest commits are left. Unless
    `joined`, something moved since it was found where the results of runs were committed.
    """

    metric: str
    goal: Goal | None
    line: TimeLine
    series: tuple[TrendSeries, ...] = ()
    tags: tuple[TagMark, ...] = ()
    data: tuple[DataChange, ...] = ()
    regressions: tuple[Regression, ...] | None = None
    why: str = ""
    apart: Apart = Apart()
    problems: tuple[str, ...] = ()
    part: bool = False
    joined: bool = True

    @property
    def points(self) -> tuple[TrendPoint, ...]:
        """Those of all series, by commit."""
        return tuple(sorted((point for one in self.series for point in one.points), key=lambda point: point.at))

    def newest(self, count: int) -> Trend:
        """The same from the commit on at which the newest `count` measured ones begin, with the regressions there."""
        places = sorted({point.at for one in self.series for point in one.points})
        if count >= len(places):
            return self
        since = places[-count]
        kept = None
        if self.regressions is not None:
            kept = tuple(each for each in self.regressions if each.first_bad.at >= since)
        return replace(
            self,
            series=tuple(_since(one, since) for one in self.series),
            tags=tuple(each for each in self.tags if each.at >= since),
            data=tuple(each for each in self.data if each.at >= since),
            regressions=kept,
            part=True,
        )


@dataclass(frozen=True, slots=True)
class Between:
    """What changed from one commit to another, the later one included.

    `commits` counts them, `subjects` are (sha, subject) of the newest; `files` counts those that differ, None if that
    can't be told. `data` as in `Trend.data`; `params` are (key, old, new) as text, None where there is none.
    """

    commits: int
    subjects: tuple[tuple[str, str], ...]
    files: int | None
    data: tuple[DataChange, ...] = ()
    params: tuple[tuple[str, str | None, str | None], ...] = ()
    problem: str = ""


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


def stepped(name: str, points: Sequence[TrendPoint]) -> TrendSeries:
    """A series with the steps that are in it."""
    return TrendSeries(name, tuple(points), steps([point.value for point in points]))


def regressions(series: Iterable[TrendSeries], goal: Goal) -> tuple[Regression, ...]:
    """The steps against `goal`, the newest first; one that several series have is one."""
    found: list[Regression] = []
    for one in series:
        for step in one.steps:
            if (step.change < 0) == (goal == "max"):
                each = _regression(one, step, goal)
                known = next((at for at, other in enumerate(found) if _same(other, each)), None)
                if known is None:
                    found.append(each)
                else:
                    found[known] = _as_one(found[known], each)
    return tuple(sorted(found, key=lambda each: -each.first_bad.at))


def _same(one: Regression, other: Regression) -> bool:
    """Whether two series tell one event: between the same commits, or by runs at the commits they recorded while the
    file still had what it had at its last good one: it is changed in the next commit, which has what they ran with."""
    if (one.last_good.commit, one.first_bad.commit) == (other.last_good.commit, other.first_bad.commit):
        return one.sources != other.sources
    return _before(one, other) or _before(other, one)


def _before(runs: Regression, file: Regression) -> bool:
    alone = runs.may_be_later and file.first_bad.how is None
    return alone and file.last_good.at <= runs.first_bad.at < file.first_bad.at


def _as_one(one: Regression, other: Regression) -> Regression:
    """The place is that of the first, or of the file where runs are at the commits before."""
    first, second = (other, one) if _before(one, other) else (one, other)
    return replace(first, sources=(*first.sources, *second.sources))


def _regression(one: TrendSeries, step: Step, goal: Goal) -> Regression:
    better = max if goal == "max" else min
    back = next(
        (
            one.points[later.first].commit
            for later in one.steps
            if later.first > step.first and better(later.after, step.before) == later.after
        ),
        None,
    )
    return Regression(
        (one.name,), one.points[step.last], one.points[step.first], step.before, step.after, step.score, back
    )


def judged(series: Sequence[TrendSeries], goal: Goal | None) -> tuple[tuple[Regression, ...] | None, str]:
    """The regressions; None with the reason where they can't be told."""
    if goal is None:
        return None, "nobody said which way this metric is better"
    most = max((sum(map(math.isfinite, (p.value for p in one.points))) for one in series), default=0)
    if most < FEWEST:
        return None, f"too few: {most} measured commits, {FEWEST} are needed"
    return regressions(series, goal), ""


def _since(one: TrendSeries, at: int) -> TrendSeries:
    gone = sum(point.at < at for point in one.points)
    kept = tuple(
        Step(each.last - gone, each.first - gone, each.before, each.after, each.score)
        for each in one.steps
        if each.last >= gone
    )
    return TrendSeries(one.name, one.points[gone:], kept)
