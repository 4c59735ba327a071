"""What the detail of a run asks a server for. The reader is a fake at the door of the store."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.mlflow_tables import TABLES_2020, a_run, add, make

from churn_sample import HARE
from mltui.errors import Unreachable
from mltui.model.runs import LoggedModel, Run, Store
from mltui.present.run_detail import RunRelations
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase
from mltui.tui.places.runs.reading import RunReading, deleted_of


class Mirror:
    """A server's mirror that knows a run and none of its models."""

    store = Store("http://tracking", "rest", "flag")

    def run(self, run_id: str) -> Run:
        return HARE

    def nothing(self, run_id: Any) -> tuple[()]:
        return ()

    inputs = logged_models = nothing

    counted = 0
    moved = 0

    def traces(self, run_id: str) -> int:
        self.counted += 1
        return self.counted

    def fingerprint(self) -> int:
        return self.moved

    def read_times(self, run_ids: Any) -> dict[str, int]:
        return {}


BEST = LoggedModel("m-1", "best", "ready", "", 0, "")


def test_a_server_is_asked_for_the_models_that_its_mirror_lacks() -> None:
    reading, mirror = RunReading(), Mirror()
    assert reading.ask(mirror, HARE, None, lambda *_: (BEST,))  # type: ignore[arg-type]
    _, related = reading.read(mirror, HARE, RunRelations(), None)  # type: ignore[arg-type]
    assert related.models == (BEST,)


def test_a_server_that_fails_costs_the_models_only() -> None:
    def fails(*_: Any) -> tuple[LoggedModel, ...]:
        raise Unreachable("down")

    assert not RunReading().ask(Mirror(), HARE, None, fails)  # type: ignore[arg-type]


def test_traces_are_counted_again_when_the_store_moved() -> None:
    reading, mirror = RunReading(), Mirror()
    found = []
    for moved in (0, 0, 1):
        mirror.moved = moved
        found.append(reading.read(mirror, HARE, RunRelations(), None)[1].traces)  # type: ignore[arg-type]
    assert found == [1, 1, 2]


def test_what_was_deleted_is_one_question_whatever_is_asked_of(tmp_path: Path) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run(f"{at:032x}") for at in range(2000)])
    connection = sqlite3.connect(path)
    add(connection, "experiments", experiment_id=1, name="dropped", lifecycle_stage="deleted")
    connection.execute("update runs set experiment_id = 1 where run_uuid = ?", (f"{1:032x}",))
    connection.execute("update runs set lifecycle_stage = 'deleted' where run_uuid = ?", (f"{2:032x}",))
    connection.execute("update runs set experiment_id = 77 where run_uuid = ?", (f"{3:032x}",))  # of no row
    connection.execute("delete from runs where run_uuid = ?", (f"{4:032x}",))
    connection.commit()
    connection.close()
    asked = [replace(HARE, run_id=f"{at:032x}", kind="run") for at in range(2000)]
    experiment = replace(HARE, run_id="exp-1", kind="exp")
    store = NoRunAlone(Store(f"sqlite:///{path}", "sqlite", "flag"), SqliteDatabase(path, tmp_path / "copies"))
    assert deleted_of([experiment, *asked], store) == [experiment, asked[1], asked[2], asked[4]]
    assert deleted_of([experiment], None) == [experiment]
    store.close()


class NoRunAlone(SqlReader):
    def run(self, run_id: str) -> Run:
        raise AssertionError("seconds for a thousand runs")
