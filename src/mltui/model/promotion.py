"""What a promotion is about: a version of a model, where it is promoted to, and what is there now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from mltui.errors import UsageError
from mltui.model.gates import GateReport, Policy
from mltui.model.moves import Move, MoveKind
from mltui.model.registry import ModelVersion, RegisteredModel

#: **alias** and **stage** (legacy) of MLflow's registry, a **copy** into another registered model, a stage of **gto**.
TargetKind = Literal["alias", "stage", "copy", "gto"]

#: MLflow's legacy stages (mlflow/entities/model_registry/model_version_stages.py).
LEGACY_STAGES: Final = ("Staging", "Production", "Archived", "None")
#: Stages that nobody holds: any number of versions lie there.
LYING: Final = ("Archived", "None")
#: How a copy is written on the command line: ``--to model:prod.churn``.
COPY: Final = "model:"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a version goes. `name` is the alias, the stage, or of a copy the other registered model; of a copy `alias`
    is the alias that the new version gets there ("" for none)."""

    kind: TargetKind
    name: str
    alias: str = ""

    @property
    def label(self) -> str:
        """As a person reads it: ``@champion``, ``stage Production``, ``model prod.churn @champion``, ``#prod``."""
        if self.kind == "copy":
            return f"model {self.name}" + (f" @{self.alias}" if self.alias else "")
        return {"alias": "@", "stage": "stage ", "gto": "#"}[self.kind] + self.name

    @property
    def word(self) -> str:
        """As ``--to`` takes it; `target_of` gives the same back."""
        if self.kind == "copy":
            return f"{COPY}{self.name}" + (f"@{self.alias}" if self.alias else "")
        return {"alias": "@", "stage": "stage:", "gto": "#"}[self.kind] + self.name


def target_of(word: str, model: RegisteredModel) -> Target:
    """What ``--to WORD`` means for `model`: ``champion`` or ``@champion``, ``Production`` or ``stage:Production``,
    ``model:prod.churn`` or ``model:prod.churn@champion``; of a model of GTO ``prod`` or ``#prod``.

    One of the four legacy stages, written as MLflow writes it, is that stage unless the model has an alias of that
    very name; ``@Production`` is always the alias. Raises `UsageError`.
    """
    if model.source == "gto":
        name = word.removeprefix("#")
        if not name or word.startswith(("@", "stage:", COPY)):
            raise UsageError(f"{model.name} is kept by GTO: it has stages, {word!r} is none", "--to prod")
        return Target("gto", name)
    if word.startswith(COPY):
        name, _, alias = word.removeprefix(COPY).partition("@")
        if not name:
            raise UsageError("which model is it to be copied to?", "--to model:prod.churn")
        return Target("copy", name, alias)
    if word.startswith("stage:"):
        return Target("stage", _legacy(word.removeprefix("stage:")))
    if word in LEGACY_STAGES and word not in model.aliases:
        return Target("stage", word)
    if word.startswith("#"):
        raise UsageError(f"{model.name} is kept by MLflow: it has aliases, {word!r} is a stage of GTO", "--to champion")
    if not word.removeprefix("@"):
        raise UsageError("which alias?", "--to champion")
    return Target("alias", word.removeprefix("@"))


def _legacy(name: str) -> str:
    found = next((each for each in LEGACY_STAGES if each.casefold() == name.casefold()), None)
    if found is None:
        raise UsageError(f"MLflow has no stage {name!r}", f"one of {', '.join(LEGACY_STAGES)}")
    return found


def holder(model: RegisteredModel, target: Target) -> str | None:
    """The version that `target` points at now, as `model` was read; None if none does, and of a copy and a stage
    that nobody holds.

    Several versions may be in one legacy stage: then it is the newest of them.
    """
    if target.kind in ("alias", "gto"):
        return model.aliases.get(target.name)
    if target.kind == "stage" and target.name not in LYING:
        return next((each.version for each in model.versions if each.stage == target.name), None)
    return None


@dataclass(frozen=True, slots=True)
class Plan:
    """A promotion or rollback as it was previewed at `read` (epoch ms): `version` of `model` to `target`.

    `now` is the version that the target points at (None: nobody), which must still be so when it is moved; `since` is
    the move that brought it there, as far as anybody noted it. `notes` are sentences that a person should read before
    confirming. `registry` is the address of the registry without secrets. `figures` are the metrics of the version's
    run that somebody may ask for later, as the move remembers them.
    """

    model: RegisteredModel
    version: ModelVersion
    target: Target
    now: str | None
    since: Move | None = None
    report: GateReport = field(default_factory=lambda: GateReport(Policy()))
    kind: MoveKind = "promote"
    read: int = 0
    notes: tuple[str, ...] = ()
    registry: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def protected(self) -> bool:
        """Whether model and version have to be typed to confirm it, and force is for the command line only.

        A copy is protected by its model's name and by the alias it gets. Letter case counts for nothing: some databases
        hold ``@Champion`` and ``@champion`` to be one.
        """
        target = self.target
        names = {target.name, target.word, target.label, target.alias, f"@{target.alias}"} - {"", "@"}
        protected = {name.casefold() for name in self.report.policy.protected}
        return any(name.casefold() in protected for name in names)
