"""Every measure: those of DESIGN section 8 first, in its order, then what is measured besides, and how it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bench.chart_figures import charts
from bench.data_figures import data_versions
from bench.disturb import disturb
from bench.graph_figures import graph
from bench.growth.commits import growth_commits
from bench.growth.points import growth_points
from bench.growth.runs import growth_runs
from bench.growth.stages import growth_stages
from bench.idle_figures import idle_and_memory
from bench.key_figures import keys, keys_live
from bench.line_figures import line
from bench.lineage_figures import lineage
from bench.log_figures import job_log
from bench.measure import Figure, Grown
from bench.peers.dvc_command import dvc_command
from bench.peers.leet import leet
from bench.peers.mlflow_commands import mlflow_commands
from bench.peers.tig import tig
from bench.pipeline_figures import pipeline, running
from bench.preview_figures import preview
from bench.registry_figures import registry
from bench.running import LIMIT
from bench.runs_figures import load_runs, sort_filter
from bench.server_figures import a_server
from bench.start_figures import first_paint, history, status
from bench.trend_figures import trend

Measure = Callable[[], Sequence[Figure | Grown]]

DESIGN: tuple[Measure, ...] = (
    first_paint,
    status,
    load_runs,
    charts,
    pipeline,
    data_versions,
    keys,
    idle_and_memory,
)
#: Programs that others use for the same, side by side.
PEERS: tuple[Measure, ...] = (mlflow_commands, dvc_command, tig, leet)
BEYOND: tuple[Measure, ...] = (
    history,
    keys_live,
    line,
    disturb,
    a_server,
    sort_filter,
    registry,
    trend,
    lineage,
    preview,
    running,
    graph,
    job_log,
)
GROWTH: tuple[Measure, ...] = (growth_runs, growth_commits, growth_stages, growth_points)
ALL: tuple[Measure, ...] = (*DESIGN, *PEERS, *BEYOND, *GROWTH)

NAMES = tuple(measure.__name__ for measure in ALL)
#: What can be asked for in one word.
GROUPS = {
    word: tuple(measure.__name__ for measure in measures)
    for word, measures in (("design", DESIGN), ("peers", PEERS), ("beyond", BEYOND), ("growth", GROWTH))
}
#: Seconds, of measures that make several large projects.
LIMITS = {"growth_runs": 1800.0, "growth_commits": 1200.0}


def limit_of(name: str) -> float:
    return LIMITS.get(name, LIMIT)
