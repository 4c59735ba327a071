"""A metric against git history: its values at the commits of one line, and the regressions among them.

The line is what HEAD was, commit by commit: its first parents. Commits that a merge brought in are not on it, for a
branch is no earlier state of what it was merged into; what was measured there is counted in `Apart` and not drawn.
Where all work is done on branches the line may have them (`TimeLine.merged`): those of one branch, then its merge.
Where runs stand on it is told by `trend_points.py`, what got worse by `regressions.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from mltui.model.metric import Goal
from mltui.model.steps import Step

#: The values of a series that comes from runs; other series are called by their file.
RUNS = "runs"
#: Where a run stands: at the commit MLflow recorded, or at the one that its results were committed in.
How = Literal["recorded", "results"]
#: What is to be said of a regression that only runs at the commits they recorded show.
MAY_BE_LATER = ("runs made at this commit", "what they ran with may have been committed later")


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


def _since(one: TrendSeries, at: int) -> TrendSeries:
    gone = sum(point.at < at for point in one.points)
    kept = tuple(
        Step(each.last - gone, each.first - gone, each.before, each.after, each.score)
        for each in one.steps
        if each.last >= gone
    )
    return TrendSeries(one.name, one.points[gone:], kept)
