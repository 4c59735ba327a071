"""`z`: what the last reversible action changed, shown as it is and as it was, and set back when it is confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.actions.chores.chore import ChoreAction
from mltui.actions.chores.stores import Stores
from mltui.actions.gateway import gateway_of
from mltui.actions.undo import undoing
from mltui.actions.undo_move import UndoMove, UndoStage
from mltui.present.chores import chore_lines
from mltui.present.promotion import version_text
from mltui.present.undo import undo_lines
from mltui.tui.screens.chores import leaving
from mltui.tui.screens.confirming import ConfirmDialog, ToConfirm
from mltui.tui.screens.typing_to_confirm import TypeToConfirm
from mltui.tui.symbols import symbols

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class UndoDialog(ConfirmDialog):
    """What is protected is confirmed as its promotion was: by typing model and version."""

    def action_confirm(self) -> None:
        asked = self._asked
        action = asked.asked.action if asked is not None else None
        if not isinstance(action, (UndoMove, UndoStage)) or not action.plan.protected:
            super().action_confirm()
            return
        if not self._ready or self._begun or (asked is not None and asked.why):
            return

        def typed(yes: bool | None) -> None:
            if yes and not self._begun and self._asked is asked:
                self._act(action)

        title = f"{action.plan.target.label} is protected: type what gets it"
        self.app.push_screen(TypeToConfirm(title, version_text(action.plan), self._verb), typed)


def undo(screen: MainScreen) -> None:
    """Find it in the journal, and ask."""
    workspace, stores, drawn = screen.workspace, Stores(screen.workspace), symbols(screen.app)

    def make() -> ToConfirm:
        found = undoing(workspace, stores)
        lines = undo_lines(found.entry, found.passed, drawn)
        if isinstance(found.action, ChoreAction):
            stores.prepare(found.action.which)
            found.action.refusal()  # it reads
            lines += chore_lines(found.action.changes, found.action.alone, found.action.already, (), drawn)
        return ToConfirm(found.action, lines)

    screen.app.push_screen(
        UndoDialog(workspace, gateway_of(workspace), "Undo", make, "undo it"), leaving(screen, stores)
    )
