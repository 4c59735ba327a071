"""Experiment directories, with their tags, datasets and logged models; and which of their directories are runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mltui.errors import Unreadable
from mltui.sources.mlflow.files import disk
from mltui.sources.mlflow.files.meta import parse, text_of, text_or_none, time_of
from mltui.sources.mlflow.files.runs import RESERVED, RUN_ID, RunDirectory
from mltui.sources.mlflow.records import DatasetRow, ExperimentRecord, Flaw, LoggedModelRow

#: Deleted experiments are moved here (`FileStore.TRASH_FOLDER_NAME`).
TRASH = ".trash"

#: The registry's directory beside the experiments.
REGISTRY = "models"


@dataclass(frozen=True, slots=True)
class ExperimentDirectory:
    """Where an experiment lies. `runs` are the directories in it that may be runs, by name."""

    path: str
    key: str
    experiment_id: str
    trashed: bool
    runs: tuple[RunDirectory, ...]
    problem: str = ""


@dataclass(slots=True)
class _Reading:
    where: ExperimentDirectory
    flaws: list[Flaw] = field(default_factory=list)

    def flaw(self, path: str, why: str) -> None:
        key = f"{self.where.key}/{disk.shown(os.path.relpath(path, self.where.path))}"
        self.flaws.append(Flaw(key, why, None, self.where.experiment_id))


def find_experiments(root: str) -> Iterator[ExperimentDirectory]:
    """Every directory that may be an experiment, trashed ones last. Raises `OSError` if `root` can't be listed."""
    for entry in disk.subdirectories(root):
        if entry.name not in (TRASH, REGISTRY) and not entry.name.startswith("."):
            yield _look(entry.path, entry.name, trashed=False)
    try:
        trashed = list(disk.subdirectories(f"{root}/{TRASH}"))
    except OSError:
        return
    for entry in trashed:
        yield _look(entry.path, entry.name, trashed=True)


def _look(path: str, name: str, *, trashed: bool) -> ExperimentDirectory:
    experiment_id = disk.shown(name)
    key = f"{TRASH}/{experiment_id}" if trashed else experiment_id
    try:
        runs = tuple(
            RunDirectory(entry.path, entry.name, f"{key}/{entry.name}", experiment_id)
            for entry in disk.subdirectories(path)
            if entry.name not in RESERVED and RUN_ID.fullmatch(entry.name)
        )
    except OSError as error:
        return ExperimentDirectory(path, key, experiment_id, trashed, (), disk.reason(error))
    return ExperimentDirectory(path, key, experiment_id, trashed, runs)


def read_experiment(where: ExperimentDirectory, *, has_runs: bool) -> ExperimentRecord | None:
    """Read one. None if it is none: no ``meta.yaml`` and no run in it (artifacts of another store lie like that)."""
    reading = _Reading(where)
    meta: dict[str, Any] = {}
    if where.problem:
        flaw = Flaw(where.key, where.problem, None, where.experiment_id)
        stage = "deleted" if where.trashed else "active"
        return ExperimentRecord(where.experiment_id, where.experiment_id, stage, flaws=(flaw,))
    try:
        meta = _meta(where.path)
    except FileNotFoundError:
        if not has_runs:
            return None
        reading.flaw(f"{where.path}/meta.yaml", "missing: the experiment is named by its directory")
    except (OSError, Unreadable) as error:
        reading.flaw(f"{where.path}/meta.yaml", _why(error))
    return ExperimentRecord(
        experiment_id=where.experiment_id,
        name=text_of(meta, "name") or where.experiment_id,
        lifecycle_stage="deleted" if where.trashed or text_of(meta, "lifecycle_stage") == "deleted" else "active",
        artifact_location=text_or_none(meta, "artifact_location"),
        creation_time=time_of(meta, "creation_time"),
        last_update_time=time_of(meta, "last_update_time"),
        tags=read_texts(f"{where.path}/tags", reading.flaw),
        datasets=tuple(_datasets(reading)),
        logged_models=tuple(_logged_models(reading)),
        flaws=tuple(reading.flaws),
    )


def _meta(directory: str) -> dict[str, Any]:
    return parse(disk.read(f"{directory}/meta.yaml").data.decode("utf-8", "replace"))


def _why(error: OSError | Unreadable) -> str:
    return error.summary if isinstance(error, Unreadable) else disk.reason(error)


def read_texts(directory: str, flaw: Any) -> tuple[tuple[str, str], ...]:
    """The files of a ``tags`` directory as (key, value); `flaw(path, why)` is told what could not be read."""
    tree = disk.walk(directory)
    for path, why in tree.odd:
        flaw(path, why)
    found = []
    for key, path in tree.files:
        try:
            found.append((key, disk.read(path).data.decode("utf-8", "replace")))
        except OSError as error:
            flaw(path, disk.reason(error))
    return tuple(found)


def _children(reading: _Reading, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(directory, its meta.yaml) of each directory in ``<experiment>/<name>``; what can't be read becomes a flaw."""
    parent = f"{reading.where.path}/{name}"
    try:
        found = list(disk.subdirectories(parent))
    except FileNotFoundError:
        return
    except OSError as error:
        reading.flaw(parent, disk.reason(error))
        return
    for entry in found:
        try:
            yield disk.shown(entry.name), _meta(entry.path)
        except FileNotFoundError:
            continue
        except (OSError, Unreadable) as error:
            reading.flaw(f"{entry.path}/meta.yaml", _why(error))


def _datasets(reading: _Reading) -> Iterator[DatasetRow]:
    experiment_id = reading.where.experiment_id
    for name, meta in _children(reading, "datasets"):
        yield DatasetRow(
            dataset_uuid=f"{experiment_id}/{name}",
            experiment_id=experiment_id,
            name=text_of(meta, "name"),
            digest=text_of(meta, "digest"),
            source_type=text_of(meta, "source_type"),
            source=text_of(meta, "source"),
            schema=text_or_none(meta, "schema"),
            profile=text_or_none(meta, "profile"),
        )


def _logged_models(reading: _Reading) -> Iterator[LoggedModelRow]:
    for name, meta in _children(reading, "models"):
        status = meta.get("status")
        yield LoggedModelRow(
            model_id=text_of(meta, "model_id") or name,
            experiment_id=reading.where.experiment_id,
            name=text_of(meta, "name"),
            artifact_location=text_of(meta, "artifact_location"),
            created=time_of(meta, "creation_timestamp"),
            updated=time_of(meta, "last_updated_timestamp"),
            status=status if isinstance(status, int) else None,
            lifecycle_stage=text_of(meta, "lifecycle_stage") or "active",
            model_type=text_or_none(meta, "model_type"),
            source_run_id=text_or_none(meta, "source_run_id"),
        )
