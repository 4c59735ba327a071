"""What is remembered of runs is no more after many have come and gone: mltui is left open for weeks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sized
from pathlib import Path
from typing import Any

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, make, reader, runs

from mltui.errors import NotFound
from mltui.model.metric import PrimaryMetric
from mltui.sources.mlflow.lives import Lives
from mltui.sources.mlflow.series_cache import SeriesCache
from mltui.sources.runner import ProcessRunner
from mltui.tui.places.trends import Trends

START, MINUTE = 1_700_000_000_000, 60_000


def held(thing: object) -> int:
    """How much its attributes hold, all together."""
    return sum(len(each) for each in vars(thing).values() if isinstance(each, Sized) and not isinstance(each, str))


def written(run_id: str, *times: int) -> list[tuple[str, dict[str, Any]]]:
    rows = [
        ("metrics", {"key": "loss", "value": 1 / step, "timestamp": at, "step": step, "is_nan": 0, "run_uuid": run_id})
        for step, at in enumerate(times, 1)
    ]
    return [*rows, ("latest_metrics", rows[-1][1])]


def a_store(path: Path, name: str, **run: Any) -> Path:
    path.unlink(missing_ok=True)
    return make(path, TABLES_2020, [a_run(name, **run), *written(name, START + MINUTE, START + 2 * MINUTE)])


def test_trends_of_runs_that_are_shown_no_more(tmp_path: Path) -> None:
    trends, store = Trends(), tmp_path / "mlflow.db"
    for name in ("first", "second", "third"):
        one = reader(a_store(store, name))

        class OnlyAReader:
            def reader(self, *, wait: bool, one: Any = one) -> Any:
                return one

        primary = PrimaryMetric("loss", "min", guessed=False)
        trends.read(OnlyAReader(), runs(one), primary)  # type: ignore[arg-type]
        assert trends.of(runs(one), primary) == {name: (1.0, 0.5)}
        assert held(trends) == 1, name
        one.close()


def test_a_lock_for_a_series_that_is_gone(tmp_path: Path) -> None:
    store = a_store(tmp_path / "mlflow.db", "r1")
    one = reader(store)
    cache = SeriesCache(lambda: one)
    cache.get("r1", "loss")
    for number in range(20):
        with pytest.raises(NotFound):
            cache.get(f"gone-{number}", "loss")
    assert held(cache) == 2  # the series, and its lock


def test_a_training_that_pauses_again_and_again(tmp_path: Path) -> None:
    store = a_store(tmp_path / "mlflow.db", "r1", status="RUNNING", end_time=None, start_time=START)
    one, lives, sizes = reader(store), Lives(ProcessRunner(), tmp_path), set[int]()
    for hour in range(1, 6):
        at = START + hour * 60 * MINUTE
        with sqlite3.connect(store) as connection:
            connection.execute("update latest_metrics set timestamp = ?", (at,))
            connection.execute("update metrics set timestamp = ? where step = 2", (at,))
        connection.close()
        lives.judged(one, runs(one), at + 20 * MINUTE)  # longer than is quiet, shorter than five of its gaps
        sizes.add(held(lives))
    assert sizes == {1}
