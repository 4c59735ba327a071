"""Records into the rows of a mirror. Every function belongs inside `mirror.writing`."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence

from mltui.sources.mlflow.mirror import chunks
from mltui.sources.mlflow.records import (
    DBL_MAX,
    DatasetRow,
    ExperimentRecord,
    Flaw,
    LoggedModelRow,
    RegistryRecord,
    RunRecord,
    Seen,
    VersionRecord,
)
from mltui.sources.mlflow.tables import REGISTRY_TABLES, RUN_TABLES, TABLES


def stored(value: float) -> tuple[float, int]:
    """(value, is_nan) as MLflow's database stores keep a float."""
    if math.isnan(value):
        return 0.0, 1
    return max(-DBL_MAX, min(DBL_MAX, value)), 0


def clear(connection: sqlite3.Connection) -> None:
    """Forget everything."""
    for table in TABLES:
        connection.execute(f"delete from {table}")


def replace_runs(connection: sqlite3.Connection, runs: Sequence[RunRecord]) -> None:
    """Put whole runs in the place of what was known of them."""
    delete_runs(connection, (run.run_uuid for run in runs))
    whole = [run for run in runs if run.readable]
    connection.executemany(
        """insert or replace into runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status,
           start_time, end_time, deleted_time, source_version, lifecycle_stage, artifact_uri, experiment_id)
           values (?, ?, 'LOCAL', '', '', ?, ?, ?, ?, ?, '', ?, ?, ?)""",
        [
            (
                run.run_uuid,
                run.name,
                run.user_id,
                run.status,
                run.start_time,
                run.end_time,
                run.deleted_time,
                run.lifecycle_stage,
                run.artifact_uri,
                run.experiment_id,
            )
            for run in whole
        ],
    )
    for table, pairs in (("params", "params"), ("tags", "tags")):
        connection.executemany(
            f"insert or replace into {table} (key, value, run_uuid) values (?, ?, ?)",
            [(key, value, run.run_uuid) for run in whole for key, value in getattr(run, pairs)],
        )
    connection.executemany(
        """insert or replace into latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
           values (?, ?, ?, ?, ?, ?)""",
        [
            (point.key, *_point(point.value, point.timestamp, point.step), run.run_uuid)
            for run in whole
            for point in run.latest
        ],
    )
    _insert_inputs(connection, whole)
    insert_flaws(connection, [flaw for run in runs for flaw in run.flaws])


def _point(value: float, timestamp: int, step: int) -> tuple[float, int, int, int]:
    number, is_nan = stored(value)
    return number, timestamp, step, is_nan


def _insert_inputs(connection: sqlite3.Connection, runs: Sequence[RunRecord]) -> None:
    insert_datasets(connection, [dataset for run in runs for dataset in run.datasets])
    connection.executemany(
        """insert or replace into inputs (input_uuid, source_type, source_id, destination_type, destination_id)
           values (?, ?, ?, 'RUN', ?)""",
        [(item.input_uuid, item.source_type, item.source_id, run.run_uuid) for run in runs for item in run.inputs],
    )
    connection.executemany(
        "insert or replace into input_tags (input_uuid, name, value) values (?, ?, ?)",
        [(item.input_uuid, key, value) for run in runs for item in run.inputs for key, value in item.tags],
    )


def insert_datasets(connection: sqlite3.Connection, datasets: Iterable[DatasetRow]) -> None:
    connection.executemany(
        """insert or replace into datasets (dataset_uuid, experiment_id, name, digest, dataset_source_type,
           dataset_source, dataset_schema, dataset_profile) values (?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (d.dataset_uuid, d.experiment_id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile)
            for d in datasets
        ],
    )


def insert_flaws(connection: sqlite3.Connection, flaws: Iterable[Flaw]) -> None:
    connection.executemany(
        "insert into mltui_problems (run_uuid, experiment_id, path, reason, hint) values (?, ?, ?, ?, ?)",
        [(flaw.run_uuid, flaw.experiment_id, flaw.path, flaw.reason, flaw.hint) for flaw in flaws],
    )


def delete_runs(connection: sqlite3.Connection, run_uuids: Iterable[str]) -> None:
    """Forget runs with all that belongs to them, except series that were asked for (`forget_series`)."""
    for some in chunks(run_uuids):
        marks = ",".join("?" * len(some))
        for table, column in RUN_TABLES.items():
            connection.execute(f"delete from {table} where {column} in ({marks})", some)
        connection.execute(
            f"""delete from input_tags where input_uuid in
                (select input_uuid from inputs where destination_id in ({marks}))""",
            some,
        )
        connection.execute(f"delete from inputs where destination_id in ({marks})", some)


def replace_seen(connection: sqlite3.Connection, seen: Iterable[Seen]) -> None:
    connection.executemany(
        "insert or replace into mltui_seen (path, run_uuid, stamp, deep, read_at) values (?, ?, ?, ?, ?)",
        [(s.path, s.run_uuid, s.stamp, s.deep, s.read_at) for s in seen],
    )


def replace_experiments(connection: sqlite3.Connection, experiments: Sequence[ExperimentRecord]) -> None:
    """Put all experiments, their tags, datasets and logged models in the place of the former ones."""
    for table in ("experiments", "experiment_tags", "logged_models"):
        connection.execute(f"delete from {table}")
    connection.execute("delete from mltui_problems where run_uuid is null and path not like 'models/%'")
    connection.executemany(
        """insert or replace into experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time,
           last_update_time) values (?, ?, ?, ?, ?, ?)""",
        [
            (e.experiment_id, e.name, e.artifact_location, e.lifecycle_stage, e.creation_time, e.last_update_time)
            for e in experiments
        ],
    )
    connection.executemany(
        "insert or replace into experiment_tags (key, value, experiment_id) values (?, ?, ?)",
        [(key, value, e.experiment_id) for e in experiments for key, value in e.tags],
    )
    insert_datasets(connection, [dataset for e in experiments for dataset in e.datasets])
    insert_logged_models(connection, [model for e in experiments for model in e.logged_models])
    insert_flaws(connection, [flaw for e in experiments for flaw in e.flaws])


def insert_logged_models(connection: sqlite3.Connection, models: Iterable[LoggedModelRow]) -> None:
    connection.executemany(
        """insert or replace into logged_models (model_id, experiment_id, name, artifact_location,
           creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage, model_type, source_run_id)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                m.model_id,
                m.experiment_id,
                m.name,
                m.artifact_location,
                m.created,
                m.updated,
                m.status,
                m.lifecycle_stage,
                m.model_type,
                m.source_run_id,
            )
            for m in models
        ],
    )


def replace_registry(connection: sqlite3.Connection, registry: RegistryRecord) -> None:
    """Put a whole registry in the place of the former one."""
    for table in REGISTRY_TABLES:
        connection.execute(f"delete from {table}")
    connection.execute("delete from mltui_problems where run_uuid is null and path like 'models/%'")
    for model in registry.models:
        connection.execute(
            """insert or replace into registered_models (name, creation_time, last_updated_time, description)
               values (?, ?, ?, ?)""",
            (model.name, model.creation_time, model.last_updated_time, model.description),
        )
        connection.executemany(
            "insert or replace into registered_model_tags (name, key, value) values (?, ?, ?)",
            [(model.name, key, value) for key, value in model.tags],
        )
        connection.executemany(
            "insert or replace into registered_model_aliases (name, alias, version) values (?, ?, ?)",
            [(model.name, alias, version) for alias, version in model.aliases],
        )
        for version in model.versions:
            _insert_version(connection, version)
    insert_flaws(connection, registry.flaws)


def _insert_version(connection: sqlite3.Connection, version: VersionRecord) -> None:
    connection.execute(
        """insert or replace into model_versions (name, version, creation_time, last_updated_time, description, user_id,
           current_stage, source, storage_location, run_id, run_link, status, status_message, model_id)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            version.name,
            version.version,
            version.creation_time,
            version.last_updated_time,
            version.description,
            version.user_id,
            version.current_stage,
            version.source,
            version.storage_location,
            version.run_id,
            version.run_link,
            version.status,
            version.status_message,
            version.model_id,
        ),
    )
    connection.executemany(
        "insert or replace into model_version_tags (name, version, key, value) values (?, ?, ?, ?)",
        [(version.name, version.version, key, value) for key, value in version.tags],
    )
