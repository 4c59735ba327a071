"""Series by columns: packed pages are what rows are, and what grew is what a whole reading gives."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.unit import filestore
from tests.unit.mlflow_tables import TABLES_2020, a_run, make, reader

from mltui.errors import NotFound
from mltui.model.columns import Pick
from mltui.model.series import Series
from mltui.present.plot import Curve, Plot, draw
from mltui.present.text import UNICODE, plain
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.files.columns import read as read_file
from mltui.sources.mlflow.series_cache import SeriesCache
from mltui.sources.mlflow.sqlite import SqliteDatabase, packed

DBL_MAX = 1.7976931348623157e308


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("r1"), a_run("r2")])
    with sqlite3.connect(path) as connection:
        connection.execute("create index index_metrics_run_uuid on metrics (run_uuid)")
        connection.execute("create index by_step on metrics (run_uuid, key, step)")
    connection.close()
    return path


def log(path: Path, points: list[tuple[Any, ...]], run: str = "r1", key: str = "loss") -> None:
    connection = sqlite3.connect(path)
    connection.executemany(
        "insert into metrics (value, timestamp, step, is_nan, run_uuid, key) values (?, ?, ?, ?, ?, ?)",
        [(*point, run, key) for point in points],
    )
    connection.commit()
    connection.close()


def plainly(series: Series) -> list[tuple[str, int, int]]:
    return [(repr(v), t, s) for v, t, s in zip(series.values, series.times, series.steps, strict=True)]


def test_a_spike_among_many_points_of_a_store_is_on_the_chart(store: Path) -> None:
    log(store, [(1000.0 if step == 60_000 else 1.0, 10**12 + step, step, 0) for step in range(120_000)])
    series = reader(store).columns("r1", "loss").series
    assert (len(series), series.values[60_000], series.repeated) == (120_000, 1000.0, False)
    rows = [plain(line) for line in draw(Plot((Curve(series, "r1"),)), 100, 30, UNICODE)]
    assert rows[0].startswith("1000┤") and rows[0][5:].strip()


def test_columns_are_what_single_points_are(store: Path) -> None:
    log(store, [(0.5, 30, 2, 0), (0, 20, 1, 1), (DBL_MAX, 10, 0, 0), (-DBL_MAX, 5, 2, 0), (7, 31, 2, 0)])
    log(store, [(1 / 3, 1, -5, 0), (5e-324, 40, 3, 0), (-0.1, 39, 9, 0)])
    one = reader(store)
    series = one.columns("r1", "loss").series
    assert plainly(series) == [(repr(p.value), p.time, p.step) for p in one.series("r1", "loss")]
    assert (series.nan, series.up, series.down, series.repeated) == (1, 1, 1, True)
    assert series.disordered == 2


@pytest.mark.parametrize(("step", "time"), [((1 << 60) + 1, 5), (3, (1 << 53) + 1), (-(1 << 62), 1)])
def test_what_a_double_cannot_hold_is_read_all_the_same(store: Path, step: int, time: int) -> None:
    log(store, [(1.0, time, step, 0), (2.0, time + 1, step + 1, 0)])
    assert plainly(reader(store).columns("r1", "loss").series) == [("1.0", time, step), ("2.0", time + 1, step + 1)]


@pytest.mark.parametrize("pick", ["min", "mean", "at"])
def test_picks_go_by_the_index_of_a_run_s_points(store: Path, monkeypatch: pytest.MonkeyPatch, pick: Pick) -> None:
    """By the primary key, which begins with the metric's name, they are forty times slower in a store of a million."""
    log(store, [(0.5, 1, 1, 0), (0.25, 2, 2, 0)])
    plans = []
    fetch = SqliteDatabase.fetch

    def planned(self: SqliteDatabase, connection: sqlite3.Connection, table: str, *rest: Any) -> Any:
        if table == "metrics":
            plans.extend(row[3] for row in connection.execute(f"explain query plan {rest[1]}", rest[2]))
        return fetch(self, connection, table, *rest)

    monkeypatch.setattr(SqliteDatabase, "fetch", planned)
    assert reader(store).picks("loss", pick, 2, ["r1", "r2"])["r1"] == {"min": 0.25, "mean": 0.375, "at": 0.25}[pick]
    assert any("SEARCH metrics USING INDEX by_step" in plan for plan in plans), plans


def test_steps_as_far_apart_as_can_be(store: Path) -> None:
    """Their difference is more than an int64 holds."""
    log(store, [(1.0, 5, -(2**63), 0), (2.0, 4, 2**63 - 1, 0), (3.0, 6, 0, 0)])
    series = reader(store).columns("r1", "loss").series
    assert plainly(series) == [("1.0", 5, -(2**63)), ("3.0", 6, 0), ("2.0", 4, 2**63 - 1)]
    assert (series.repeated, series.disordered) == (False, 1)


def test_a_value_that_is_no_number_is_nan(store: Path) -> None:
    log(store, [("broken", 1, 1, 0), (b"\xff", 2, 2, 0), (3.0, 3, 3, 0)])
    assert reader(store).columns("r1", "loss").series.nan == 2


def test_pages_are_packed_and_not_read_row_by_row(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log(store, [(index / 7, index, index, index % 3 == 0) for index in range(25_000)])
    expected = [(repr(p.value), p.time, p.step) for p in reader(store).series("r1", "loss")]
    monkeypatch.setattr(packed, "_rows", lambda *_: pytest.fail("fell back to rows"))
    assert plainly(reader(store).columns("r1", "loss").series) == expected


def test_what_came_since_is_all_that_is_read(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = reader(store)
    log(store, [(float(step), step, step, 0) for step in range(100)])
    first = one.columns("r1", "loss")
    assert one.columns("r1", "loss", first).series is first.series
    log(store, [(1.0, 1, 1, 0)], run="r2")
    log(store, [(1.0, 1, 1, 0)], key="other")
    second = one.columns("r1", "loss", first)
    assert second.series is first.series  # the store moved, and not this series
    monkeypatch.setattr("mltui.sources.mlflow.sqlite.columns.whole", lambda *_: pytest.fail("read anew"))
    log(store, [(-1.0, 1000, 50, 0), (5.0, 1001, 100, 0)])
    third = one.columns("r1", "loss", second)
    monkeypatch.undo()
    assert plainly(third.series) == plainly(reader(store).columns("r1", "loss").series)
    assert len(third.series) == 102


@pytest.mark.parametrize(
    "change",
    [
        "delete from metrics where run_uuid = 'r1' and step >= 40",
        "update metrics set step = step + 1 where step = 49",
        "delete from metrics; insert into metrics (value, timestamp, step, is_nan, run_uuid, key)"
        " values (9, 9, 9, 0, 'r1', 'loss')",
    ],
)
def test_a_series_that_was_changed_is_read_anew(store: Path, change: str) -> None:
    one = reader(store)
    log(store, [(float(step), step, step, 0) for step in range(50)])
    first = one.columns("r1", "loss")
    with sqlite3.connect(store) as connection:
        connection.executescript(change)
    connection.close()
    assert plainly(one.columns("r1", "loss", first).series) == plainly(reader(store).columns("r1", "loss").series)


def test_a_deletion_in_the_middle_is_seen_by_the_count(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = reader(store)
    log(store, [(float(step), step, step, 0) for step in range(50)])
    first = one.columns("r1", "loss")
    with sqlite3.connect(store) as connection:
        connection.execute("delete from metrics where step = 20")
    connection.close()
    monkeypatch.setattr("mltui.sources.mlflow.sqlite.columns.COUNT_SECONDS", -1.0)
    assert len(one.columns("r1", "loss", first).series) == 49


def test_a_run_that_was_deleted_is_not_found(store: Path) -> None:
    one = reader(store)
    log(store, [(1.0, 1, 1, 0)])
    cache = SeriesCache(lambda: one)
    assert len(cache.get("r1", "loss")) == 1
    with sqlite3.connect(store) as connection:
        connection.execute("delete from metrics")
    connection.close()
    with pytest.raises(NotFound):
        cache.get("r1", "loss")


def test_a_store_without_indexes_is_read_too(tmp_path: Path) -> None:
    path = make(tmp_path / "old.db", TABLES_2020, [a_run("r1")])
    log(path, [(0.5, 30, 2, 0), (0, 20, 1, 1)])
    assert plainly(reader(path).columns("r1", "loss").series) == [("nan", 20, 1), ("0.5", 30, 2)]


def test_the_cache_is_bounded_and_keeps_what_was_asked_for_last(store: Path) -> None:
    for key in "abc":
        log(store, [(1.0, step, step, 0) for step in range(10)], key=key)
    one = reader(store)
    cache = SeriesCache(lambda: one, points=20)
    a, b = cache.get("r1", "a"), cache.get("r1", "b")
    assert cache.get("r1", "a") is a
    cache.get("r1", "c")
    assert cache.get("r1", "a") is a
    assert cache.get("r1", "b") is not b


def file_points(path: Path, former: Read | None = None, *, growing: bool = True) -> Read:
    return read_file(str(path), "r1", "loss", growing=growing, former=former)


def test_a_metric_file_is_read_on_from_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "loss"
    path.write_text("".join(f"{index} {index / 3} {index}\n" for index in range(1000)) + "1000 5")
    first = file_points(path)
    assert len(first.series) == 1000  # the last line is half-written
    assert file_points(path, first).series is first.series
    with path.open("a") as file:
        file.write(".5 1000\n7 nan 3\n8 inf 4 data digest\n9 -inf 5\nnonsense\n1 2\n")
    more = file_points(path, first)
    assert plainly(more.series) == plainly(file_points(path).series)
    assert (len(more.series), more.series.nan, more.series.up, more.series.down) == (1005, 1, 1, 1)
    path.write_text("1 2.0 3\n")
    assert plainly(file_points(path, more).series) == [("2.0", 1, 3)]


def test_a_file_store_gives_columns(tmp_path: Path) -> None:
    where = filestore.experiment(tmp_path / "mlruns")
    filestore.write(filestore.run(where) / "metrics" / "val" / "auc", "1 0.5 0\n2 0.75 0\n3 nan 1\n")
    mirror = filestore.Mirrored(tmp_path / "mlruns", tmp_path / "mirror.db").refresh().mirror
    series = mirror.columns(filestore.RUN, "val/auc").series
    assert (len(series), series.repeated, series.nan) == (3, True, 1)
    for key in ("none", "../params/x", "val", ""):
        with pytest.raises(NotFound):
            mirror.columns(filestore.RUN, key)
    assert math.isnan(series.values[2])


def test_a_file_longer_than_the_most_keeps_its_newest_and_is_read_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mltui.sources.mlflow.files.points.SERIES_POINTS", 10)
    path = tmp_path / "loss"
    path.write_text("".join(f"{index} {index} {index}\n" for index in range(25)))
    first = file_points(path)
    assert (list(first.series.steps), first.series.note) == (list(range(15, 25)), "the newest 10 points")
    with path.open("a") as file:
        file.write("25 25 25\n")
    again = file_points(path, first)
    assert (list(again.series.steps), again.series.note) == (list(range(16, 26)), "the newest 10 points")
