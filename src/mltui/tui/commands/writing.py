"""Commands that change something: each shows first what exactly will happen, and passes the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen

#: Kinds of lineage nodes that can be worked on (sources/reproducing/wanted.py, which a start need not import).
_KINDS = ("run:", "commit:", "model:", "alias:")


class WorkOn(Command):
    """Make a git worktree beside the project in which the run, commit or model version under the cursor stands again:
    its code, the data it read, its params. What will be done is shown first, and what can't be restored; the present
    worktree is not touched."""

    id, keys, title, group, rank = "work", "W", "Work on it", "Writing", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only

        place = screen.place
        node = None if place.empty else place.worked_on()
        if node is None or not node.startswith(_KINDS):
            return "a worktree is made of a run, a commit or a model version"
        refused = read_only(screen.workspace.config, "make a worktree")
        return refused.summary if refused else None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.working_on import WorkOnDialog

        node = screen.place.worked_on()
        if node is not None:
            screen.app.push_screen(WorkOnDialog(screen.workspace, node))


WRITING: tuple[type[Command], ...] = (WorkOn,)
