"""A trend as a document for machines (docs/status-schema.md)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mltui.model.trend import MAY_BE_LATER, Between, DataChange, Regression, Trend, TrendPoint, TrendSeries
from mltui.present.jsonable import number


def trend_document(trend: Trend, changed: Mapping[int, Between]) -> dict[str, Any]:
    """``mltui trend --json``. `changed` is by the place of a regression in the trend."""
    found = None
    if trend.regressions is not None:
        found = [_regression(each, changed.get(at)) for at, each in enumerate(trend.regressions)]
    line, apart = trend.line, trend.apart
    return {
        "schema": 1,
        "metric": trend.metric,
        "goal": trend.goal,
        "line": {
            "tip": line.tip or None,
            "commits": len(line.shas),
            "first": line.shas[0] if line.shas else None,
            "complete": not line.cut,
            "merged": line.merged,
        },
        "series": [_series(one) for one in trend.series],
        "tags": [{"commit": tag.commit, "at": tag.at, "name": tag.name} for tag in trend.tags],
        "data": [_data(each) for each in trend.data],
        "regressions": found,
        "reason": trend.why or None,
        "apart": {
            "merged": apart.merged,
            "elsewhere": apart.elsewhere,
            "absent": apart.absent,
            "untagged": apart.untagged,
            "running": apart.running,
        },
        "problems": list(trend.problems),
    }


def _series(one: TrendSeries) -> dict[str, Any]:
    return {
        "name": one.name,
        "source": one.points[0].source if one.points else None,
        "points": [_point(point) for point in one.points],
        "steps": [
            {
                "last": one.points[step.last].commit,
                "first": one.points[step.first].commit,
                "before": number(step.before),
                "after": number(step.after),
                "score": number(step.score),
            }
            for step in one.steps
        ],
    }


def _point(point: TrendPoint) -> dict[str, Any]:
    several = len(point.runs) > 1
    return {
        "commit": point.commit,
        "at": point.at,
        "time": point.time,
        "value": number(point.value),
        "runs": list(point.runs),
        "path": point.path or None,
        "low": number(point.low) if several and not math.isnan(point.low) else None,
        "high": number(point.high) if several and not math.isnan(point.high) else None,
        "how": point.how,
    }


def _data(change: DataChange) -> dict[str, Any]:
    return {
        "commit": change.commit,
        "at": change.at,
        "path": change.path,
        "hash": change.hash,
        "version": change.number,
        "former": change.former,
    }


def _regression(each: Regression, changed: Between | None) -> dict[str, Any]:
    good, bad = each.last_good.commit, each.first_bad.commit
    return {
        "sources": list(each.sources),
        "last_good": good,
        "first_bad": bad,
        "before": number(each.before),
        "after": number(each.after),
        "score": number(each.score),
        "recovered": each.recovered,
        "note": "; ".join(MAY_BE_LATER) if each.may_be_later else None,
        "changed": None if changed is None else _between(changed),
        "command": f"mltui diff {good} {bad}",
    }


def _between(changed: Between) -> dict[str, Any]:
    return {
        "commits": changed.commits,
        "subjects": [{"commit": sha, "subject": subject} for sha, subject in changed.subjects],
        "files": changed.files,
        "data": [_data(each) for each in changed.data],
        "params": [{"key": key, "old": old, "new": new} for key, old, new in changed.params],
        "problem": changed.problem or None,
    }
