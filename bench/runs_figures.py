"""The table of runs: all of them loaded and the first rows made, against MLflow's client; an order, a filter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.measure import Figure, in_turn, timed
from bench.projects import large

#: Rows on a screen of usual height.
SCREEN = 36
#: DESIGN section 8 counts the runs of its project.
LOADED = "all 10,002 runs with all metrics, params, tags loaded, first rows painted"
#: All pages of `MlflowClient.search_runs`, in a process of its own: mlflow is never imported here. Prints milliseconds.
CLIENT = """
import sys, time
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1])
ids = [each.experiment_id for each in client.search_experiments()]
begin, token, count = time.perf_counter(), None, 0
while token != "":
    page = client.search_runs(ids, max_results=1000, page_token=token)
    count, token = count + len(page), page.token or ""
print((time.perf_counter() - begin) * 1000, count)
"""


def load_runs() -> list[Figure]:
    """From a store that was found to whole runs in memory and a screenful of cells, the collector set as in the app."""
    from mltui.tui.collector import calm

    calm()
    path = large().path / "mlflow.db"

    def load() -> float:
        found = stores(path.parent)
        return timed(lambda: loaded(found))

    ours, peer = in_turn(5, load, lambda: client(path))
    return [Figure(LOADED, ours, peer, "search_runs", 30, faster=True)]


def sort_filter() -> list[Figure]:
    """Of runs in memory: what stands between a key and the rows it asks for."""
    from mltui.model.columns import Order, TableView
    from mltui.model.filters import parse
    from mltui.present.runs import run_rows

    runs, scene = loaded(stores(large().path))
    key = max(runs[50].metrics)
    view = TableView(order=(Order(f"metrics.{key}", descending=True),))

    def ordered() -> None:
        _screenful(run_rows(runs, scene, (key,), view=view))

    def filtered() -> None:
        matches = parse(f"metrics.{key} > 0.5").predicate(scene.now)
        _screenful(run_rows([run for run in runs if matches(run)], scene, (key,)))

    sort, filter_ = in_turn(5, lambda: timed(ordered), lambda: timed(filtered))
    return [
        Figure(f"{len(runs):,} runs ordered by a metric", sort, None, "", 150),
        Figure(f"{len(runs):,} runs filtered by a metric", filter_, None, "", 150),
    ]


def stores(root: Path) -> Any:
    """The project's stores, found and counted, as they are when the runs are asked for. For the client the same is
    done: its experiments are searched before its time begins.
    """
    from mltui.config import Config
    from mltui.sources.mlflow.stores import StoresSource
    from mltui.sources.places import Project

    found = StoresSource(Project(root, root), Config())
    found.load()
    return found


def loaded(found: Any) -> tuple[tuple[Any, ...], Any]:
    """The runs as the app's source gives them, whole, and what their cells need; a screenful of rows was made."""
    from mltui.model.metric import primary_metric
    from mltui.present.runs import RunScene, run_rows
    from mltui.present.text import UNICODE
    from mltui.sources.mlflow.run_list import RunsSource
    from mltui.sources.port import now_ms

    table = RunsSource(found).load()
    scene = RunScene(now_ms(), UNICODE, primary_metric(None, {}, (), table.runs))
    _screenful(run_rows(table.runs, scene, table.metric_keys[:10]))
    return table.runs, scene


def _screenful(rows: Any) -> None:
    for at in range(min(SCREEN, len(rows))):
        rows.row(at)


def client(path: Path) -> float:
    """ms for all pages of a store."""
    command = [sys.executable, "-W", "ignore", "-c", CLIENT, f"sqlite:///{path}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(said.stdout.split()[0])
