"""What a retrain of another commit would run, as its files tell: whether that is fresh there DVC finds out then."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mltui.errors import UsageError
from mltui.model.retrain import Asked, PlannedStage, SkippedStage
from mltui.sources.git.revs import full_sha
from mltui.sources.reproducing.commit import CommitFiles
from mltui.sources.retrain.asking import Scope
from mltui.sources.retrain.past_stages import PastStage, stages_of
from mltui.sources.retrain.steps import Steps

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


def at_rev(workspace: Workspace, scope: Scope, asked: Asked) -> Steps:
    """Raises `UsageError` for what is no commit here or no stage there, `SourceError` if git can't be asked."""
    rev = str(asked.rev)
    sha = full_sha(workspace.project, workspace.runner, rev)
    if sha is None:
        raise UsageError(f"{rev} names no commit of this clone", "git log --oneline lists some")
    folder = scope.root.relative_to(workspace.project.root).as_posix()
    root = "" if folder == "." else folder
    stages = list(stages_of(CommitFiles(workspace.project, workspace.runner, sha), root))
    if not stages:
        at = f"{root}/dvc.yaml" if root else "dvc.yaml"
        raise UsageError(f"{rev} has no {at} with stages", "mltui data --at shows what a commit has")
    steps = in_order(stages, wanted(stages, scope, rev))
    why = "forced" if asked.force else f"if it is not fresh at {sha[:7]}"
    return Steps(
        tuple(PlannedStage(each.address, why, "unknown", cmd=each.cmd) for each in steps if not each.frozen),
        tuple(SkippedStage(each.address, "frozen") for each in steps if each.frozen),
        warnings=() if asked.force else ("what is fresh at that commit DVC finds out when it runs",),
    )


def wanted(stages: Sequence[PastStage], scope: Scope, rev: str) -> list[PastStage]:
    """The stages that the targets name. Raises `UsageError` for a target that names none."""
    if not scope.targets:
        own = [each for each in stages if each.file == "dvc.yaml"]
        return list(stages) if scope.whole or not own else own
    found: list[PastStage] = []
    for target in scope.targets:
        named = [each for each in stages if _is(each, target, glob=scope.glob)]
        if not named and not target.endswith(".dvc"):
            near = get_close_matches(target, [each.name for each in stages], n=3, cutoff=0.5)
            names = near or [each.name for each in stages[:8]]
            raise UsageError(f"{rev} has no stage {target}", f"{'near' if near else 'there are'}: {', '.join(names)}")
        found += named
    return list(dict.fromkeys(found))


def in_order(stages: Sequence[PastStage], ends: Sequence[PastStage]) -> list[PastStage]:
    """`ends` and all that they need, what is needed first; a cycle ends where it is met again."""
    found: dict[PastStage, None] = {}
    begun: set[str] = set()
    waiting = [(each, False) for each in reversed(ends)]
    while waiting:
        stage, ready = waiting.pop()
        if ready:
            found[stage] = None
        elif stage.name not in begun:
            begun.add(stage.name)
            waiting.append((stage, True))
            waiting += [(each, False) for each in reversed(stages) if each is not stage and stage.reads(each)]
    return list(found)


def _is(stage: PastStage, target: str, *, glob: bool) -> bool:
    """Whether DVC would take `target` for this stage: its name, its group's, its file."""
    file, colon, name = target.rpartition(":")
    if not colon and target.rpartition("/")[2] == "dvc.yaml":
        return stage.file == target
    own = stage.name.rpartition(":")[2]
    if stage.file != (file or "dvc.yaml"):
        return False
    return fnmatchcase(own, name) if glob else own == name or own.startswith(f"{name}@")
