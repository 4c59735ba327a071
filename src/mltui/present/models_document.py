"""What `mltui models --json` prints (``schema/models.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mltui.model.part import Problem
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.present.runs_machine import problem_document


def models_document(
    models: Iterable[RegisteredModel], problems: Iterable[Problem], at: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """`at` is the other time of which they are; then `problems` holds what can't be told of it, too."""
    return {
        "schema": 1,
        "at": at,
        "models": [_model(each) for each in models],
        "problems": [problem_document(each) for each in problems],
    }


def _model(model: RegisteredModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "source": model.source,
        "created": model.created,
        "description": model.description,
        "aliases": dict(model.aliases),
        "tags": dict(model.tags),
        "versions": [_version(each) for each in model.versions],
        "problem": model.problem,
    }


def _version(version: ModelVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "aliases": list(version.aliases),
        "stage": version.stage,
        "created": version.created,
        "updated": version.updated,
        "user": version.user,
        "run_id": version.run_id,
        "source_run_id": version.source_run_id,
        "model_id": version.model_id,
        "commit": version.commit,
        "source": version.source,
        "status": version.status,
        "status_message": version.status_message,
        "description": version.description,
        "tags": dict(version.tags),
        "note": version.note,
    }
