"""The tables of a mirror: MLflow's own core tables, so that one SQL reader serves databases and mirrors alike.

Names and columns are those of MLflow 3.17 (``mlflow/store/tracking/dbmodels/models.py`` and
``mlflow/store/model_registry/dbmodels/models.py``). What differs, because a mirror must hold what MLflow would refuse:

- no foreign keys, no checks, no lengths; experiment ids are text (a directory of a file store may have any name);
- ``metrics`` has no primary key (a file may repeat a line) and holds only series that were asked for;
- ``model_versions`` has one column more, ``model_id`` (MLflow 3 registers logged models, then ``run_id`` is empty);
- ``mltui_problems``: what could not be read. A run that is in there and not in ``runs`` is wholly unreadable;
- ``mltui_seen``: when each thing was read and how it looked then; ``mltui_notes``: the mirror's own bookkeeping.

As in MLflow, a NaN is ``value = 0, is_nan = 1`` and infinities are ±1.7976931348623157e308.
"""

from __future__ import annotations

#: Goes up whenever a table below or the meaning of a column changes: older mirrors are then rebuilt.
VERSION = 2

TABLES: dict[str, str] = {
    "experiments": """
        experiment_id text primary key, name text not null, workspace text not null default 'default',
        artifact_location text, lifecycle_stage text, creation_time integer, last_update_time integer""",
    "experiment_tags": "key text, value text, experiment_id text, primary key (key, experiment_id)",
    "runs": """
        run_uuid text primary key, name text, source_type text, source_name text, entry_point_name text, user_id text,
        status text, start_time integer, end_time integer, deleted_time integer, source_version text,
        lifecycle_stage text, artifact_uri text, experiment_id text""",
    "metrics": """
        key text, value real not null, timestamp integer, step integer not null default 0,
        is_nan integer not null default 0, run_uuid text""",
    "latest_metrics": """
        key text, value real not null, timestamp integer, step integer not null default 0,
        is_nan integer not null default 0, run_uuid text, primary key (run_uuid, key)""",
    "params": "key text, value text not null, run_uuid text, primary key (run_uuid, key)",
    "tags": "key text, value text, run_uuid text, primary key (run_uuid, key)",
    "datasets": """
        dataset_uuid text primary key, experiment_id text, name text not null, digest text not null,
        dataset_source_type text not null, dataset_source text not null, dataset_schema text, dataset_profile text""",
    "inputs": """
        input_uuid text primary key, source_type text not null, source_id text not null,
        destination_type text not null, destination_id text not null, step integer not null default 0""",
    "input_tags": "input_uuid text, name text, value text not null, primary key (input_uuid, name)",
    "registered_models": """
        name text primary key, workspace text not null default 'default', creation_time integer,
        last_updated_time integer, description text""",
    "registered_model_tags": """
        name text, workspace text not null default 'default', key text, value text, primary key (name, key)""",
    "registered_model_aliases": """
        name text, workspace text not null default 'default', alias text, version integer not null,
        primary key (name, alias)""",
    "model_versions": """
        name text, workspace text not null default 'default', version integer, creation_time integer,
        last_updated_time integer, description text, user_id text, current_stage text, source text,
        storage_location text, run_id text, run_link text, status text, status_message text, model_id text,
        primary key (name, version)""",
    "model_version_tags": """
        name text, workspace text not null default 'default', version integer, key text, value text,
        primary key (name, version, key)""",
    "logged_models": """
        model_id text primary key, experiment_id text, name text, artifact_location text,
        creation_timestamp_ms integer, last_updated_timestamp_ms integer, status integer,
        lifecycle_stage text, model_type text, source_run_id text, status_message text""",
    "mltui_problems": """
        run_uuid text, experiment_id text, path text not null, reason text not null, hint text not null default ''""",
    "mltui_seen": """
        path text primary key, run_uuid text, stamp text not null default '', deep text not null default '',
        read_at integer not null""",
    "mltui_notes": "name text primary key, value text",
}

#: Tables whose rows belong to one run, with the column that names it.
RUN_TABLES: dict[str, str] = {
    "runs": "run_uuid",
    "latest_metrics": "run_uuid",
    "params": "run_uuid",
    "tags": "run_uuid",
    "mltui_problems": "run_uuid",
}

#: Tables of the registry, replaced together: a registry is small.
REGISTRY_TABLES = (
    "registered_models",
    "registered_model_tags",
    "registered_model_aliases",
    "model_versions",
    "model_version_tags",
)

INDEXES = (
    "create index metrics_of_run on metrics (run_uuid, key)",
    "create index inputs_of_run on inputs (destination_id)",
    "create index runs_by_start on runs (start_time desc, run_uuid)",
    "create index problems_of_run on mltui_problems (run_uuid)",
    "create index seen_run on mltui_seen (run_uuid)",
)


def schema() -> tuple[str, ...]:
    """The statements that make an empty mirror, in order."""
    return (
        *(f"drop table if exists {name}" for name in TABLES),
        *(f"create table {name} ({columns.strip()})" for name, columns in TABLES.items()),
        *INDEXES,
        f"pragma user_version = {VERSION}",
    )
