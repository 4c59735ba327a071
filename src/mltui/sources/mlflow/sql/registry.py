"""The model registry's tables, as `RegisteredModel`s."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import COMMIT_TAG
from mltui.sources.mlflow.database import Database
from mltui.sources.mlflow.sql import attributes
from mltui.sources.mlflow.sql.values import instant, text

#: A deleted version keeps its row, with this stage (``mlflow/store/model_registry``).
DELETED_STAGE = "Deleted_Internal"
#: MLflow 3 keeps prompts in the registry, marked by this tag; they are no models.
PROMPT_TAG = "mlflow.prompt.is_prompt"
DEFAULT_WORKSPACE = "default"
_LOGGED_MODEL = re.compile(r"models:/(m-[0-9a-f]{32})(?:/|$)")

#: (workspace, name), and with a version: how rows of the registry's tables find each other.
Model = tuple[str, str]
Version = tuple[str, str, str]

VERSION_COLUMNS = (
    "workspace",
    "name",
    "version",
    "creation_time",
    "description",
    "user_id",
    "current_stage",
    "source",
    "run_id",
    "status",
    "model_id",
    "last_updated_time",
)


def read(database: Database) -> tuple[RegisteredModel, ...]:
    """Every registered model with its versions, newest first. Empty where the store has no registry."""
    if not database.schema().has("registered_models"):
        return ()
    columns = ("workspace", "name", "description", "creation_time")
    described = {(row[0], row[1]): row[2:] for row in _rows(database, "registered_models", columns)}
    tags = _tags(database)
    aliases: dict[Model, dict[str, str]] = defaultdict(dict)
    for workspace, name, alias, version in _rows(
        database, "registered_model_aliases", ("workspace", "name", "alias", "version")
    ):
        aliases[workspace, name][text(alias)] = text(version)
    versions = _versions(database, aliases)
    models = [
        RegisteredModel(
            name=_shown(key),
            source="mlflow",
            versions=tuple(sorted(versions.get(key, ()), key=lambda one: -int(one.version))),
            aliases=dict(sorted(aliases.get(key, {}).items())),
            description=text(described.get(key, ("", None))[0]),
            tags=tags.get(key, {}),
            created=instant(described.get(key, ("", None))[1]),
        )
        for key in {*described, *versions}
        if tags.get(key, {}).get(PROMPT_TAG, "").lower() != "true"
    ]
    return tuple(sorted(models, key=lambda model: model.name))


def _versions(database: Database, aliases: Mapping[Model, Mapping[str, str]]) -> dict[Model, list[ModelVersion]]:
    rows = [row for row in _rows(database, "model_versions", VERSION_COLUMNS) if row[6] != DELETED_STAGE]
    logged = {row[2:] and _version_key(row): _logged_model(row) for row in rows}
    sources = _source_runs(database, {one for one in logged.values() if one})
    runs = {text(row[8]) for row in rows if row[8]} | set(sources.values())
    commits = attributes.texts(database, "tags", (COMMIT_TAG,), runs)
    tags: dict[Version, dict[str, str]] = defaultdict(dict)
    columns = ("workspace", "name", "version", "key", "value")
    for workspace, name, version, key, value in _rows(database, "model_version_tags", columns):
        tags[workspace, name, text(version)][text(key)] = text(value)
    found: dict[Model, list[ModelVersion]] = defaultdict(list)
    for row in rows:
        workspace, name, version, created, description, user, stage, source, run_id, status, _, updated = row
        model_id = logged[_version_key(row)]
        source_run = text(run_id) or sources.get(model_id or "")
        held = aliases.get((workspace, name), {})
        found[workspace, name].append(
            ModelVersion(
                model=_shown((workspace, name)),
                version=text(version),
                run_id=text(run_id) or None,
                created=instant(created),
                aliases=tuple(sorted(alias for alias, holder in held.items() if holder == text(version))),
                stage="" if stage in (None, "", "None") else text(stage),
                status=text(status),
                source=text(source),
                description=text(description),
                tags=tags.get((workspace, name, text(version)), {}),
                model_id=model_id,
                user=text(user),
                commit=commits.get(source_run or "", {}).get(COMMIT_TAG),
                source_run_id=source_run or None,
                updated=instant(updated),
            )
        )
    return found


def _version_key(row: Sequence[Any]) -> Version:
    return row[0], row[1], text(row[2])


def _logged_model(row: Sequence[Any]) -> str | None:
    """The logged model (MLflow 3) a version was made of: a mirror's column, else what the source's URI says."""
    if row[10]:
        return text(row[10])
    found = _LOGGED_MODEL.match(text(row[7]))
    return found[1] if found else None


def _source_runs(database: Database, model_ids: set[str]) -> dict[str, str]:
    if not model_ids or not database.schema().has("logged_models", "source_run_id"):
        return {}
    pages = database.rows_in("logged_models", ("model_id", "source_run_id"), "model_id", sorted(model_ids))
    return {text(model_id): text(run_id) for page in pages for model_id, run_id in page if run_id}


def _tags(database: Database) -> dict[Model, dict[str, str]]:
    found: dict[Model, dict[str, str]] = defaultdict(dict)
    for workspace, name, key, value in _rows(database, "registered_model_tags", ("workspace", "name", "key", "value")):
        found[workspace, name][text(key)] = text(value)
    return found


def _rows(database: Database, table: str, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """All rows of a table that may be missing; its first two columns, workspace and name, are text."""
    if not database.schema().has(table):
        return []
    return [
        (text(row[0]) or DEFAULT_WORKSPACE, text(row[1]), *row[2:])
        for page in database.rows(table, columns)
        for row in page
    ]


def _shown(key: Model) -> str:
    """A model's name, with its workspace where that is not the default one."""
    workspace, name = key
    return name if workspace == DEFAULT_WORKSPACE else f"{workspace}/{name}"
