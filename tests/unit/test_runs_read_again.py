"""Runs that are read whole once more: what says the same is the same object, what moved is seen."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, add, make

from mltui.config import Config
from mltui.model.life import Life
from mltui.sources.mlflow.lives import HOST_TAG, PID_TAG, START_TAG, Lives
from mltui.sources.mlflow.living import LivingRuns
from mltui.sources.mlflow.run_list import RunsSource
from mltui.sources.mlflow.sqlite import by_run, pages
from mltui.sources.mlflow.stores import StoresSource
from mltui.sources.places import Project
from mltui.sources.processes import host_name
from mltui.sources.runner import ProcessRunner

IDS = [f"{n:032x}" for n in range(40)]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pages, "FIRST_PAGE", 16)
    monkeypatch.setattr(pages, "MOST_ROWS", 16)
    rows = [a_run(run_id) for run_id in IDS]
    rows += [("params", {"run_uuid": run_id, "key": key, "value": key}) for run_id in IDS for key in ("lr", "depth")]
    rows += [
        ("latest_metrics", {"run_uuid": run_id, "key": key, "value": 0.5, "step": 0, "is_nan": 0})
        for run_id in IDS
        for key in ("acc", "loss")
    ]
    return make(tmp_path / "mlflow.db", TABLES_2020, rows)


@pytest.fixture
def source(path: Path) -> RunsSource:
    return RunsSource(StoresSource(Project(path.parent, path.parent), Config()))


def write(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_where_nothing_moved_it_is_the_same_table(source: RunsSource) -> None:
    table = source.load()
    assert source.load() is table
    source.forget()
    assert source.load() is table


@pytest.mark.parametrize(
    "statement",
    [
        f"update params set value = 'new' where run_uuid = '{IDS[7]}' and key = 'lr'",
        f"update latest_metrics set value = 0.25 where run_uuid = '{IDS[7]}'",
        f"update latest_metrics set is_nan = 1 where run_uuid = '{IDS[7]}'",
        f"update runs set name = 'new' where run_uuid = '{IDS[7]}'",
        f"insert into tags (run_uuid, key, value) values ('{IDS[7]}', 'team', 'new')",
        f"delete from params where run_uuid = '{IDS[7]}'",
    ],
)
def test_an_edit_of_a_run_that_ended_makes_that_run_anew(path: Path, source: RunsSource, statement: str) -> None:
    before = source.load()
    write(path, statement)
    source.forget()
    after = source.load()
    moved = [new.run_id for new, old in zip(after.runs, before.runs, strict=True) if new is not old]
    assert moved == [IDS[7]]
    assert after.runs != before.runs
    whole = RunsSource(StoresSource(Project(path.parent, path.parent), Config())).load()
    assert repr(after.runs) == repr(whole.runs)


def test_runs_that_came_and_went(path: Path, source: RunsSource) -> None:
    source.load()
    write(path, f"delete from runs where run_uuid = '{IDS[3]}'")
    connection = sqlite3.connect(path)
    add(connection, *a_run("f" * 32)[:1], **a_run("f" * 32)[1])
    connection.commit()
    connection.close()
    source.forget()
    assert [run.run_id for run in source.load().runs] == [*IDS[:3], *IDS[4:], "f" * 32]


def test_only_pages_that_say_something_new_are_unpacked(
    path: Path, source: RunsSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    source.load()
    write(path, f"update params set value = 'new' where run_uuid = '{IDS[7]}' and key = 'lr'")
    texts, unpacked = by_run._by_run, []

    def counted(page: by_run.Packed, *args: object) -> object:
        unpacked.append(page)
        return texts(page, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(by_run, "_by_run", counted)
    source.forget()
    source.load()
    assert [b"new" in page.values[0] for page in unpacked] == [True]


def test_a_verdict_that_stands_leaves_the_table_as_it_is(path: Path) -> None:
    write(path, f"update runs set status = 'RUNNING', end_time = null where run_uuid = '{IDS[0]}'")
    for tag, text in ((PID_TAG, "4194305"), (START_TAG, "1"), (HOST_TAG, host_name())):  # above the largest pid
        write(path, f"insert into tags (run_uuid, key, value) values ('{IDS[0]}', '{tag}', '{text}')")
    stores = StoresSource(Project(path.parent, path.parent), Config())
    living = LivingRuns(stores, (), Lives(ProcessRunner(), path.parent))
    table = living.load()
    assert [type(run.life) for run in table.runs if run.run_id == IDS[0]] == [Life]
    assert living.load() is table
    write(path, f"update runs set name = 'other' where run_uuid = '{IDS[9]}'")
    assert living.load() is not table
