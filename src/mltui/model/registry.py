"""Registered models, their versions, and who holds which alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version of a registered model. `version` is MLflow's integer as text, or GTO's ("v1.2.3"). Times epoch ms.

    `run_id` is None where the registry does not say (MLflow 3 registers logged models: then `model_id` is set).
    `stage` is the legacy stage ("Production") or "". `source_run_id` is the run that made it, as far as anything says:
    `run_id`, else the run that logged the model `model_id`. `commit` is that run's commit tag. `updated` is when it was
    last changed, its stage among other things; `note` what of it can't be told. `status` is MLflow's ("READY",
    "PENDING_REGISTRATION", "FAILED_REGISTRATION"), `status_message` why.
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
    updated: int | None = None
    note: str = ""
    status_message: str = ""


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A registered model with its versions, newest first. `source` is who keeps it: MLflow's registry or GTO's tags.

    `created` is epoch ms; GTO's have no such time of their own.
    """

    name: str
    source: Literal["mlflow", "gto"]
    versions: tuple[ModelVersion, ...]
    aliases: Mapping[str, str]
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    created: int | None = None


def versions_of_runs(models: Iterable[RegisteredModel]) -> dict[str, tuple[ModelVersion, ...]]:
    """What was registered of each run, by its id: models in their order, the newest versions first."""
    found: dict[str, list[ModelVersion]] = {}
    for model in models:
        for version in model.versions:
            if made_by := version.source_run_id or version.run_id:
                found.setdefault(made_by, []).append(version)
    return {run_id: tuple(versions) for run_id, versions in found.items()}


def registered_as(models: Iterable[RegisteredModel]) -> dict[str, tuple[str, ...]]:
    """The same in words, as columns have it, first what a narrow one has to say: ``@champion fraud/3``."""
    return {run_id: tuple(map(_called, versions)) for run_id, versions in versions_of_runs(models).items()}


def _called(version: ModelVersion) -> str:
    stage = (version.stage,) if version.stage not in ("", "None") else ()
    return " ".join((*(f"@{alias}" for alias in version.aliases), *stage, f"{version.model}/{version.version}"))
