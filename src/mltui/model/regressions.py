"""Where a metric got worse along a line of commits, and stayed so; what several series say of one event is one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mltui.model.metric import Goal
from mltui.model.steps import FEWEST, Step, steps
from mltui.model.trend import Regression, TrendPoint, TrendSeries


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
