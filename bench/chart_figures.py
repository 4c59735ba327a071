"""Charts: a series from the store to lines of text beside MlflowClient, and the drawing alone."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from array import array
from pathlib import Path

from bench.measure import Figure, in_turn
from bench.projects import Place, large

RUNS = 5
#: The run that logs ten metrics of 100,000 points, and the one with a series of a million (bigrepo.py).
LONG, SERIES = "f" * 32, "e" * 32
SIZE = (100, 30)

#: What a script pays for the same points: the client's own time, without its import.
PEER = """
import sys, time
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
client.get_run(sys.argv[2])
client.get_metric_history(sys.argv[2], "none of these")
start = time.perf_counter()
points = client.get_metric_history(sys.argv[2], sys.argv[3])
print((time.perf_counter() - start) * 1000)
"""


def charts() -> list[Figure]:
    """A series on screen: read, ordered, thinned, drawn, in a process that has drawn one before."""
    place = large()
    copy = copied(place)
    hundred, peer = in_turn(
        3, lambda: shown(place, LONG, "metric_0"), lambda: history_by_client(copy, LONG, "metric_0")
    )
    (million,) = in_turn(3, lambda: shown(place, SERIES, "loss"))
    (eight,) = in_turn(RUNS, _eight)
    return [
        Figure("100,000-point metric on screen", hundred, peer, "get_metric_history", 15, faster=True),
        Figure("1,000,000-point metric on screen", million, None, "", 1000),
        Figure("chart of 8 runs at 100x30, drawing only", eight, None, "", 60),
    ]


def copied(place: Place) -> Path:
    """The large store once more, for those that may upgrade what they open."""
    import sqlite3

    copy = place.home / "history.db"
    if not copy.exists():
        place.home.mkdir(parents=True, exist_ok=True)
        source = sqlite3.connect(f"file:{place.path}/mlflow.db?mode=ro", uri=True)
        target = sqlite3.connect(copy)
        source.backup(target)
        source.close()
        target.close()
    return copy


def history_by_client(database: Path, run_id: str, key: str) -> float:
    """ms that MlflowClient takes for the series, in a process that has asked it before."""
    command = [sys.executable, "-c", PEER, f"sqlite:///{database}", run_id, key]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def shown(place: Place, run_id: str, key: str) -> float:
    """ms from asking a new reader to the lines of the chart."""
    from mltui.model.runs import Store
    from mltui.present.plot import Curve, Plot, draw
    from mltui.present.text import UNICODE
    from mltui.sources.mlflow.series_cache import SeriesCache
    from mltui.sources.mlflow.sql import SqlReader
    from mltui.sources.mlflow.sqlite import SqliteDatabase

    _eight()  # libraries are imported
    path = place.path / "mlflow.db"
    reader = SqlReader(Store(f"sqlite:///{path}", "sqlite", "flag"), SqliteDatabase(path, place.home / "copies"))
    cache = SeriesCache(lambda: reader)
    start = time.perf_counter()
    draw(Plot((Curve(cache.get(run_id, key), "run"),), title=key), *SIZE, UNICODE)
    taken = (time.perf_counter() - start) * 1000
    reader.close()
    return taken


def _eight() -> float:
    """ms for one chart of 8 runs of 1,000 points."""
    from mltui.model.series import Series
    from mltui.present.plot import Curve, Plot, draw
    from mltui.present.text import UNICODE

    steps = array("q", range(1000))
    curves = tuple(
        Curve(
            Series(str(run), "loss", array("d", [math.sin(step / 90 + run) + run for step in steps]), steps, steps),
            f"run {run}",
            run,
        )
        for run in range(8)
    )
    start = time.perf_counter()
    draw(Plot(curves, title="loss"), *SIZE, UNICODE)
    return (time.perf_counter() - start) * 1000
