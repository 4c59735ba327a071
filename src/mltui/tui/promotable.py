"""Which model version the cursor is on, for what promotes it or rolls it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.model.champion import CHAMPION
from mltui.model.promotion import Target, TargetKind
from mltui.model.registry import ModelVersion, RegisteredModel, versions_of_runs

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


@dataclass(frozen=True, slots=True)
class Promotable:
    """A version with its model. `alias` is the one that the cursor itself is on, "" where it is on the version."""

    model: RegisteredModel
    version: ModelVersion
    alias: str = ""

    @property
    def name(self) -> str:
        """``churn/5``."""
        return f"{self.model.name}/{self.version.version}"

    @property
    def held(self) -> tuple[Target, ...]:
        """The aliases, the champion first, and the stage that the version holds; where the cursor is on one of them
        that one alone."""
        found = [each for each in self._held() if self.alias in ("", each.name)]
        return tuple(sorted(found, key=lambda each: each.name.casefold() != CHAMPION))

    def _held(self) -> Iterator[Target]:
        kind: TargetKind = "gto" if self.model.source == "gto" else "alias"
        for name, holder in self.model.aliases.items():
            if holder == self.version.version:
                yield Target(kind, name)
        if self.version.stage not in ("", "None"):
            yield Target("stage", self.version.stage)


def promotable(screen: MainScreen, *, coming: bool = False) -> Promotable | str:
    """The version under the cursor of the place in front, of a run the newest that was registered of it; else why there
    is none. Of a model its champion, or what may follow it: the `coming` one."""
    place = screen.place
    node = None if place.empty else place.promoted_of() if coming else place.worked_on()
    models = (screen.models.value if screen.models else None) or ()
    kind, _, name = (node or "").partition(":")
    if kind == "model":
        return _version(models, name) or f"{name} is not in the registry any more"
    if kind == "alias":
        return _of_alias(models, name) or f"{name} is not in the registry any more"
    if kind == "run":
        made = versions_of_runs(models).get(name, ())
        if not made:
            return "nothing was registered of this run"
        newest = max(made, key=lambda each: each.created or 0)
        return _version(models, f"{newest.model}/{newest.version}") or "nothing was registered of this run"
    return "the cursor is on no model version: they are in Models, in Overview and Runs, in Lineage"


def _version(models: tuple[RegisteredModel, ...], name: str) -> Promotable | None:
    """``churn/5``. MLflow and GTO may both know a model of one name."""
    for model in models:
        if name.startswith(f"{model.name}/"):
            wanted = name.removeprefix(f"{model.name}/")
            found = next((each for each in model.versions if each.version == wanted), None)
            if found is not None:
                return Promotable(model, found)
    return None


def _of_alias(models: tuple[RegisteredModel, ...], name: str) -> Promotable | None:
    """``churn@champion``: an alias, or a stage."""
    model_name, _, alias = name.rpartition("@")
    for model in models:
        if model.name != model_name:
            continue
        holds = model.aliases.get(alias)
        for version in model.versions:
            if version.version == holds or (holds is None and version.stage == alias):
                return Promotable(model, version, alias)
    return None
