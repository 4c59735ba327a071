"""The command of a retrain that runs in another directory: dvc's own, behind the child that makes it safe there.

`actions/jobs/isolated_child.py` and `rev_child.py` are those children. They are named here by their paths only, so that
the preview shows what will be run, word for word.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.model.retrain import Obstacle, RetrainPlan
from mltui.sources.dvc.python import dvc_words, interpreter
from mltui.sources.git.command import attempt
from mltui.sources.git.revs import full_sha
from mltui.sources.places import Project, state_dirs

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

_JOBS = Path(__file__).parents[2] / "actions" / "jobs"
_NAMES = ("user.name", "user.email")
CHILDREN = {"isolated": _JOBS / "isolated_child.py", "rev": _JOBS / "rev_child.py"}


def complete(workspace: Workspace, plan: RetrainPlan) -> RetrainPlan:
    """`plan` with the whole command, where it runs in another directory; as it is where it does not, or has it already.

    What stands in the way of that is added to its obstacles.
    """
    child = CHILDREN.get(plan.mode)
    if child is None or str(child) in plan.command:
        return plan
    obstacles = [*plan.obstacles, *_overlapping(workspace, plan.links)]
    if plan.mode == "isolated":
        obstacles += _nobody(workspace)
    options = ["--state", str(state_of(workspace.project))]
    if plan.mode == "rev":
        sha = full_sha(workspace.project, workspace.runner, plan.asked.rev or "")
        if sha is None:
            obstacles.append(Obstacle(f"{plan.asked.rev} names no commit of this clone", "git log --all lists them"))
        options += ["--rev", sha or plan.asked.rev or ""]
    for path in plan.links:
        options += ["--link", path]
    if plan.asked.collect:
        options.append("--collect")
    python = interpreter(workspace.project, workspace.config, "dvc").path
    command = (python, str(child), *options, "--", *dvc_words(plan.command)[1])
    return replace(plan, command=command, obstacles=tuple(obstacles))


def state_of(project: Project) -> Path:
    """The state directory in which jobs are written down: the first that can be."""
    wanted = state_dirs(project)
    return next((path for path in wanted if _can_be_written(path)), wanted[0])


def _can_be_written(path: Path) -> bool:
    while not path.exists() and path != path.parent:
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def _nobody(workspace: Workspace) -> list[Obstacle]:
    """DVC commits an experiment when it has run: too late to learn that nobody is named as its author."""
    asked = [attempt(workspace.project, workspace.runner, "config", "--get", key).code for key in _NAMES]
    lacking = [key for key, code in zip(_NAMES, asked, strict=True) if code == 1]
    if not lacking:
        return []
    what = f"dvc exp run makes a commit, and git has no {' and no '.join(lacking)}"
    return [Obstacle(what, "; ".join(f"git config {key} …" for key in lacking))]


def _overlapping(workspace: Workspace, links: Sequence[str]) -> list[Obstacle]:
    """A link to what stages make would let a run elsewhere write into the worktree."""
    pipeline = workspace.pipeline.remembered()
    outs = [out.path for stage in (pipeline.stages if pipeline else ()) for out in stage.outs]
    found = []
    for link in links:
        path = os.path.normpath(link)
        hit = next((out for out in outs if f"{out}/".startswith(f"{path}/") or f"{path}/".startswith(f"{out}/")), None)
        if path.startswith(("..", "/")):
            found.append(
                Obstacle(f"isolated.link names {link}, which is not in the project", "name paths from its top")
            )
        elif hit:
            what = f"isolated.link names {link}, but {hit} is an out: the job would write into the worktree"
            found.append(Obstacle(what, "take it out of [isolated] link"))
    return found
