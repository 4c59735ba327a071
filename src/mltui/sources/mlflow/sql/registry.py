"""The model registry's tables, as `RegisteredModel`s."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
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

#: From so many source runs on it is worth to look how many runs there are.
MANY_RUNS = 1000
_NOTHING: Mapping[str, Any] = {}

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
    "status_message",
)


class Registry:
    """The registry of one store. What is read again and says the same is what it was: a training that logs moves the
    store each second, and making 20,000 versions anew takes a fifth of one."""

    def __init__(self) -> None:
        self._former: tuple[int, tuple[RegisteredModel, ...]] | None = None

    def read(self, database: Database) -> tuple[RegisteredModel, ...]:
        """Every registered model with its versions, newest first. Empty where the store has no registry."""
        if not database.schema().has("registered_models"):
            return ()
        tables = _tables(database)
        mark = hash(tables.mark())
        if self._former is None or self._former[0] != mark:
            self._former = mark, _models(tables)
        return self._former[1]


@dataclass(frozen=True, slots=True)
class Tables:
    """What the registry's tables say. `sources` are the runs of logged models, `commits` those of runs."""

    described: list[tuple[Any, ...]]
    model_tags: list[tuple[Any, ...]]
    aliases: list[tuple[Any, ...]]
    versions: list[tuple[Any, ...]]
    version_tags: list[tuple[Any, ...]]
    sources: Mapping[str, str]
    commits: Mapping[str, str]

    def mark(self) -> Hashable:
        """Equal if they say the same."""
        rows = (self.described, self.model_tags, self.aliases, self.versions, self.version_tags)
        return (*map(tuple, rows), tuple(self.sources.items()), tuple(self.commits.items()))


def _tables(database: Database) -> Tables:
    versions = [row for row in _rows(database, "model_versions", VERSION_COLUMNS) if row[6] != DELETED_STAGE]
    sources = _source_runs(database, {one for row in versions if (one := _logged_model(row))})
    runs = {text(row[8]) for row in versions if row[8]} | set(sources.values())
    return Tables(
        _rows(database, "registered_models", ("workspace", "name", "description", "creation_time")),
        _rows(database, "registered_model_tags", ("workspace", "name", "key", "value")),
        _rows(database, "registered_model_aliases", ("workspace", "name", "alias", "version")),
        versions,
        _rows(database, "model_version_tags", ("workspace", "name", "version", "key", "value")),
        sources,
        _commits(database, runs),
    )


def _models(tables: Tables) -> tuple[RegisteredModel, ...]:
    described = {(row[0], row[1]): row[2:] for row in tables.described}
    tags: dict[Model, dict[str, str]] = defaultdict(dict)
    for workspace, name, key, value in tables.model_tags:
        tags[workspace, name][text(key)] = text(value)
    aliases: dict[Model, dict[str, str]] = defaultdict(dict)
    for workspace, name, alias, version in tables.aliases:
        aliases[workspace, name][text(alias)] = text(version)
    versions = _versions(tables, aliases)
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


def _versions(tables: Tables, aliases: Mapping[Model, Mapping[str, str]]) -> dict[Model, list[ModelVersion]]:
    tags: dict[Version, dict[str, str]] = defaultdict(dict)
    for workspace, name, number, key, value in tables.version_tags:
        tags[workspace, name, text(number)][text(key)] = text(value)
    holders = {model: _by_version(held) for model, held in aliases.items()}
    shown: dict[Model, str] = {}
    found: dict[Model, list[ModelVersion]] = defaultdict(list)
    for row in tables.versions:
        workspace, name, number, created, description, user, stage, source, run_id, status, _, updated, message = row
        model = workspace, name
        if model not in shown:
            shown[model] = _shown(model)
        model_id = _logged_model(row)
        version, run_id = text(number), text(run_id)
        source_run = run_id or tables.sources.get(model_id or "")
        found[model].append(
            ModelVersion(
                model=shown[model],
                version=version,
                run_id=run_id or None,
                created=instant(created),
                aliases=holders.get(model, _NOTHING).get(version, ()),
                stage="" if stage in (None, "", "None") else text(stage),
                status=text(status),
                source=text(source),
                description=text(description),
                tags=tags.get((workspace, name, version), _NOTHING),
                model_id=model_id,
                user=text(user),
                commit=tables.commits.get(source_run or ""),
                source_run_id=source_run or None,
                updated=instant(updated),
                status_message=text(message),
            )
        )
    return found


def _by_version(held: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The aliases of each version that has some."""
    found: dict[str, tuple[str, ...]] = {}
    for alias in sorted(held):
        found[held[alias]] = (*found.get(held[alias], ()), alias)
    return found


def _commits(database: Database, runs: set[str]) -> dict[str, str]:
    """The commit tags of these runs; of about as many as there are, by walking the table once: asking for 20,000
    runs by their ids takes three times as long."""
    asked: set[str] | None = runs
    if len(runs) > MANY_RUNS and 2 * len(runs) >= sum(count for _, count, _ in database.counts()):
        asked = None
    found = attributes.texts(database, "tags", (COMMIT_TAG,), asked)
    return {run_id: tags[COMMIT_TAG] for run_id, tags in found.items() if run_id in runs and COMMIT_TAG in tags}


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
