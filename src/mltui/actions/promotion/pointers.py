"""What points at a version of a model, an alias or a legacy stage: who holds it now, and to let it point elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mltui.actions.mlflow.port import ModelNow, Writer
from mltui.model.promotion import LYING, Plan


class Pointer(Protocol):
    """`model` is its model, `word` is `Target.word`, `label` how a person reads it, `claimed` its name in claims."""

    model: str
    word: str
    label: str
    claimed: str

    def holder(self) -> str | None:
        """The version that it points at now. Raises what the `Writer` does."""

    def holder_in(self, model: ModelNow) -> str | None:
        """The same, of a model just read: asks again only for what does not stand there."""

    def holds(self, version: str) -> bool:
        """Whether it points at `version` now."""

    def lies(self, version: str) -> bool:
        """Whether `version` is in it besides what holds it, as if its setting came halfway."""

    def put(self, version: str, before: str | None) -> None:
        """Let it point at `version`, where it pointed at `before`."""

    def calls(self, version: str, before: str | None) -> list[str]:
        """The calls of MLflow's client that `put` comes to."""


class AliasPointer:
    """An alias."""

    def __init__(self, writer: Writer, model: str, alias: str) -> None:
        self.model, self.word, self.label, self.claimed = model, f"@{alias}", f"@{alias}", alias
        self._writer, self._alias = writer, alias

    def holder(self) -> str | None:
        return self.holder_in(self._writer.model(self.model))

    def holder_in(self, model: ModelNow) -> str | None:
        return model.aliases.get(self._alias)

    def holds(self, version: str) -> bool:
        return self.holder() == version

    def lies(self, version: str) -> bool:
        return False

    def put(self, version: str, before: str | None) -> None:
        self._writer.set_alias(self.model, self._alias, version)

    def calls(self, version: str, before: str | None) -> list[str]:
        return [f"MlflowClient().set_registered_model_alias({self.model!r}, {self._alias!r}, {version!r})"]


class NobodysAlias(AliasPointer):
    """An alias that goes to nobody: it is deleted. Of "", where else a version is asked for."""

    def holds(self, version: str) -> bool:
        return self.holder() is None

    def put(self, version: str, before: str | None) -> None:
        self._writer.delete_alias(self.model, self._alias)

    def calls(self, version: str, before: str | None) -> list[str]:
        return [f"MlflowClient().delete_registered_model_alias({self.model!r}, {self._alias!r})"]


class StagePointer:
    """A legacy stage. Several versions may be in it, and whoever asks MLflow for it gets the newest of them: newer ones
    have to leave, or nothing would change. `inside` are the versions in it, as they were previewed."""

    def __init__(self, writer: Writer, model: str, stage: str, inside: Iterable[str] = ()) -> None:
        self.model, self.word, self.label, self.claimed = model, f"stage:{stage}", f"stage {stage}", f"stage.{stage}"
        self._writer, self._stage, self._inside = writer, stage, tuple(inside)

    def holder(self) -> str | None:
        return None if self._stage in LYING else self._writer.latest(self.model, self._stage)

    def holder_in(self, model: ModelNow) -> str | None:
        return self.holder()

    def holds(self, version: str) -> bool:
        return self._is_in(version) and (self._stage in LYING or self.holder() == version)

    def lies(self, version: str) -> bool:
        return self._is_in(version)

    def put(self, version: str, before: str | None) -> None:
        self._writer.set_stage(self.model, version, self._stage)
        for number in self._leaving(version, before):
            if number == before or self._is_in(number):  # what left by itself meanwhile stays where it is
                self._writer.set_stage(self.model, number, "Archived")

    def calls(self, version: str, before: str | None) -> list[str]:
        moves = [(version, self._stage), *((number, "Archived") for number in self._leaving(version, before))]
        return [
            f"MlflowClient().transition_model_version_stage({self.model!r}, {number!r}, {stage!r})"
            for number, stage in moves
        ]

    def _is_in(self, version: str) -> bool:
        return (self._writer.version(self.model, version).stage or "None") == self._stage

    def _leaving(self, version: str, before: str | None) -> list[str]:
        """The newer ones in it, the newest first."""
        numbers = {int(each) for each in (before, *self._inside) if each is not None}
        newer = sorted((each for each in numbers if each > int(version)), reverse=True)
        return [] if self._stage in LYING else [str(each) for each in newer]


def pointer_of(plan: Plan, writer: Writer) -> Pointer | None:
    """What `plan` moves; None of a copy that gets no alias."""
    target = plan.target
    if target.kind == "stage":
        inside = (each.version for each in plan.model.versions if each.stage == target.name)
        return StagePointer(writer, plan.model.name, target.name, inside)
    if target.kind == "copy":
        return AliasPointer(writer, target.name, target.alias) if target.alias else None
    return AliasPointer(writer, plan.model.name, target.name)
