"""The summary of a moment kept in the cache, for the next start's first paint: branch, stages, newest runs, models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.model.part import Part
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run, Store
from mltui.model.status import Snapshot
from mltui.sources.cachedir import get
from mltui.sources.cachedir import keep as keep_entry
from mltui.sources.places import Project, cache_dir
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Of the summary's form; another number in a file means that another mltui wrote it.
FORM = 1
#: What the first paint can show of each list.
RUNS = 30
MODELS = 50

_GIT = ("root", "branch", "commit", "dirty", "untracked", "ahead", "behind", "upstream", "bare")
_STAGE = ("name", "path", "address", "status")
_STORE = ("uri", "kind", "origin", "active", "experiments", "runs", "in_scope", "newest")
_RUN = ("run_id", "name", "kind", "experiment", "experiment_id", "status", "lifecycle", "start", "end", "commit")


def keep(project: Project, snapshot: Snapshot) -> None:
    """Write the summary; a cache that can't be written is no cache, and no error."""
    document = {
        "form": FORM,
        "at": now_ms(),
        "git": _fields(snapshot.git.value, _GIT),
        "stages": [_fields(stage, _STAGE) for stage in snapshot.pipeline.value.stages]
        if snapshot.pipeline.value
        else None,
        "stores": [_fields(store, _STORE) for store in snapshot.stores.value or ()],
        "runs": [{**_fields(run, _RUN), "metrics": dict(run.metrics)} for run in (snapshot.newest.value or ())[:RUNS]],
        "models": [_model(model) for model in (snapshot.models.value or ())[:MODELS]],
    }
    try:
        keep_entry(str(_path(project)), json.dumps(document, separators=(",", ":")).encode())
    except OSError:
        return


def recall(project: Project) -> Snapshot | None:
    """The summary as a snapshot whose parts are as old as the summary; None if there is none that can be read."""
    try:
        document = json.loads(get(str(_path(project))))
        if document["form"] != FORM:
            return None
        return _snapshot(project, document)
    except (OSError, ValueError, OverflowError, RecursionError, LookupError, TypeError):
        return None


def _snapshot(project: Project, document: Mapping[str, Any]) -> Snapshot:
    from mltui.model.dvc import Pipeline, Stage  # a first visit has nothing to recall, and waits for nothing
    from mltui.model.git import GitState

    at = int(document["at"])
    stages = document["stages"]
    pipeline = (
        None
        if stages is None
        else Pipeline(stages=tuple(Stage(**stage, as_of=at) for stage in stages), as_of=at, settled=False)
    )
    return Snapshot(
        project=project.server or str(project.root),
        git=Part("git", GitState(**document["git"]) if document["git"] else None, None, at),
        pipeline=Part("pipeline", pipeline, None, at),
        stores=Part("stores", tuple(Store(**store) for store in document["stores"]), None, at),
        models=Part("models", tuple(_model_of(model) for model in document["models"]), None, at),
        newest=Part("newest", tuple(Run(**run, whole=False) for run in document["runs"]), None, at),
        experiments=Part("experiments", None, None, at),
    )


def _fields(thing: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {} if thing is None else {name: getattr(thing, name) for name in names}


def _model(model: RegisteredModel) -> dict[str, Any]:
    shown = list(model.versions[:1]) + [v for v in model.versions[1:] if v.aliases or v.stage]
    versions = [
        {"version": v.version, "run_id": v.run_id, "created": v.created, "aliases": v.aliases, "stage": v.stage}
        for v in shown
    ]
    return {"name": model.name, "source": model.source, "aliases": dict(model.aliases), "versions": versions}


def _model_of(kept: Mapping[str, Any]) -> RegisteredModel:
    versions = tuple(
        ModelVersion(**{"model": kept["name"], **version, "aliases": tuple(version["aliases"])})
        for version in kept["versions"]
    )
    return RegisteredModel(kept["name"], kept["source"], versions, kept["aliases"])


def _path(project: Project) -> Path:
    return cache_dir(project) / "summary.json"
