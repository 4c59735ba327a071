"""The table of runs: all of them loaded and the first rows made, against MLflow's client; an order, a filter."""

from __future__ import annotations

import subprocess
import sys
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.measure import Figure, in_turn, timed
from bench.projects import large

#: Rows on a screen of usual height.
SCREEN = 36
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
    """From an unopened store to whole runs in memory and the cells of a screenful, the collector set as in the app."""
    from mltui.tui.collector import calm

    calm()
    path = large().path / "mlflow.db"
    with TemporaryDirectory() as copies:
        ours, peer = in_turn(3, lambda: timed(lambda: _loaded(path, Path(copies))), lambda: _client(path))
    return [Figure("all runs loaded whole, first rows made", ours, peer, "search_runs", 30, faster=True)]


def sort_filter() -> list[Figure]:
    """Of runs in memory: what stands between a key and the rows it asks for."""
    from mltui.model.columns import Order, TableView
    from mltui.model.filters import parse
    from mltui.present.runs import run_rows

    path = large().path / "mlflow.db"
    with TemporaryDirectory() as copies:
        runs, scene = _loaded(path, Path(copies))
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


def _loaded(path: Path, copies: Path) -> tuple[tuple[Any, ...], Any]:
    from mltui.model.metric import primary_metric
    from mltui.model.runs import Store
    from mltui.present.runs import RunScene, run_rows
    from mltui.present.text import UNICODE
    from mltui.sources.mlflow.sql import SqlReader
    from mltui.sources.mlflow.sqlite import SqliteDatabase
    from mltui.sources.port import now_ms

    reader = SqlReader(Store(f"sqlite:///{path}", "sqlite", "flag"), SqliteDatabase(path, copies))
    runs = tuple(chain.from_iterable(reader.runs()))
    reader.close()
    scene = RunScene(now_ms(), UNICODE, primary_metric(None, {}, (), runs))
    _screenful(run_rows(runs, scene, sorted(runs[50].metrics)))
    return runs, scene


def _screenful(rows: Any) -> None:
    for at in range(min(SCREEN, len(rows))):
        rows.row(at)


def _client(path: Path) -> float:
    command = [sys.executable, "-W", "ignore", "-c", CLIENT, f"sqlite:///{path}"]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=large().full_env())
    return float(said.stdout.split()[0])
