"""Schemas of other years, filled by hand: what a table or column lacks reads as nothing, and the rest is read."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import REGISTRY_2020, TABLES_2020, a_run, make, reader, runs

from mltui.model.runs import COMMIT_TAG, MetricPoint

LARGEST = 1.7976931348623157e308


def test_without_indexes_names_and_deleted_time(tmp_path: Path) -> None:
    rows = [
        a_run("a" * 32),
        a_run("b" * 32, start_time=1_700_000_000_000, end_time=None, status="RUNNING"),
        a_run("c" * 32, lifecycle_stage="deleted"),
        ("tags", {"key": "mlflow.runName", "value": "first", "run_uuid": "a" * 32}),
        ("tags", {"key": COMMIT_TAG, "value": "1" * 40, "run_uuid": "a" * 32}),
        ("params", {"key": "Win Rate ", "value": "", "run_uuid": "a" * 32}),
        ("params", {"key": "text", "value": "two\nlines", "run_uuid": "a" * 32}),
    ]
    store = reader(make(tmp_path / "runs.sqlite", TABLES_2020, rows))
    newest, first = runs(store)
    assert (newest.run_id, newest.status, newest.end, newest.name) == ("b" * 32, "RUNNING", None, "")
    assert (first.name, first.commit, first.experiment) == ("first", "1" * 40, "Default")
    assert first.params == {"Win Rate ": "", "text": "two\nlines"}
    assert len(runs(store, deleted=True)) == 3
    assert store.models() == ()
    assert store.inputs("a" * 32) == ()
    assert store.revision() == ""
    (only,) = runs(store, limit=1, params=(), tags=("mlflow.runName",))
    assert only.run_id == "b" * 32
    assert store.run("a" * 32).tags == {"mlflow.runName": "first", COMMIT_TAG: "1" * 40}


def test_latest_metrics_are_computed_where_there_is_no_table_of_them(tmp_path: Path) -> None:
    tables = {name: columns for name, columns in TABLES_2020.items() if name != "latest_metrics"}
    points = [(0.5, 10, 0), (0.25, 30, 2), (0.9, 20, 1), (0.75, 30, 2)]
    rows = [
        a_run("a" * 32),
        *(
            ("metrics", {"key": "loss", "value": v, "timestamp": t, "step": s, "is_nan": 0, "run_uuid": "a" * 32})
            for v, t, s in points
        ),
    ]
    store = reader(make(tmp_path / "mlflow.db", tables, rows))
    assert runs(store)[0].metrics == {"loss": 0.75}
    assert runs(store, limit=5, metrics=("other",))[0].metrics == {}
    assert store.metric_keys() == ("loss",)


def test_nan_and_infinities(tmp_path: Path) -> None:
    values = {"nan": (0.0, 1), "up": (LARGEST, 0), "down": (-LARGEST, 0), "large": (1.797e308, 0), "one": (1, 0)}
    rows = [a_run("a" * 32)]
    for key, (value, is_nan) in values.items():
        point = {"key": key, "value": value, "timestamp": 1, "step": 0, "is_nan": is_nan, "run_uuid": "a" * 32}
        rows += [("latest_metrics", point), ("metrics", point)]
    store = reader(make(tmp_path / "mlflow.db", TABLES_2020, rows))
    metrics = dict(runs(store)[0].metrics)
    assert math.isnan(metrics.pop("nan"))
    assert metrics == {"up": math.inf, "down": -math.inf, "large": 1.797e308, "one": 1.0}
    assert store.series("a" * 32, "down") == (MetricPoint(-math.inf, 1, 0),)


def test_a_metrics_table_without_is_nan_and_step(tmp_path: Path) -> None:
    tables = TABLES_2020 | {"metrics": "key text, value float, timestamp bigint, run_uuid text"}
    rows = [
        a_run("a" * 32),
        *(("metrics", {"key": "k", "value": n, "timestamp": 9 - n, "run_uuid": "a" * 32}) for n in range(3)),
    ]
    store = reader(make(tmp_path / "mlflow.db", tables, rows))
    assert [point.value for point in store.series("a" * 32, "k")] == [2.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "index",
    [
        "",
        "create index i on metrics (run_uuid)",
        "create index i on metrics (run_uuid, key, step)",
    ],
    ids=["none", "by run", "by step"],
)
def test_series_in_every_order_of_writing(tmp_path: Path, index: str) -> None:
    """Everything may have been logged at step 0: then time decides."""
    import sqlite3

    path = make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32), a_run("b" * 32)])
    connection = sqlite3.connect(path)
    if index:
        connection.execute(index)
    points = [(n % 7 / 7, 1000 - n, n % 3) for n in range(300)]
    for run_id in ("a" * 32, "b" * 32):
        for key in ("x", "y"):
            connection.executemany(
                "insert into metrics (key, value, timestamp, step, is_nan, run_uuid) values (?, ?, ?, ?, 0, ?)",
                [(key, value, time, step, run_id) for value, time, step in points],
            )
    connection.commit()
    connection.close()
    store = reader(path)
    expected = tuple(sorted((MetricPoint(*point) for point in points), key=lambda p: (p.step, p.time)))
    assert store.series("a" * 32, "x") == expected
    assert {point.step for point in store.series("a" * 32, "x", limit=50)} == {2}
    assert len(store.series("b" * 32, "y", limit=50)) == 50
    assert store.series("b" * 32, "z") == ()


def test_runs_of_a_deleted_experiment_count_as_deleted(tmp_path: Path) -> None:
    rows = [
        ("experiments", {"experiment_id": 1, "name": "gone", "lifecycle_stage": "deleted"}),
        a_run("a" * 32),
        a_run("b" * 32, experiment_id=1),
        a_run("c" * 32, experiment_id=77),
    ]
    store = reader(make(tmp_path / "mlflow.db", TABLES_2020, rows))
    assert [run.run_id[0] for run in runs(store)] == ["a", "c"]
    assert [run.run_id[0] for run in runs(store, deleted=True)] == ["a", "b", "c"]
    assert [run.run_id[0] for run in runs(store, limit=1, deleted=True, experiments=("1",))] == ["b"]
    assert runs(store, experiments=("1",)) == []
    assert runs(store, experiments=()) == []


def test_a_registry_without_aliases_and_with_deleted_versions(tmp_path: Path) -> None:
    rows = [
        a_run("a" * 32),
        ("tags", {"key": COMMIT_TAG, "value": "1" * 40, "run_uuid": "a" * 32}),
        ("registered_models", {"name": "wine", "description": None}),
        ("model_versions", {"name": "wine", "version": 2, "current_stage": "Production", "run_id": "a" * 32}),
        ("model_versions", {"name": "wine", "version": 10, "current_stage": "None", "run_id": ""}),
        ("model_versions", {"name": "wine", "version": 3, "current_stage": "Deleted_Internal", "run_id": "a" * 32}),
        ("model_version_tags", {"name": "wine", "version": 2, "key": "k", "value": "v"}),
        ("registered_models", {"name": "greeting"}),
        ("registered_model_tags", {"name": "greeting", "key": "mlflow.prompt.is_prompt", "value": "true"}),
    ]
    (model,) = reader(make(tmp_path / "mlflow.db", TABLES_2020 | REGISTRY_2020, rows)).models()
    ten, two = model.versions
    assert (ten.version, ten.run_id, ten.stage, ten.commit) == ("10", None, "", None)
    assert (two.version, two.run_id, two.stage, two.commit, two.tags) == (
        "2",
        "a" * 32,
        "Production",
        "1" * 40,
        {"k": "v"},
    )
    assert model.aliases == {}


def test_versions_of_logged_models_know_the_run_that_logged_them(tmp_path: Path) -> None:
    """MLflow 3: the version names no run, its source names a model that a run logged."""
    logged = "m-" + "0" * 32
    tables = TABLES_2020 | REGISTRY_2020 | {"logged_models": "model_id text primary key, source_run_id text"}
    rows = [
        a_run("a" * 32),
        ("tags", {"key": COMMIT_TAG, "value": "1" * 40, "run_uuid": "a" * 32}),
        ("registered_models", {"name": "wine"}),
        ("model_versions", {"name": "wine", "version": 1, "run_id": None, "source": f"models:/{logged}"}),
        ("logged_models", {"model_id": logged, "source_run_id": "a" * 32}),
    ]
    ((version,),) = (model.versions for model in reader(make(tmp_path / "mlflow.db", tables, rows)).models())
    assert (version.run_id, version.model_id, version.source_run_id, version.commit) == (
        None,
        logged,
        "a" * 32,
        "1" * 40,
    )


def test_models_of_the_same_name_in_two_workspaces(tmp_path: Path) -> None:
    tables = TABLES_2020 | {
        "registered_models": "workspace text, name text, description text",
        "registered_model_aliases": "workspace text, name text, alias text, version integer",
        "model_versions": "workspace text, name text, version integer, current_stage text, run_id text",
    }
    rows = [
        (table, {"workspace": workspace, "name": "wine"} | more)
        for workspace, version in (("default", 1), ("lab", 2))
        for table, more in (
            ("registered_models", {}),
            ("model_versions", {"version": version}),
            ("registered_model_aliases", {"alias": "champion", "version": version}),
        )
    ]
    models = reader(make(tmp_path / "mlflow.db", tables, rows)).models()
    assert [(one.name, one.aliases) for one in models] == [
        ("lab/wine", {"champion": "2"}),
        ("wine", {"champion": "1"}),
    ]


def test_more_runs_than_a_page_and_wide_gaps_between_rows(tmp_path: Path) -> None:
    import sqlite3

    path = make(tmp_path / "mlflow.db", TABLES_2020)
    connection = sqlite3.connect(path)
    ids = [f"{n:032x}" for n in range(2500)]
    for n, run_id in enumerate(ids):
        values = (n * 10**12 + 1, run_id, 1_600_000_000_000 + n)
        connection.execute(
            "insert into runs (rowid, run_uuid, status, start_time, experiment_id) values (?, ?, 'FINISHED', ?, 0)",
            values,
        )
    connection.executemany("insert into params (key, value, run_uuid) values ('n', ?, ?)", [(i, i) for i in ids])
    connection.commit()
    connection.close()
    store = reader(path)
    pages = list(store.runs())
    assert len(pages) > 1
    assert [run.run_id for page in pages for run in page] == ids[::-1]
    assert all(run.params == {"n": run.run_id} for page in pages for run in page)
    assert [run.run_id for run in runs(store, limit=3)] == ids[:-4:-1]
    assert store.experiments()[0].runs == 2500
