"""`mltui undo`: the last reversible action, shown, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.cli.doing import Besides, How, do
from mltui.cli.opening import open_told
from mltui.cli.terminal import symbols

if TYPE_CHECKING:
    from mltui.actions.gateway import Action
    from mltui.cli.options import Options


def undo(options: Options, how: How, id: str) -> int:
    """Take it back. Raises `Refused` where nothing can be."""
    from mltui.actions.chores.chore import ChoreAction
    from mltui.actions.chores.stores import Stores
    from mltui.actions.gateway import gateway_of, read_only
    from mltui.actions.undo import undoing
    from mltui.present.chores import chore_lines
    from mltui.present.undo import undo_lines

    workspace = open_told(options)
    stores = Stores(workspace)
    try:
        if refused := read_only(workspace.config, "undo anything"):
            raise refused
        found, drawn = undoing(workspace, stores, id), symbols(workspace.config)
        gateway, action = gateway_of(workspace), found.action
        lines = undo_lines(found.entry, found.passed, drawn)
        if gateway.refusal(action) is None and isinstance(action, ChoreAction):  # it was read: what it found is shown
            lines += chore_lines(action.changes, action.alone, action.already, (), drawn)
        return do(gateway, workspace.config, action, how, lines, besides=_besides(action))
    finally:
        stores.close()
        workspace.close()


def _besides(action: Action) -> Besides:
    """What is protected is confirmed as its promotion was: by typing model and version."""
    from mltui.actions.undo_move import UndoMove, UndoStage
    from mltui.cli.promote_told import agrees_to

    return (
        Besides(agrees=agrees_to(action.plan, action.title)) if isinstance(action, (UndoMove, UndoStage)) else Besides()
    )
