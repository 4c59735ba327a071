"""Metrics, params and tags of all runs, packed: what rows say, whatever order and values they have."""

from __future__ import annotations

import math
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, add, make

from mltui.errors import Denied
from mltui.model.key_sharing import KeySharing
from mltui.sources.mlflow.sql import attributes
from mltui.sources.mlflow.sqlite import SqliteDatabase, arrays, by_run, fetch
from mltui.sources.mlflow.sqlite.bursts import Bursts

DBL_MAX = 1.7976931348623157e308


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make(tmp_path / "mlflow.db", TABLES_2020, [a_run(f"r{n}") for n in range(4)])


@pytest.fixture
def packed_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "rows", lambda *_: pytest.fail("fell back to rows"))


def fill(path: Path, table: str, rows: list[tuple[Any, ...]]) -> None:
    connection = sqlite3.connect(path)
    for run_id, key, value, *is_nan in rows:
        add(connection, table, run_uuid=run_id, key=key, value=value, **({"is_nan": is_nan[0]} if is_nan else {}))
    connection.commit()
    connection.close()


def database(path: Path) -> SqliteDatabase:
    return SqliteDatabase(path, path.parent / "copies")


@pytest.mark.usefixtures("packed_only")
def test_texts_of_runs_that_were_written_side_by_side(path: Path) -> None:
    rows = [(f"r{n}", f"key {k}/[x]", f'{n},"{k}"\n\x00é') for n in range(4) for k in range(30)]
    random.Random(1).shuffle(rows)
    fill(path, "params", rows)
    found = attributes.texts(database(path), "params", None, None)
    expected: dict[str, dict[str, str]] = {}
    for run_id, key, value in rows:
        expected.setdefault(run_id, {})[key] = value
    assert found == expected


@pytest.mark.usefixtures("packed_only")
def test_runs_with_the_same_keys_share_them(path: Path) -> None:
    fill(path, "params", [(f"r{n}", key, str(n)) for n in range(4) for key in ("lr", "depth")])
    found = attributes.texts(database(path), "params", None, None)
    keys = {id(one._places) for one in found.values() if isinstance(one, KeySharing)}
    assert (len(found), len(keys)) == (4, 1)


@pytest.mark.usefixtures("packed_only")
def test_runs_with_the_same_text_share_it(path: Path) -> None:
    """Also where it stands at another key: ten thousand runs have few texts, each as large as a dozen numbers."""
    fill(path, "params", [(f"r{n}", key, "0.125") for n in range(4) for key in ("lr", "decay")])
    found = attributes.texts(database(path), "params", None, None)
    assert len({id(value) for run in found.values() for value in run.values()}) == 1


@pytest.mark.usefixtures("packed_only")
def test_every_double_is_the_one_that_was_logged(path: Path) -> None:
    chance = random.Random(2)
    values = [chance.random() * 10.0 ** chance.randint(-300, 300) for _ in range(45_000)]  # several pages of cells
    values += [0.1, 5e-324, 2.0, 1 << 40]
    fill(path, "latest_metrics", [("r1", f"m{n}", value, 0) for n, value in enumerate(values)])
    found = attributes.latest(database(path), None, None)
    assert [repr(value) for value in found["r1"].values()] == [repr(float(value)) for value in values]


@pytest.mark.usefixtures("packed_only")
def test_nan_and_infinities_are_packed_as_well(path: Path) -> None:
    given = [("r0", "nan", 0.0, 1), ("r0", "inf", DBL_MAX, 0), ("r0", "-inf", -DBL_MAX, 0), ("r1", "loss", 1.5, 0)]
    fill(path, "latest_metrics", given)
    found = attributes.latest(database(path), None, None)
    assert math.isnan(found["r0"]["nan"])
    assert (found["r0"]["inf"], found["r0"]["-inf"], dict(found["r1"])) == (math.inf, -math.inf, {"loss": 1.5})


def test_what_no_page_can_hold_is_read_as_rows(path: Path) -> None:
    fill(path, "params", [("r0", "lr", "0.1"), ("r0", "blob", b"\xff\x00"), ("r1", "lr", "0.2")])
    fill(path, "latest_metrics", [("r0", "text", "no number", 0), ("r0", "loss", 1.0, 0), ("r1", "loss", 2.0, 0)])
    assert attributes.texts(database(path), "params", None, None) == {
        "r0": {"lr": "0.1", "blob": "\ufffd\x00"},
        "r1": {"lr": "0.2"},
    }
    assert attributes.latest(database(path), None, None) == {"r0": {"loss": 1.0}, "r1": {"loss": 2.0}}


def test_an_empty_table_and_no_keys(path: Path) -> None:
    assert attributes.latest(database(path), None, None) == {}
    assert attributes.texts(database(path), "tags", None, ["r0"]) == {}


def test_a_burst_that_fails_in_a_transaction_leaves_no_lock(path: Path) -> None:
    bursts = Bursts(path, path.parent / "copies")

    def work(connection: sqlite3.Connection) -> None:
        connection.execute("begin")
        connection.execute("select * from runs").fetchone()
        raise Denied("in the middle")

    with pytest.raises(Denied):
        bursts.run(work)
    writer = sqlite3.connect(path, timeout=0)
    add(writer, "tags", run_uuid="r0", key="k", value="v")
    writer.commit()
    writer.close()
    bursts.close()


@pytest.mark.usefixtures("packed_only")
@pytest.mark.parametrize("ids", [("r1", "r2"), ("short", "a longer one"), ('a"b', "c\\d"), ("é", "ab"), ('x","y', "z")])
def test_ids_and_keys_of_any_kind(path: Path, ids: tuple[str, str]) -> None:
    one, other = ids
    rows = [(one, "lr", "1"), (one, "depth", "2"), (other, "lr", "3"), (other, "quoted \"key', ]", "4")]
    rows += [(f"{one}{n}", key, str(n)) for n in range(5) for key in ("lr", "depth", "x" * n)]
    fill(path, "params", rows)
    expected: dict[str, dict[str, str]] = {}
    for run_id, key, value in rows:
        expected.setdefault(run_id, {})[key] = value
    assert attributes.texts(database(path), "params", None, None) == expected


def test_arrays_are_read_as_what_they_are() -> None:
    assert arrays.spans(b"[]") == []
    assert arrays.spans(b'["aa","aa","bb","aa"]') == [("aa", 2), ("bb", 1), ("aa", 1)]
    assert arrays.spans(b'["a","b",null,null]') == [("a", 1), ("b", 1), ("", 2)]
    assert arrays.spans(b'["","","ab"]') == [("", 2), ("ab", 1)]
    keys = arrays.Keys(b'["a","b","a","b","a","c"]', arrays.Shapes())
    first, same, other = keys.take(2), keys.take(2), keys.take(2)
    assert (first is same, first, other, keys.ended()) == (True, {"a": 0, "b": 1}, {"a": 0, "c": 1}, True)
    more = arrays.Keys(b'["a","b","c"]', arrays.Shapes())
    more.take(2)
    assert not more.ended()


def test_an_interrupted_insert_is_told_as_interrupted() -> None:
    """SQLite rolls the transaction back by itself then; a store of 5,000 metrics a run could not be read."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("create table scratch (value)")
    many = "with recursive n(at) as (select 1 union all select at + 1 from n where at < 9999) select at from n"
    with pytest.raises(sqlite3.OperationalError, match="interrupted"), by_run._at_one_moment(connection):
        connection.set_progress_handler(lambda: 1, 1000)
        connection.execute(f"insert into scratch {many}")
    assert not connection.in_transaction


@pytest.mark.parametrize("table", ["latest_metrics", "params", "tags"])
@pytest.mark.parametrize("keys", [1, 6])
def test_a_page_of_a_few_keys_looks_at_its_own_rows_only(path: Path, table: str, keys: int) -> None:
    """MLflow's databases have no statistics: left alone, SQLite goes through all rows of the keys for each page."""
    fill(path, table, [("r0", f"k{n}", "1") for n in range(9)])

    def plan(connection: sqlite3.Connection, inside: str, given: Any) -> str:
        wanted = ", ".join("?" * keys)
        asked = f'explain query plan select json_group_array("key") from {table} where {inside} and "key" in ({wanted})'
        return str(connection.execute(asked, (*given, *(f"k{n}" for n in range(keys)))).fetchall())

    for said in SqliteDatabase(path, path.parent).everywhere(table, plan):
        assert "INTEGER PRIMARY KEY" in said
