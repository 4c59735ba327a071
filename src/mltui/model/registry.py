"""Registered models, their versions, and who holds which alias."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version of a registered model. `version` is MLflow's integer as text, or GTO's ("v1.2.3"). Times epoch ms.

    `run_id` is None where the registry does not say (MLflow 3 registers logged models: then `model_id` is set).
    `stage` is the legacy stage ("Production") or "". `source_run_id` is the run that made it, as far as anything says:
    `run_id`, else the run that logged the model `model_id`. `commit` is that run's commit tag.
    """

    model: str
    version: str
    run_id: str | None
    created: int | None
    aliases: tuple[str, ...] = ()
    stage: str = ""
    status: str = ""
    source: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    model_id: str | None = None
    user: str = ""
    commit: str | None = None
    source_run_id: str | None = None


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A registered model with its versions, newest first. `source` is who keeps it: MLflow's registry or GTO's tags."""

    name: str
    source: Literal["mlflow", "gto"]
    versions: tuple[ModelVersion, ...]
    aliases: Mapping[str, str]
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
