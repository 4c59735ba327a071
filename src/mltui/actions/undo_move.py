"""A promotion or a rollback taken back: its alias or stage at the version that held it before, or nobody's again; it is
claimed and noted as any move is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.actions.chores.stores import Stores
from mltui.actions.gateway import Tell
from mltui.actions.promotion.gto import AssignStage
from mltui.actions.promotion.gto_tag import Registry
from mltui.actions.promotion.pointers import NobodysAlias, pointer_of
from mltui.actions.promotion.promote import Promote
from mltui.errors import MltuiError, Refused
from mltui.model.journal import JournalEntry, Note
from mltui.model.move_tags import move_of_entry
from mltui.model.moves import Move
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan
from mltui.model.shell import join, quote

if TYPE_CHECKING:
    from mltui.actions.gateway import Action
    from mltui.actions.mlflow.port import Writer
    from mltui.sources.workspace import Workspace


class UndoMove(Promote):
    """The move back; the journal has besides which entry it undoes."""

    def __init__(self, workspace: Workspace, plan: Plan, writer: Writer, entry: str) -> None:
        super().__init__(workspace, plan, writer)
        self._entry = entry

    @property
    def note(self) -> Note:
        note = super().note
        return replace(note, facts={**note.facts, "undo": self._entry})


class TakeAlias(UndoMove):
    """An alias taken from `plan.version`, which holds it: nobody held it before, and it is deleted."""

    def __init__(self, workspace: Workspace, plan: Plan, writer: Writer, entry: str) -> None:
        super().__init__(workspace, plan, writer, entry)
        self._alias = NobodysAlias(writer, plan.model.name, plan.target.name)
        self._pointer = self._alias

    @property
    def title(self) -> str:
        return f"take {self.plan.target.label} from {self._version}"

    @property
    def note(self) -> Note:
        note = super().note
        return replace(note, after="", facts={**note.facts, "to": None})

    def commands(self) -> Sequence[str]:
        return [join(("mltui", "undo", self._entry)), *(f"# {call}" for call in self._calls())]

    def act(self, tell: Tell) -> Outcome:
        return self._set(self._alias, "", tell)


class UndoStage(AssignStage):
    """A stage of GTO as it was: by one more tag, the old ones stay."""

    def __init__(
        self, workspace: Workspace, plan: Plan, entry: str, *, take_back: bool = False, back_to: str | None = None
    ) -> None:
        super().__init__(workspace, plan, take_back=take_back, back_to=back_to)
        self._entry = entry

    @property
    def note(self) -> Note:
        note = super().note
        return replace(note, facts={**note.facts, "undo": self._entry})


def undo_move(workspace: Workspace, stores: Stores, entry: JournalEntry) -> Action:
    """The action that takes the move of `entry` back. Raises `Refused` where it was moved since, or can't go back."""
    move = move_of_entry(entry)
    assert move is not None
    where = f"{move.model}{move.target}" if move.target.startswith(("@", "#")) else f"{move.model} {move.target}"
    _possible(entry, move, where)
    writer = None if move.target.startswith("#") else stores.writer("registry")
    found = _planned(workspace, writer, entry, move)
    if found.now == move.before:
        raise Refused(f"{where} is at {move.before or 'nobody'} already, as before {entry.title}")
    if found.now != move.after:
        raise Refused(
            f"{where} was moved since: it is at {found.now or 'no version'} now",
            f"{_again(move)} says what it would go back to",
        )
    if found.report.policy.via == "command":
        back = f"{_again(move)} --to {move.before}"
        raise Refused(
            f"can't undo {entry.title}: here a command of the project moves {where}, and mltui does not",
            f"{back} lets it; with --here mltui does it" if move.before else "",
        )
    if writer is None:
        return _undo_stage(workspace, found, entry, move)
    return (TakeAlias if move.before is None else UndoMove)(workspace, found, writer, entry.id)


def _possible(entry: JournalEntry, move: Move, where: str) -> None:
    """Raises `Refused` for what is no pointer, or of which nobody knows what it was before."""
    if not move.target.startswith(("@", "stage:", "#")):
        raise Refused(f"{entry.title}: a copy is not taken back by undo", f"mltui rollback {quote(move.model)}")
    if move.after is None:
        raise Refused(
            f"{entry.title}: it was taken away", f"mltui promote {quote(move.model)} VERSION --to {quote(move.target)}"
        )
    if move.before is None and move.target.startswith("stage:"):
        raise Refused(
            f"{entry.title}: nobody held {where} before, and which stage {move.after} was in then is not noted",
            f"mltui promote {quote(move.model)} {move.after} --to stage:None takes it out of every stage",
        )


def _again(move: Move) -> str:
    return f"mltui rollback {quote(move.model)} --alias {quote(move.target)}"


def _undo_stage(workspace: Workspace, found: Plan, entry: JournalEntry, move: Move) -> UndoStage:
    """It is taken from the version that has it, where the one before has it then; else assigned to that one."""
    left = next(each for each in found.model.versions if each.version == move.after)
    registry = Registry(workspace.project, workspace.runner, move.model, found.target.name)
    if move.before is not None and registry.without(left.commit or "") != move.before:
        return UndoStage(workspace, found, entry.id)
    return UndoStage(workspace, _ungated(replace(found, version=left)), entry.id, take_back=True, back_to=move.before)


def _ungated(plan: Plan) -> Plan:
    """What is taken from a version, its gates have no say in."""
    return replace(plan, report=replace(plan.report, results=()), figures={})


def _planned(workspace: Workspace, writer: Writer | None, entry: JournalEntry, move: Move) -> Plan:
    """The way back, as the registry is now."""
    from mltui.sources.promotion.planning import plan

    try:
        version, gto = move.before or str(move.after), writer is None
        found = plan(workspace, move.model, version, move.target, gto=gto, advisory=True, kind="undo")
        pointer = pointer_of(found, writer) if writer is not None else None
        if pointer is not None:  # what mltui read of a server may be some seconds old
            found = replace(found, now=pointer.holder())
    except MltuiError as error:
        raise Refused(f"can't undo {entry.title}: {error.summary}", error.hint) from error
    return found if move.before is not None else _ungated(found)
