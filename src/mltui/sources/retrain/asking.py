"""Which DVC project a retrain is of, its targets as DVC takes them, and the child's answer to what it would do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.errors import NotFound, Refused, SourceError, Unreadable, UsageError
from mltui.model.dvc import Pipeline, Stage
from mltui.model.retrain import Asked
from mltui.model.shell import quote

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: A preview may hash deps for the run cache, and compose Hydra's configuration (s).
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked of DVC: `root` is the DVC project's directory, `targets` are as seen from there, `whole` is all
    pipelines of it (there is no dvc.yaml in its top), `glob` that a target is a pattern."""

    root: Path
    targets: tuple[str, ...]
    whole: bool = False
    glob: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Behind ``dvc repro`` or ``dvc exp run``."""
        return (*(("--all-pipelines",) if self.whole else ()), *(("--glob",) if self.glob else ()), *self.targets)


def scope_of(workspace: Workspace, pipeline: Pipeline, asked: Asked) -> Scope:
    """Raises `NotFound` without a DVC project, `UsageError` where nothing says which of several is meant."""
    project = workspace.project
    every = [project.root / root for root in pipeline.roots]
    staged = [project.root / stage.path for stage in pipeline.stages]
    holding = {_innermost(path, every) for path in staged}  # a DVC project may lie in another that has no stage
    roots = [root for root in every if root in holding] or every
    if not roots:
        raise NotFound("no DVC project here: there is nothing to retrain", "dvc init, and a dvc.yaml with stages")
    known = {stage.address: stage for stage in pipeline.stages}
    root = _root(
        project.start, roots, [known[target].path for target in asked.targets if target in known], project.root
    )
    targets = tuple(_target(target, root, project.start, project.root, known) for target in asked.targets)
    here = project.start / "dvc.yaml"
    if not targets and project.start != root and here.is_file() and project.start.is_relative_to(root):
        targets = (_from(root, here),)  # as dvc repro does there
    glob = any(set("*?[") & set(target) for target in targets)
    return Scope(root, targets, whole=not targets and not (root / "dvc.yaml").is_file(), glob=glob)


def _root(start: Path, roots: list[Path], declaring: Iterable[str], top: Path) -> Path:
    """The innermost DVC project around the first stage that is named, else around where the user stands."""
    for place in (*(top / path for path in declaring), start):
        if (root := _innermost(place, roots)) is not None:
            return root
    if len(roots) > 1:
        names = ", ".join(str(root.relative_to(top)) for root in roots)
        raise UsageError(
            f"there are {len(roots)} DVC projects: {names}", "name a stage of one, or begin in its directory"
        )
    return roots[0]


def _innermost(place: Path, roots: Iterable[Path]) -> Path | None:
    """The DVC project around a path."""
    return max((root for root in roots if place.is_relative_to(root)), key=lambda root: len(root.parts), default=None)


def _target(target: str, root: Path, start: Path, top: Path, known: Mapping[str, Stage]) -> str:
    """As DVC takes it in `root`: an address of mltui's by DVC's name, a file from where the user stands."""
    if (stage := known.get(target)) is not None:
        file = _from(root, top / stage.path)
        return stage.name if file == "dvc.yaml" else file if file.endswith(".dvc") else f"{file}:{stage.name}"
    file, mark, name = target.rpartition(":")
    if not mark and target.endswith((".yaml", ".dvc")):
        file, name = target, ""
    if start == root or not start.is_relative_to(root):
        return target
    if file and (start / file).is_file():
        return _from(root, start / file) + (f":{name}" if name else "")
    own = f"{_from(root, start / 'dvc.yaml')}:{target}"
    return own if not file and any(address.startswith(own) for address in known) else target


def _from(root: Path, path: Path) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def ask(workspace: Workspace, pipeline: Pipeline, scope: Scope, asked: Asked, *, exp: bool, apart: str) -> Any:
    """The child's answer. Raises `UsageError` for a target DVC does not know, `Refused` for an override that it would
    not take (nothing was changed), `SourceError` with DVC's words where it can't plan at all (a cycle)."""
    answer = workspace.pipeline.ask_retrain(
        str(scope.root),
        PATIENCE_S,
        targets=scope.targets,
        glob=scope.glob,
        all=scope.whole,
        force=asked.force,
        exp=exp,
        apart=apart,
        overrides=asked.overrides,
    )
    if (said := answer.get("refused")) is None:
        return answer
    if said["kind"] == "target":
        raise unknown_target(said["what"], said["text"], pipeline)
    if said["kind"] == "pipeline":
        raise Unreadable(f"DVC can't read the pipeline: {said['text']}", "dvc repro says where")
    raise unknown_override(said)


def no_overrides(workspace: Workspace, root: Path, overrides: tuple[str, ...]) -> Refused | None:
    """Why DVC's queue would not take these overrides in the DVC project at `root`; None if it would, or if nobody can
    be asked: then DVC itself says so. Nothing is changed."""
    try:
        answer = workspace.pipeline.ask_overrides(str(root), PATIENCE_S, overrides) if overrides else {}
    except SourceError:
        return None
    return unknown_override(answer["refused"]) if "refused" in answer else None


def unknown_target(target: str, said: str, pipeline: Pipeline) -> UsageError:
    """A target that DVC does not know, with the nearest that there are."""
    groups = {address.rpartition("@")[0] for address in (stage.address for stage in pipeline.stages) if "@" in address}
    names = [*(stage.address for stage in pipeline.stages), *sorted(groups)]
    maker = next((stage.address for stage in pipeline.stages if target in {out.path for out in stage.outs}), None)
    if maker is not None:
        return UsageError(f"{target} is no stage", f"{maker} makes it: mltui retrain {quote(maker)}")
    near = get_close_matches(target, names, n=3, cutoff=0.5)
    listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return UsageError(f"no stage {target}: {said}", f"near: {', '.join(near)}" if near else f"there are {listed}")


def unknown_override(said: Mapping[str, Any]) -> Refused:
    """An override that DVC would not take, with the nearest keys that there are."""
    text, path = said["what"], said.get("path", "")
    if said["kind"] == "file":
        return Refused(f"-S {text}: {said['text']}", "it is a params file, as seen from the DVC project")
    if "only a queue" in said["text"]:
        return Refused(f"-S {text}: {said['text']}", f"mltui exp queue -S {quote(text)} makes an experiment of each")
    own, _, value = text.partition("=")
    if said["kind"] == "option":
        near = get_close_matches(value, said["keys"], n=3, cutoff=0.5)
        hint = f"near: {', '.join(near)}" if near else f"there are {', '.join(said['keys'][:8])}"
        return Refused(f"-S {text}: the config group {own.lstrip('+~')} has no such option", hint)
    key = own.rpartition(":")[2].lstrip("+~")
    if key in said["keys"] or not said["keys"] or own.startswith("++"):
        return Refused(f"-S {text}: {said['text']}", "docs/retrain.md says what -S takes")
    near = get_close_matches(key, said["keys"], n=3, cutoff=0.5)
    last = [each for each in said["keys"] if each.rpartition(".")[2] == key.rpartition(".")[2]]
    names = list(dict.fromkeys((*last, *near)))[:3]
    hint = f"near: {', '.join(names)}" if names else f"there are {', '.join(said['keys'][:8])}"
    return Refused(f"no param {key} in {path}", f"{hint}; +{key}=… would add one")
