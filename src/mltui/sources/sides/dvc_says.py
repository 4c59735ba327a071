"""What DVC's files say at a commit or in the worktree, all together: data, stages, commands, params, no history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mltui.model.dvc import Entry
from mltui.sources.dvc import readable
from mltui.sources.dvc.blocks import LockParser
from mltui.sources.dvc.declared import NOTHING, Declared, declared
from mltui.sources.dvc.metrics import parse
from mltui.sources.dvc.readable import joined
from mltui.sources.dvc.recorded import StageFile, locked_stage, stage_file
from mltui.sources.dvc.values import as_text, leaves
from mltui.sources.sides.files import Files

#: A params file larger than this is none (bytes).
LARGEST = 1 << 20


@dataclass(slots=True)
class DvcSays:
    """Of all DVC files together; paths are relative to the project's root.

    `tracked`: outs of .dvc files. `made`: outs of stages that dvc.lock has, with the stage's address. `commands` by
    address, as declared (templates are not resolved). `deps` by address, `outs` by path the address. `params` and
    `locked` as `Side` has them. `read` are the files that all this was read from, `faults` those that are no
    YAML, `absent` those whose content is not here (a partial clone).
    """

    tracked: dict[str, Entry] = field(default_factory=dict)
    made: dict[str, tuple[Entry, str]] = field(default_factory=dict)
    inputs: dict[str, Entry] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    deps: dict[str, set[str]] = field(default_factory=dict)
    outs: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    locked: dict[str, str] = field(default_factory=dict)
    params_files: dict[str, None] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def leading_to(self, stage: str) -> frozenset[str]:
        """The deps of `stage` and of every stage before it; of all stages if there is no such one."""
        if stage not in self.deps:
            return frozenset(path for paths in self.deps.values() for path in paths)
        found: set[str] = set()
        seen, front = {stage}, [stage]
        while front:
            for path in self.deps.get(front.pop(), ()):
                found.add(path)
                maker = self.maker(path)
                if maker is not None and maker not in seen:
                    seen.add(maker)
                    front.append(maker)
        return frozenset(found)

    def maker(self, path: str) -> str | None:
        """The stage that makes a path, or a directory that it lies in."""
        above = (path, *(path[:at] for at, char in enumerate(path) if char == "/"))
        return next((self.outs[each] for each in above if each in self.outs), None)


def dvc_says(files: Files) -> DvcSays:
    """Read DVC's files of a commit or of the worktree. What is no YAML is left out and named in `faults`."""
    found, parser = DvcSays(), LockParser()
    names = [
        path
        for path in files.ids
        if path.rpartition("/")[2] in ("dvc.yaml", "dvc.lock", "Dvcfile") or path.endswith(".dvc")
    ]
    names = [path for path in names if not path.startswith(".dvc/")]
    contents = files.read(names)
    found.absent += [path for path in names if path not in contents]
    said: dict[str, Declared] = {}
    for path in sorted(contents, key=lambda path: path.endswith("dvc.lock")):  # dvc.yaml knows a stage's wdir
        folder = path.rpartition("/")[0]
        try:
            if path.endswith("dvc.lock"):
                _lock(found, parser.stages(contents[path]), folder, said.get(folder, NOTHING))
            elif path.endswith("dvc.yaml"):
                said[folder] = declared(contents[path])
                _stages(found, said[folder], folder)
            else:
                _single(found, stage_file(readable.parse(contents[path]), folder), path)
        except (ValueError, UnicodeError):
            found.faults.append(path)
        found.read.add(path)
    _values(found, files)
    return found


def address(folder: str, name: str) -> str:
    """DVC's own name of a stage."""
    return f"{folder}/dvc.yaml:{name}" if folder else name


def _stages(found: DvcSays, said: Declared, folder: str) -> None:
    for file in ("params.yaml", *said.params):
        found.params_files[joined(folder, file)] = None
    for name, written in said.stages.items():
        stage, key = written.at(folder), address(folder, name)
        if stage.cmd is not None:
            found.commands[key] = stage.cmd
        found.deps.setdefault(key, set()).update(dep.path for dep in stage.deps if "${" not in dep.path)
        found.outs.update({out.path: key for out in stage.made if "${" not in out.path})
        for file in stage.params_files:
            found.params_files[joined(stage.wdir, file)] = None


def _lock(found: DvcSays, stages: Mapping[str, Any], folder: str, said: Declared) -> None:
    for name, raw in stages.items():
        key, stage = address(folder, name), locked_stage(raw, place := said.place_of(name, folder))
        group = address(folder, name.partition("@")[0])
        for entry in stage.deps:
            found.deps.setdefault(key, set()).add(entry.path)
            found.deps.setdefault(group, set()).add(entry.path)
            found.inputs[entry.path] = entry
        for entry in stage.outs:
            found.made[entry.path] = entry, key
            found.outs.setdefault(entry.path, key)
        for file, values in stage.params.items():
            path = joined(place, file)
            found.params_files.setdefault(path, None)
            found.locked.update(_keyed(path, values))


def _single(found: DvcSays, said: StageFile, path: str) -> None:
    """A .dvc file; of DVC 0.x it may be a stage."""
    if not said.is_stage:
        found.tracked.update({entry.path: entry for entry in said.outs})
        return
    found.commands[path] = said.cmd or ""
    for entry in said.deps:
        found.deps.setdefault(path, set()).add(entry.path)
        found.inputs[entry.path] = entry
    for entry in said.outs:
        found.made[entry.path] = entry, path
        found.outs[entry.path] = path


def _values(found: DvcSays, files: Files) -> None:
    """The values of params files, as ``dvc params diff`` reads them; of Python files none: their code is compared."""
    wanted = [path for path in found.params_files if not path.endswith(".py")] or ["params.yaml"]
    contents = files.read(wanted)
    found.absent += [path for path in wanted if path in files.ids and path not in contents]
    for path, content in contents.items():
        if len(content) > LARGEST:
            continue
        try:
            found.params.update(_keyed(path, parse(path, content)))
            found.read.add(path)
        except ValueError:
            found.faults.append(path)


def _keyed(path: str, values: Any) -> Iterator[tuple[str, str]]:
    """Dotted keys, those of another file than params.yaml behind its name (as DVC writes them)."""
    lead = "" if path == "params.yaml" else f"{path}:"
    for key, value in leaves(values):
        yield f"{lead}{key}", as_text(value)
