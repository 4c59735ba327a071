"""What a side is to be read of."""

from __future__ import annotations

from dataclasses import dataclass

from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run
from mltui.model.side import SideKind


@dataclass(frozen=True, slots=True)
class Named:
    """A run, a model version or an alias with the `run` behind it, a commit by its full sha, or the worktree.

    `id` and `label` are as in `Side`. `run_id` names the run behind it where that was not loaded (`run` is None); of a
    version whose run nobody recorded both are empty, and `commit` may be set.
    """

    kind: SideKind
    id: str
    label: str
    run: Run | None = None
    commit: str | None = None
    run_id: str = ""

    @property
    def word(self) -> str:
        """What names it on the command line."""
        kinds = {"run": f"run:{self.id}", "commit": f"commit:{self.id}", "worktree": "worktree"}
        return kinds.get(self.kind, f"model:{self.id}")


def worktree() -> Named:
    """The worktree."""
    return Named("worktree", "worktree", "worktree")


def commit(sha: str, name: str = "") -> Named:
    """A commit by its full sha; `name` is the ref it was named by."""
    return Named("commit", sha, name or sha[:7], commit=sha)


def of_run(run: Run) -> Named:
    """A run, by its name."""
    return Named("run", run.run_id, run.name or run.run_id[:8], run, run.commit)


def of_version(model: RegisteredModel, version: ModelVersion, run: Run | None, alias: str = "") -> Named:
    """A version of a model with the run that made it, where that is known; by `alias` if it is given."""
    name, made_by = f"{model.name}/{version.version}", version.source_run_id or version.run_id or ""
    if alias:
        shown = f"{model.name}@{alias} ({version.version})"
        return Named("alias", f"{model.name}@{alias}", shown, run, version.commit, made_by)
    return Named("model", name, name, run, version.commit, made_by)
