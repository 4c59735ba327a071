"""What stands in the way of a dvc that stashes the worktree for a moment: to apply an experiment, to queue one."""

from __future__ import annotations

from mltui.actions.experiments.dvc import Dvc
from mltui.errors import Refused
from mltui.sources.dvc.applying import in_the_midst, is_dirty, nobody
from mltui.sources.dvc.running import writers


def in_the_way(dvc: Dvc) -> Refused | None:
    """Why the worktree can't be stashed now. Raises a `SourceError` if git can't tell."""
    if midst := in_the_midst(dvc.project):
        return Refused(f"git is in the middle of {midst} here", "end it first: git status says how")
    for process in writers([dvc.root]).values():
        who = f"pid {process.pid}, {process.command}"
        return Refused(f"a stage runs in this worktree: {who}", "wait for it, or stop it")
    if nobody(dvc.project, dvc.runner) and is_dirty(dvc.project, dvc.runner):
        hint = "git config user.name NAME and git config user.email ADDRESS: DVC stashes what is in no commit"
        return Refused("git's configuration does not say who you are", hint)
    return None
