"""Stores of a few lines: MLflow's tables as they were at one time or another, filled by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mltui.model.runs import Run, Store
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase

#: As of 2020 (a8c4a736bde6): no indexes on run_uuid, no deleted_time, names in a tag, no aliases, no datasets.
TABLES_2020 = {
    "experiments": "experiment_id integer primary key, name varchar(256), artifact_location text, lifecycle_stage text",
    "runs": """run_uuid varchar(32) primary key, name varchar(250), source_type text, status text, start_time bigint,
        end_time bigint, lifecycle_stage text, artifact_uri text, experiment_id integer""",
    "metrics": """key varchar(250), value float not null, timestamp bigint, run_uuid varchar(32), step bigint,
        is_nan boolean, primary key (key, timestamp, step, run_uuid, value, is_nan)""",
    "latest_metrics": """key varchar(250), value float not null, timestamp bigint, step bigint, is_nan boolean,
        run_uuid varchar(32), primary key (key, run_uuid)""",
    "params": "key varchar(250), value varchar(250) not null, run_uuid varchar(32), primary key (key, run_uuid)",
    "tags": "key varchar(250), value varchar(5000), run_uuid varchar(32), primary key (key, run_uuid)",
}
REGISTRY_2020 = {
    "registered_models": "name varchar(256) primary key, description text",
    "model_versions": """name varchar(256), version integer, creation_time bigint, description text, user_id text,
        current_stage text, source text, run_id varchar(32), status text, primary key (name, version)""",
    "registered_model_tags": "key text, value text, name text",
    "model_version_tags": "key text, value text, name text, version integer",
}


def make(path: Path, tables: dict[str, str], rows: Iterable[tuple[str, dict[str, Any]]] = ()) -> Path:
    """A database with `tables` and (table, {column: value}) `rows`, and one active experiment 0."""
    connection = sqlite3.connect(path)
    for name, columns in tables.items():
        connection.execute(f"create table {name} ({columns})")
    add(connection, "experiments", experiment_id=0, name="Default", lifecycle_stage="active")
    for table, values in rows:
        add(connection, table, **values)
    connection.commit()
    connection.close()
    return path


def add(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    connection.execute(f"insert into {table} ({names}) values ({marks})", tuple(values.values()))


def a_run(run_id: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """A row of ``runs``."""
    usual = {
        "run_uuid": run_id,
        "name": "",
        "status": "FINISHED",
        "start_time": 1_600_000_000_000,
        "end_time": 1_600_000_001_000,
        "lifecycle_stage": "active",
        "artifact_uri": "file:///C:/Users/a%20b",
        "experiment_id": 0,
    }
    return "runs", usual | values


def reader(path: Path) -> SqlReader:
    return SqlReader(Store(f"sqlite:///{path}", "sqlite", "flag"), SqliteDatabase(path, path.parent / "copies"))


def runs(store: SqlReader, **wanted: Any) -> list[Run]:
    return [run for page in store.runs(**wanted) for run in page]
