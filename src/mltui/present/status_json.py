"""The document of `mltui status --json`, field by field as CONTRACT has it (docs/status-schema.md describes it)."""

from __future__ import annotations

from typing import Any

from mltui.model.attention import attention, problems
from mltui.model.dvc import Dataset, Pipeline, Reason, Stage
from mltui.model.git import GitState
from mltui.model.jobs import told
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Store
from mltui.model.status import Snapshot
from mltui.present.job_document import job_document
from mltui.present.jsonable import jsonable

SCHEMA = 1


def status_document(snapshot: Snapshot) -> dict[str, Any]:
    """The document. Equal moments give equal documents: nothing in it depends on the present time."""
    return {
        "schema": SCHEMA,
        "project": snapshot.project,
        "git": _git(snapshot.git.value) if snapshot.git.value else None,
        "data": {"datasets": [_dataset(dataset) for dataset in snapshot.datasets]},
        "pipeline": _pipeline(snapshot.pipeline.value),
        "mlflow": {"stores": [_store(store) for store in snapshot.stores.value or ()]},
        "models": [_model(model) for model in snapshot.models.value or ()],
        "jobs": [job_document(job) for job in told(snapshot.jobs.value or ())],
        "attention": [{"kind": entry.kind, "what": entry.what, "why": entry.why} for entry in attention(snapshot)],
        "problems": [
            {"source": problem.source, "summary": problem.summary, "hint": problem.hint, "path": problem.path}
            for problem in problems(snapshot)
        ],
    }


def _git(git: GitState) -> dict[str, Any]:
    return {
        "branch": git.branch,
        "commit": git.commit,
        "dirty": git.dirty,
        "untracked": git.untracked,
        "ahead": git.ahead,
        "behind": git.behind,
    }


def _pipeline(pipeline: Pipeline | None) -> dict[str, Any]:
    if pipeline is None:
        return {"stages": [], "as_of": None, "settled": False}
    return {
        "stages": [stage_document(stage) for stage in pipeline.stages],
        "as_of": pipeline.as_of,
        "settled": pipeline.settled,
    }


def stage_document(stage: Stage) -> dict[str, Any]:
    """A stage as the status has it; `mltui pipeline` tells more of it."""
    return {
        "name": stage.name,
        "path": stage.path,
        "address": stage.address,
        "status": stage.status,
        "dvc": jsonable(stage.dvc),
        "upstream": list(stage.upstream),
        "reasons": [_reason(reason) for reason in stage.reasons],
        "frozen": stage.frozen,
        "cmd": stage.cmd,
        "as_of": stage.as_of,
    }


def _dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "path": dataset.path,
        "address": dataset.address,
        "hash": dataset.hash,
        "size": dataset.size,
        "nfiles": dataset.nfiles,
        "versions": dataset.versions,
        "status": dataset.status,
        "dvc": jsonable(dataset.dvc),
        "reasons": [_reason(reason) for reason in dataset.reasons],
        "as_of": dataset.as_of,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "path": reason.path,
        "key": reason.key,
        "change": reason.change,
        "old": jsonable(reason.old),
        "new": jsonable(reason.new),
    }


def _store(store: Store) -> dict[str, Any]:
    return {
        "uri": store.uri,
        "kind": store.kind,
        "active": store.active,
        "experiments": store.experiments,
        "runs": store.runs,
        "in_scope": store.in_scope,
        "as_of": store.as_of,
    }


def _model(model: RegisteredModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "source": model.source,
        "versions": len(model.versions),
        "aliases": dict(model.aliases),
    }
