"""Stores as real repositories have them: every revision since 2020, odd values, several of which some are empty."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import REGISTRY_2020, TABLES_2020, a_run, add, make, reader, runs

from mltui.config import Config
from mltui.sources.mlflow.sources import RunsSource, StoresSource
from mltui.sources.places import Project

#: What MLflow's migrations did to the tables that are read, in their order (``mlflow/store/db_migrations/versions``).
#: The ones named are those that committed stores were found with.
MIGRATIONS: dict[str, tuple[str, ...]] = {
    "a8c4a736bde6": (),
    "bd07f7e963c5": tuple(
        f"create index index_{table}_run_uuid on {table} (run_uuid)"
        for table in ("params", "metrics", "latest_metrics", "tags")
    ),
    "0c779009ac13": ("alter table runs add column deleted_time bigint",),
    "cc1f77228345": (),
    "97727af70f4d": (
        "alter table experiments add column creation_time bigint",
        "alter table experiments add column last_update_time bigint",
    ),
    "3500859a5d39": ("create table registered_model_aliases (name text, alias text, version integer)",),
    "7f2a7d5fae7d": (
        "create table datasets (dataset_uuid text, experiment_id integer, name text, digest text,"
        " dataset_source_type text, dataset_source text, dataset_schema text, dataset_profile text)",
        "create table inputs (input_uuid text, source_type text, source_id text, destination_type text,"
        " destination_id text)",
        "create table input_tags (input_uuid text, name text, value text)",
    ),
    "acf3f17fdcc7": ("alter table model_versions add column storage_location text",),
    "0584bdc529eb": ("create table trace_info (request_id text, experiment_id integer)",),
    "400f98739977": (
        "create table logged_models (model_id text, experiment_id integer, name text, source_run_id text)",
        "alter table inputs add column step bigint default 0",
    ),
    "bf29a5ff90ea": ("create table jobs (id text)", "create table evaluation_datasets (dataset_id text)"),
}
FOUND = ("a8c4a736bde6", "bd07f7e963c5", "cc1f77228345", "97727af70f4d", "7f2a7d5fae7d", "acf3f17fdcc7", "0584bdc529eb")


@pytest.mark.parametrize("revision", [*FOUND, "bf29a5ff90ea"])
def test_every_revision_that_a_committed_store_was_found_with(tmp_path: Path, revision: str) -> None:
    path = make(tmp_path / "mlflow.db", TABLES_2020 | REGISTRY_2020 | {"alembic_version": "version_num text"})
    connection = sqlite3.connect(path)
    done = list(MIGRATIONS)[: list(MIGRATIONS).index(revision) + 1]
    for statement in (statement for each in done for statement in MIGRATIONS[each]):
        connection.execute(statement)
    add(connection, "alembic_version", version_num=revision)
    table, values = a_run("a" * 32, end_time=None, status="RUNNING")
    add(connection, table, **values)
    add(connection, "params", key="Win Rate ", value="", run_uuid="a" * 32)
    add(connection, "latest_metrics", key="loss", value=0.5, step=1, timestamp=2, is_nan=0, run_uuid="a" * 32)
    for at in range(3):
        add(connection, "metrics", key="loss", value=at / 2, step=0, timestamp=2 - at, is_nan=0, run_uuid="a" * 32)
    add(connection, "registered_models", name="wine")
    add(connection, "model_versions", name="wine", version=1, run_id="a" * 32, current_stage="Production")
    if "3500859a5d39" in done:
        add(connection, "registered_model_aliases", name="wine", alias="champion", version=1)
    connection.commit()
    connection.close()
    before = path.read_bytes()
    store = reader(path)
    assert store.revision() == revision
    (run,) = runs(store)
    assert (run.status, run.end, dict(run.params), dict(run.metrics)) == (
        "RUNNING", None, {"Win Rate ": ""}, {"loss": 0.5},
    )  # fmt: skip
    assert [point.value for point in store.series("a" * 32, "loss")] == [1.0, 0.5, 0.0], "all at step 0: by time"
    assert store.inputs("a" * 32) == ()
    (model,) = store.models()
    assert model.aliases == ({"champion": "1"} if "3500859a5d39" in done else {})
    assert model.versions[0].stage == "Production"
    store.close()
    assert path.read_bytes() == before


def test_artifact_uris_of_two_systems_in_one_database(tmp_path: Path) -> None:
    uris = ("file:///D:/a%20b/x", "file:C:/mlruns/0/x", "./mlruns/10/x", "mlflow/x/artifacts", "s3://b/x", "/abs/x", "")
    rows = [a_run(f"{number:032x}", artifact_uri=uri) for number, uri in enumerate(uris)]
    found = runs(reader(make(tmp_path / "mlflow.db", TABLES_2020, rows)))
    assert tuple(run.artifact_uri for run in found) == uris


def test_names_and_values_arrive_as_they_are(tmp_path: Path) -> None:
    long = "two\nlines\r\n" * 300
    rows = [
        ("experiments", {"experiment_id": 1, "name": "version_hydra_complète", "lifecycle_stage": "active"}),
        a_run("a" * 32, experiment_id=1),
        *(
            ("params", {"key": key, "value": value, "run_uuid": "a" * 32})
            for key, value in (("Win Rate ", "1"), ("empty", ""), ("long", long), ("ключ", "[red]"))
        ),
    ]
    (run,) = runs(reader(make(tmp_path / "mlflow.db", TABLES_2020, rows)))
    assert run.experiment == "version_hydra_complète"
    assert dict(run.params) == {"Win Rate ": "1", "empty": "", "long": long, "ключ": "[red]"}


def test_of_several_stores_the_one_with_runs_is_shown_and_none_is_hidden(tmp_path: Path) -> None:
    """drug-classification-db, pharma-sales, scalable-backtesting, aeseq2seq-db."""
    (tmp_path / "test").mkdir()
    make(tmp_path / "test" / "mlflow.db", TABLES_2020)
    (tmp_path / "mlflow.db").write_bytes(b"")
    (tmp_path / "notbooks" / "mlruns" / "0").mkdir(parents=True)
    (tmp_path / "notbooks" / "mlruns" / "0" / "meta.yaml").write_text("experiment_id: '0'\nname: Default\n")
    make(tmp_path / "mlruns.db", TABLES_2020, [a_run("a" * 32)])
    stores = StoresSource(Project(tmp_path, tmp_path), Config())
    found = {one.uri.replace(str(tmp_path), ""): one for one in stores.load()}
    assert {uri: (one.active, one.runs, one.problem) for uri, one in found.items()} == {
        "sqlite:////mlruns.db": (True, 1, ""),
        "sqlite:////mlflow.db": (False, None, "mlflow.db is empty (0 bytes)"),
        "sqlite:////test/mlflow.db": (False, 0, ""),
        "file:///notbooks/mlruns": (False, 0, ""),
    }
    assert len(RunsSource(stores).load().runs) == 1


def test_commits_that_are_nowhere_in_the_repository(tmp_path: Path) -> None:
    """wind-energy: 62 runs name three commits, of which none is here. They are shown as they were recorded."""
    rows = [
        row
        for number in range(3)
        for row in (
            a_run(f"{number:032x}"),
            ("tags", {"key": "mlflow.source.git.commit", "value": f"{number:040x}", "run_uuid": f"{number:032x}"}),
        )
    ]
    found = runs(reader(make(tmp_path / "mlflow.db", TABLES_2020, rows)))
    assert [run.commit for run in found] == [f"{number:040x}" for number in range(3)]
    assert not any(run.problem for run in found)
