"""The stages that a commit declares, with what they read and write: as far as its files tell without DVC."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mltui.model.dvc import Entry
from mltui.model.job_addresses import whole
from mltui.sources.dvc.declared import NOTHING, Declared, DeclaredStage
from mltui.sources.dvc.history.wdirs import expanded, filled
from mltui.sources.dvc.metrics import parse
from mltui.sources.dvc.readable import joined
from mltui.sources.dvc.recorded import lock_stages, locked_stage
from mltui.sources.reproducing.commit import CommitFiles, parsed


@dataclass(frozen=True, slots=True)
class PastStage:
    """`name` is as DVC says it in its project, `address` from the project's root; paths are from git's top."""

    name: str
    address: str
    cmd: str
    deps: frozenset[str]
    outs: frozenset[str]
    frozen: bool

    @property
    def file(self) -> str:
        """Its dvc.yaml, as seen from its DVC project."""
        return self.name.rpartition(":")[0] or "dvc.yaml"

    def reads(self, other: PastStage) -> bool:
        """Whether it depends on what `other` makes. What is frozen waits for nobody."""
        return not self.frozen and any(_touch(dep, out) for dep in self.deps for out in other.outs)


def stages_of(files: CommitFiles, root: str) -> Iterator[PastStage]:
    """All stages of the DVC project in `root` ("" for git's top), its own dvc.yaml's first."""
    paths = [path for path in files.blobs if posixpath.basename(path) == "dvc.yaml" and files.root_of(path) == root]
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        yield from _of_file(files, root, path)


def _of_file(files: CommitFiles, root: str, path: str) -> Iterator[PastStage]:
    folder = posixpath.dirname(path)
    said = files.declared.get(path, NOTHING)
    locked = lock_stages(parsed(files.content(posixpath.join(folder, "dvc.lock")) or b""))
    known = _vars(files, folder, said)
    inside = posixpath.relpath(path, root or ".")
    for group, stage in said.stages.items():
        every = list(expanded(stage))
        for each, context in every[:-1] or every:  # the last of a group stands for items that are a template
            # dvc.lock has the names of these
            names = [name for name in locked if name.startswith(each)] if each.endswith("@") else [each]
            for name in names or [group]:
                made = _stage(name, stage, locked.get(name, {}), folder, {**known, **context})
                own = name if inside == "dvc.yaml" else f"{inside}:{name}"
                yield replace(made, name=own, address=whole(own, root))


def _stage(
    name: str, stage: DeclaredStage, entry: Mapping[str, Any], folder: str, known: Mapping[str, Any]
) -> PastStage:
    wdir = joined(folder, filled(stage.wdir, known))
    ran = locked_stage(entry, wdir)
    deps = _paths(stage.deps, wdir, known) | {dep.path for dep in ran.deps}
    outs = _paths(stage.made, wdir, known) | {out.path for out in ran.outs}
    cmd = filled(stage.cmd or "", known)
    if "${" in cmd:  # dvc.lock has it after templating
        cmd = ran.cmd or cmd
    return PastStage(name, name, cmd, frozenset(deps), frozenset(outs), stage.frozen)


def _paths(entries: Iterable[Entry], wdir: str, known: Mapping[str, Any]) -> set[str]:
    found = {filled(entry.path, known) for entry in entries}
    return {joined(wdir, path) for path in found if "${" not in path}


def _vars(files: CommitFiles, folder: str, said: Declared) -> dict[str, Any]:
    """What templates may name: the params.yaml beside, and the file's own ``vars``."""
    known = _parsed(files, posixpath.join(folder, "params.yaml"))
    found = dict(known) if isinstance(known, Mapping) else {}
    for each in said.vars:
        if isinstance(each, Mapping):
            found.update(each)
        elif isinstance(more := _parsed(files, joined(folder, each)), Mapping):
            found.update(more)
    return found


def _touch(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def _parsed(files: CommitFiles, path: str) -> Any:
    try:
        return parse(path, files.content(path) or b"")
    except ValueError:
        return {}
