"""Whom a run is measured against: the versions that hold ``@champion``, or the legacy stage Production."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.model.runs import Run

if TYPE_CHECKING:
    from mltui.model.registry import ModelVersion, RegisteredModel

CHAMPION = "champion"
CHALLENGER = "challenger"
PRODUCTION = ("production", "prod")
STAGING = ("staging", "stage")


@dataclass(frozen=True, slots=True)
class Champion:
    """A model version that holds the place, and its source run where that is loaded."""

    version: ModelVersion
    run: Run | None


def champions(models: Iterable[RegisteredModel], runs: Mapping[str, Run]) -> tuple[Champion, ...]:
    """One champion for every model that has one: its ``@champion``, else its newest version in stage Production.

    GTO's models have none: their versions name no run that anything could be measured against.
    """
    found: list[Champion] = []
    for model in (each for each in models if each.source == "mlflow"):
        version = champion_of(model)
        if version is not None:
            found.append(Champion(version, runs.get(version.source_run_id or version.run_id or "")))
    return tuple(found)


def opponent(run: Run, known: tuple[Champion, ...]) -> Champion | None:
    """The champion that `run` is measured against.

    Of those whose run is of the same experiment the one made last; where none is, the only champion there is; None
    where there are several, because nobody said which of them this run would follow.
    """
    same = [each for each in known if each.run and each.run.experiment_id == run.experiment_id]
    if same:
        return max(same, key=lambda each: each.version.created or 0)
    return known[0] if len(known) == 1 else None


def champion_of(model: RegisteredModel) -> ModelVersion | None:
    """Who holds ``@champion``, else the newest version in production, as a legacy stage or one of GTO's."""
    if (holder := _holder(model, (CHAMPION,))) is not None:
        return holder
    if model.source == "gto":
        return _holder(model, PRODUCTION)
    return next((each for each in model.versions if each.stage.casefold() in PRODUCTION), None)


def challenger_of(model: RegisteredModel) -> ModelVersion | None:
    """Who holds ``@challenger``, else the newest version in staging; None if that is the champion itself."""
    found = _holder(model, (CHALLENGER,))
    if found is None and model.source == "gto":
        found = _holder(model, STAGING)
    elif found is None:
        found = next((each for each in model.versions if each.stage.casefold() in STAGING), None)
    return None if found is champion_of(model) else found


def _holder(model: RegisteredModel, names: tuple[str, ...]) -> ModelVersion | None:
    """The version that holds an alias of one of these names, in any case."""
    held = next((version for alias, version in model.aliases.items() if alias.casefold() in names), None)
    return None if held is None else next((each for each in model.versions if each.version == held), None)
