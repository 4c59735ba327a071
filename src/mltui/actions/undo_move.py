"""A promotion or a rollback taken back: its alias or stage at the version that held it before, claimed and noted as any
move is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.actions.chores.stores import Stores
from mltui.actions.promotion.pointers import pointer_of
from mltui.actions.promotion.promote import Promote
from mltui.errors import MltuiError, Refused
from mltui.model.journal import JournalEntry, Note
from mltui.model.move_tags import move_of_entry
from mltui.model.promotion import Plan

if TYPE_CHECKING:
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


def undo_move(workspace: Workspace, stores: Stores, entry: JournalEntry) -> UndoMove:
    """The action that takes the move of `entry` back. Raises `Refused` where it was moved since, or can't go back."""
    from mltui.sources.promotion.planning import plan

    move = move_of_entry(entry)
    assert move is not None
    where = f"{move.model}{move.target}" if move.target.startswith(("@", "#")) else f"{move.model} {move.target}"
    if not move.target.startswith(("@", "stage:")):
        kept = "a tag of git" if move.target.startswith("#") else "a copy"
        raise Refused(f"{entry.title}: {kept} is not taken back by undo", f"mltui rollback {move.model}")
    if move.before is None:
        raise Refused(
            f"{entry.title}: nobody held {where} before, and an alias that is there is not taken away by undo",
            f"mltui promote {move.model} VERSION --to {move.target} lets another version hold it",
        )
    writer = stores.writer("registry")
    try:
        found = plan(workspace, move.model, move.before, move.target, gto=False, advisory=True, kind="undo")
        if (pointer := pointer_of(found, writer)) is not None:  # what mltui read of a server may be some seconds old
            found = replace(found, now=pointer.holder())
    except MltuiError as error:
        raise Refused(f"can't undo {entry.title}: {error.summary}", error.hint) from error
    if found.now == move.before:
        raise Refused(f"{where} is at {move.before} already, as before {entry.title}")
    if found.now != move.after:
        raise Refused(
            f"{where} was moved since: it is at {found.now or 'no version'} now",
            f"mltui rollback {move.model} --alias {move.target} says what it would go back to",
        )
    return UndoMove(workspace, found, writer, entry.id)
