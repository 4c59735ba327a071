"""What points at a version of a model, an alias or a legacy stage: who holds it now, and to let it point elsewhere."""

from __future__ import annotations

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

    def put(self, version: str, before: str | None) -> None:
        self._writer.set_alias(self.model, self._alias, version)

    def calls(self, version: str, before: str | None) -> list[str]:
        return [f"MlflowClient().set_registered_model_alias({self.model!r}, {self._alias!r}, {version!r})"]


class StagePointer:
    """A legacy stage. Several versions may be in it, and whoever asks MLflow for it gets the newest of them: a newer
    one that holds it has to leave, or nothing would change."""

    def __init__(self, writer: Writer, model: str, stage: str) -> None:
        self.model, self.word, self.label, self.claimed = model, f"stage:{stage}", f"stage {stage}", f"stage.{stage}"
        self._writer, self._stage = writer, stage

    def holder(self) -> str | None:
        return None if self._stage in LYING else self._writer.latest(self.model, self._stage)

    def holder_in(self, model: ModelNow) -> str | None:
        return self.holder()

    def holds(self, version: str) -> bool:
        if (self._writer.version(self.model, version).stage or "None") != self._stage:
            return False
        return self._stage in LYING or self.holder() == version

    def put(self, version: str, before: str | None) -> None:
        self._writer.set_stage(self.model, version, self._stage)
        if self._leaves(version, before):
            self._writer.set_stage(self.model, str(before), "Archived")

    def calls(self, version: str, before: str | None) -> list[str]:
        moves = [(version, self._stage)]
        if self._leaves(version, before):
            moves.append((str(before), "Archived"))
        return [
            f"MlflowClient().transition_model_version_stage({self.model!r}, {number!r}, {stage!r})"
            for number, stage in moves
        ]

    def _leaves(self, version: str, before: str | None) -> bool:
        return self._stage not in LYING and before is not None and int(before) > int(version)


def pointer_of(plan: Plan, writer: Writer) -> Pointer | None:
    """What `plan` moves; None of a copy that gets no alias."""
    target = plan.target
    if target.kind == "stage":
        return StagePointer(writer, plan.model.name, target.name)
    if target.kind == "copy":
        return AliasPointer(writer, target.name, target.alias) if target.alias else None
    return AliasPointer(writer, plan.model.name, target.name)
