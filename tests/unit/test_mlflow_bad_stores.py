"""Stores and rows that can't be read: said with file and reason, and everything else is shown."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, make, reader, runs

from mltui.errors import Busy, Denied, NotFound, SourceError, Unreadable
from mltui.sources.mlflow.sql import runs as sql_runs
from mltui.sources.mlflow.sqlite import bursts, pages
from mltui.sources.mlflow.sqlite.watchdog import watching


def test_there_is_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        runs(reader(tmp_path / "mlflow.db"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty (0 bytes)"),
        (b"id,label\n1,2\n", "not a SQLite database"),
        (b"SQLite format 3\0\x10\x00", "cut short"),
    ],
)
def test_what_is_no_database_says_so(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as error:
        reader(path).experiments()
    assert said in error.value.summary
    assert error.value.hint
    assert path.read_bytes() == content


def test_a_database_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    connection = sqlite3.connect(path)
    connection.execute("create table songs (title text)")
    connection.commit()
    connection.close()
    with pytest.raises(Unreadable, match="no tables of MLflow"):
        reader(path).experiments()


def test_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mlflow.db")
    with pytest.raises(Unreadable, match="no regular file"):
        reader(tmp_path / "mlflow.db").experiments()


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="is a directory"):
        reader(tmp_path).experiments()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020)
    path.chmod(0)
    with pytest.raises(Denied):
        reader(path).experiments()


def test_a_store_cut_in_half(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run(f"{n:032x}") for n in range(500)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    before = path.read_bytes()
    try:
        found = runs(reader(path))
    except SourceError as error:
        assert "mlflow.db" in error.summary
    else:
        assert len(found) < 500
    assert path.read_bytes() == before


def test_a_page_of_garbage_costs_its_own_rows_only(tmp_path: Path) -> None:
    ids = [f"{n:032x}" for n in range(3000)]
    params = [("params", {"key": "k", "value": "v" * 200, "run_uuid": run_id}) for run_id in ids]
    path = make(tmp_path / "mlflow.db", TABLES_2020, [*(a_run(run_id) for run_id in ids), *params])
    connection = sqlite3.connect(path)
    size = connection.execute("pragma page_size").fetchone()[0]
    pages = path.stat().st_size // size
    connection.close()
    whole = path.read_bytes()
    content = bytearray(whole)
    marker = b"v" * 200
    page = next(n for n in range(pages // 2, pages) if content[n * size : (n + 1) * size].count(marker) > 5)
    content[page * size : page * size + 100] = b"\xff" * 100
    path.write_bytes(content)
    store = reader(path)
    found = runs(store)
    assert len(found) == 3000
    lost = sum(not run.params for run in found)
    assert 0 < lost < 200
    (problem,) = store.problems()
    assert "params" in problem.summary
    assert problem.path == str(path)

    (tmp_path / "restored").write_bytes(whole)
    (tmp_path / "restored").replace(path)
    assert all(run.params for run in runs(store))
    assert store.problems() == (), "nothing is lost any more"


def test_a_locked_store_is_busy_and_read_once_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    writer.execute("begin exclusive")
    monkeypatch.setattr(bursts, "BUSY_SECONDS", 0.1)
    store = reader(path)
    with pytest.raises(Busy, match="locked"):
        runs(store)
    monkeypatch.setattr(bursts, "BUSY_SECONDS", 30)
    unlock = threading.Timer(0.05, lambda: writer.execute("rollback"))
    unlock.start()
    assert len(runs(store)) == 1
    unlock.join()
    writer.close()


def test_text_that_is_not_utf8_and_control_bytes(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    connection = sqlite3.connect(path)
    connection.execute("update runs set name = cast(x'6cff6d' as text)")
    connection.execute("insert into params values ('esc', char(27) || '[31m' || char(0) || 'x', ?)", ("a" * 32,))
    connection.execute("insert into params values (cast(x'ff' as text), '[bold]', ?)", ("a" * 32,))
    connection.commit()
    connection.close()
    (run,) = runs(reader(path))
    assert run.name == "l\ufffdm"
    assert run.params == {"esc": "\x1b[31m\0x", "\ufffd": "[bold]"}


def test_values_of_unexpected_types(tmp_path: Path) -> None:
    rows = [
        a_run("a" * 32, status="SLEEPING"),
        a_run("b" * 32, status="3", start_time="yesterday"),
        a_run("c" * 32, status=None, experiment_id=None),
        ("params", {"key": "blob", "value": b"\xffbytes", "run_uuid": "a" * 32}),
        ("tags", {"key": "null", "value": None, "run_uuid": "a" * 32}),
        ("latest_metrics", {"key": "text", "value": "high", "is_nan": 0, "run_uuid": "a" * 32}),
        ("latest_metrics", {"key": "fine", "value": 0.5, "is_nan": 0, "run_uuid": "a" * 32}),
    ]
    found = {run.run_id[0]: run for run in runs(reader(make(tmp_path / "mlflow.db", TABLES_2020, rows)))}
    assert found["a"].problem == "its status is 'SLEEPING'"
    assert found["a"].params == {"blob": "\ufffdbytes"}
    assert found["a"].tags == {"null": ""}
    assert found["a"].metrics == {"fine": 0.5}
    assert found["b"].status == "FINISHED"
    assert "yesterday" in found["b"].problem
    assert found["c"].problem
    assert found["c"].experiment == ""


def test_no_json_functions_no_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some builds of SQLite lack them: rows say the same."""
    from mltui.sources.mlflow.sqlite import fetch

    rows = [a_run("a" * 32), ("params", {"key": "k", "value": "v", "run_uuid": "a" * 32})]
    path = make(tmp_path / "mlflow.db", TABLES_2020, rows)
    packed = runs(reader(path))
    monkeypatch.setattr(fetch, "_packed", lambda *_: None)
    assert runs(reader(path)) == packed
    assert packed[0].params == {"k": "v"}


def test_interrupted_pages_are_asked_for_in_smaller_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the clock: every statement of more than so many steps is one that takes too long."""
    interrupted = []

    @contextmanager
    def impatient(connection: sqlite3.Connection, _: float) -> Iterator[None]:
        connection.set_progress_handler(lambda: interrupted.append(1) or 1, 20_000)
        yield

    monkeypatch.setattr(bursts, "watching", impatient)
    ids = [f"{n:032x}" for n in range(4000)]
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run(run_id) for run_id in ids])
    assert sorted(run.run_id for run in runs(reader(path))) == ids
    assert interrupted


def test_a_read_that_takes_too_long_is_ended() -> None:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    forever = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="interrupted"), watching(connection, 0.02):
            connection.execute(forever).fetchone()
    with watching(connection, 60):
        assert connection.execute("select 1").fetchone() == (1,)
    assert connection.execute("select 1").fetchone() == (1,)
    connection.close()


def test_a_burst_that_takes_too_long_is_ended_and_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer in journal mode *delete* waits for every open read."""
    assert bursts.BURST_SECONDS <= 0.05
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    store = bursts.Bursts(path, tmp_path / "copies")
    monkeypatch.setattr(bursts, "BURST_SECONDS", 0.01)
    long = "with recursive n(i) as (select 1 union all select i + 1 from n limit 20000000) select count(*) from runs, n"
    with pytest.raises(bursts.Interrupted):
        store.run(lambda connection: connection.execute(long).fetchall())
    writer = sqlite3.connect(path, timeout=0, isolation_level=None)
    writer.execute("begin exclusive")
    writer.execute("rollback")
    writer.close()
    store.close()


def test_nothing_is_open_in_the_store_between_two_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads may take a rest in the middle: a training goes on meanwhile."""
    monkeypatch.setattr(pages, "FIRST_PAGE", 7)
    monkeypatch.setattr(pages, "MOST_ROWS", 7)
    monkeypatch.setattr(sql_runs, "PAGE", 10)
    ids = [f"{n:032x}" for n in range(50)]
    rows = [("params", {"key": "lr", "value": "1", "run_uuid": run_id}) for run_id in ids]
    point = {"key": "loss", "value": 0.5, "is_nan": 0, "run_uuid": ids[0]}
    points = [("metrics", {**point, "timestamp": n, "step": n}) for n in range(50)]
    path = make(tmp_path / "mlflow.db", TABLES_2020, [*map(a_run, ids), *rows, *points])
    store = reader(path)
    writer = sqlite3.connect(path, timeout=0, isolation_level=None)
    seen = 0
    for page in chain(store.runs(), store._database.series(ids[0], "loss", None)):
        writer.execute("begin exclusive")
        writer.execute("update runs set name = 'written meanwhile'")
        writer.execute("commit")
        seen += len(page)
    writer.close()
    assert seen == 100
