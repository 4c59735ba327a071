"""A metric over the history: 10,000 runs, each with a commit of its own, on a line of 20,000."""

from __future__ import annotations

import os
from typing import Any

from bench.measure import Figure, in_turn, timed
from bench.projects import large

METRIC = "metric_0"
ROUNDS = 5


def trend() -> list[Figure]:
    """From a project that was opened, with its caches: the runs with the one metric, the line, points, steps."""
    from mltui.tui.collector import calm

    calm()
    place = large()
    os.environ |= {name: place.env[name] for name in ("MLTUI_CACHE_DIR", "XDG_STATE_HOME")}
    _loaded(_opened())  # fills the caches
    (ours,) = in_turn(ROUNDS, lambda: _loaded(_opened()))
    workspace = _opened()
    found = _load(workspace)
    runs = workspace.runs.load()
    (again,) = in_turn(ROUNDS, lambda: timed(lambda: workspace.trend.load(METRIC, runs.runs, runs.metric_keys)))
    (steps,) = in_turn(ROUNDS, lambda: timed(lambda: _steps(found)))
    workspace.close()
    count = len(found.points)
    return [
        Figure(f"trend over {count:,} runs on {len(found.line.shas):,} commits, warm", ours, None, "", 300),
        Figure("the same of runs that are in memory, as a screen has them", again, None, "", None),
        Figure(f"steps in {count:,} values", steps, None, "", 50),
    ]


def _opened() -> Any:
    from mltui.actions.opening import open_workspace

    return open_workspace(large().path)


def _load(workspace: Any) -> Any:
    return workspace.trend.load(METRIC)


def _loaded(workspace: Any) -> float:
    workspace.reader()  # finding the stores is not what is measured
    try:
        return timed(lambda: _load(workspace))
    finally:
        workspace.close()


def _steps(found: Any) -> None:
    from mltui.model.steps import steps

    steps([point.value for point in found.series[0].points])
