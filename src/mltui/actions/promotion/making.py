"""Which action carries out a plan: mltui's own move, a tag of git, or the project's command that does the whole act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.actions.promotion.promote import Promote

if TYPE_CHECKING:
    from mltui.actions.gateway import Action
    from mltui.actions.mlflow.port import Writer
    from mltui.model.promotion import Plan
    from mltui.sources.workspace import Workspace


def action_for(
    workspace: Workspace,
    plan: Plan,
    writer: Writer,
    *,
    reason: str = "",
    forced: bool = False,
    here: bool = False,
    command_line: bool = False,
) -> Action:
    """The action of `plan`.

    `here`: mltui moves it itself even where ``promote.via = "command"``; else that command does. `command_line` allows
    force past the gates of what is protected.
    """
    policy = plan.report.policy
    if not here and policy.via == "command":
        from mltui.actions.promotion.handed import HandOver

        return HandOver(workspace, plan, reason, forced, writer=writer, command_line=command_line)
    if plan.target.kind == "gto":
        from mltui.actions.promotion.gto import AssignStage

        return AssignStage(workspace, plan, reason, forced, command_line=command_line)
    return Promote(workspace, plan, writer, reason, forced, command_line=command_line)


def copy_of(action: Action) -> str:
    """The number of the copy that `action` made: its alias is at that, and is watched there; "" of all else."""
    return action.copy if isinstance(action, Promote) else ""
