"""DVC's files of one commit, stage by stage: what dvc.yaml declares beside what dvc.lock says, without a worktree.

Templates are filled in as far as plain values of params.yaml and ``vars`` reach; what is left of one keeps its ``${``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mltui.model.dvc import Entry
from mltui.sources.dvc import readable
from mltui.sources.dvc.declared import Declared, DeclaredStage, declared_by
from mltui.sources.dvc.history.wdirs import expanded, filled
from mltui.sources.dvc.readable import joined
from mltui.sources.dvc.recorded import LockedStage, StageFile, lock_stages, locked_stage, stage_file
from mltui.sources.gates.params import values_of
from mltui.sources.places import Project
from mltui.sources.runner import Runner
from mltui.sources.sides.dvc_says import address
from mltui.sources.sides.files import Files, of_commit

TEMPLATE = "${"


@dataclass(frozen=True, slots=True)
class StageAt:
    """One stage at a commit: as declared, with whole paths, and as dvc.lock has it (None: it has not)."""

    address: str
    declared: DeclaredStage
    locked: LockedStage | None


@dataclass(slots=True)
class TreeAt:
    """What DVC's files say at the commit of `files`. `tracked` are outs of .dvc files by path, `imported` the paths of
    those that come from another repository. `faults` are sentences on what could not be read."""

    files: Files
    stages: list[StageAt] = field(default_factory=list)
    tracked: dict[str, Entry] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    @property
    def made(self) -> dict[str, Entry]:
        """Outs of stages by path, as dvc.lock has them."""
        return {out.path: out for stage in self.stages if stage.locked for out in stage.locked.outs}


def tree_at(project: Project, runner: Runner, sha: str) -> TreeAt:
    """Read a commit (full sha). Raises `SourceError` if its tree can't be listed."""
    files = of_commit(project, runner, sha)
    tree = TreeAt(files)
    names = [path for path in files.ids if _is_dvcs(path)]
    contents = files.read(names)
    parsed: dict[str, Any] = {}
    for path in names:
        try:
            parsed[path] = readable.parse(contents[path])
        except KeyError:
            tree.faults.append(f"{path} is not in this clone")
        except ValueError:
            tree.faults.append(f"{path} can't be read")
    for path, document in parsed.items():
        folder, _, name = path.rpartition("/")
        if name == "dvc.yaml":
            said = declared_by(document)
            locks = lock_stages(parsed.get(joined(folder, "dvc.lock")))
            tree.stages += _stages(said, locks, folder, _context(files, said, folder))
        elif name != "dvc.lock":
            _single(tree, document, stage_file(document, folder), path)
    return tree


def _is_dvcs(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in ("dvc.yaml", "dvc.lock", "Dvcfile") or (name.endswith(".dvc") and not path.startswith(".dvc/"))


def _single(tree: TreeAt, document: Any, said: StageFile, path: str) -> None:
    """A .dvc file; of DVC 0.x it may be a stage, which is declared and locked in one."""
    if said.is_stage:
        stage = DeclaredStage(path, said.cmd, said.wdir, said.deps, said.outs, frozen=said.frozen)
        tree.stages.append(StageAt(path, stage, LockedStage(said.cmd, said.deps, said.outs)))
        return
    tree.tracked.update({out.path: out for out in said.outs})
    deps = document.get("deps") if isinstance(document, Mapping) else None
    if isinstance(deps, list) and any(
        isinstance(dep, Mapping) and isinstance(dep.get("repo"), Mapping) for dep in deps
    ):
        tree.imported.update(out.path for out in said.outs)


def _stages(said: Declared, locks: Mapping[str, Any], folder: str, context: Mapping[str, Any]) -> Iterator[StageAt]:
    for written in said.stages.values():
        group = replace(written, foreach=_looked_up(written.foreach, context), matrix=_axes(written.matrix, context))
        for name, item in expanded(group):
            if name.endswith("@") and name[:-1] == written.name:  # stands for items that are a template
                if isinstance(group.foreach, str) or (group.foreach is None and not isinstance(group.matrix, Mapping)):
                    yield StageAt(address(folder, name), group, None)
                continue
            stage = _filled(written, {**context, **item}).at(folder)
            raw = locks.get(name)
            locked = locked_stage(raw, stage.wdir) if isinstance(raw, Mapping) else None
            yield StageAt(address(folder, name), stage, locked)


def _filled(stage: DeclaredStage, context: Mapping[str, Any]) -> DeclaredStage:
    def every(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(replace(each, path=filled(each.path, context)) for each in entries)

    return replace(
        stage,
        cmd=filled(stage.cmd, context) if stage.cmd is not None else None,
        wdir=filled(stage.wdir, context),
        deps=every(stage.deps),
        outs=every(stage.outs),
        metrics=every(stage.metrics),
        plots=every(stage.plots),
        params=tuple((filled(file, context), filled(key, context)) for file, key in stage.params),
    )


def _context(files: Files, said: Declared, folder: str) -> dict[str, Any]:
    """What templates of a dvc.yaml stand for: params.yaml beside it, then its ``vars``, files of them and values."""
    found: dict[str, Any] = {}
    for each in ("params.yaml", *said.vars):
        if isinstance(each, Mapping):
            found.update(each)
            continue
        file, _, keys = each.partition(":")
        values = values_of(files, joined(folder, file))
        if isinstance(values, Mapping):
            wanted = [key.strip() for key in keys.split(",")] if keys else list(values)
            found.update({key: values[key] for key in wanted if key in values})
    return found


def _looked_up(value: Any, context: Mapping[str, Any]) -> Any:
    """What ``${a.b}`` alone stands for; all else as it is."""
    if not isinstance(value, str) or not value.startswith(TEMPLATE) or not value.endswith("}"):
        return value
    found: Any = context
    for part in value[2:-1].strip().split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return value if found is None else found


def _axes(matrix: Any, context: Mapping[str, Any]) -> Any:
    if not isinstance(matrix, Mapping):
        return matrix
    axes = {axis: _looked_up(values, context) for axis, values in matrix.items()}
    return axes if all(isinstance(values, list) for values in axes.values()) else str(matrix)
