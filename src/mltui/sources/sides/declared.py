"""What DVC's files say at a commit or in the worktree: data, stages, commands, params, without any history.

Formats: dvc.org/doc/user-guide/project-structure. Read like `sources/dvc/readable.py` reads them, of files that need
not be on disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mltui.model.dvc import Entry
from mltui.sources.dvc import readable
from mltui.sources.dvc.blocks import LockParser
from mltui.sources.dvc.facts import command
from mltui.sources.dvc.metrics import parse
from mltui.sources.sides.files import Files

#: A params file larger than this is none (bytes).
LARGEST = 1 << 20


@dataclass(slots=True)
class Declared:
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


def declared(files: Files) -> Declared:
    """Read DVC's files of a commit or of the worktree. What is no YAML is left out and named in `faults`."""
    found, parser = Declared(), LockParser()
    names = [
        path
        for path in files.ids
        if path.rpartition("/")[2] in ("dvc.yaml", "dvc.lock", "Dvcfile") or path.endswith(".dvc")
    ]
    names = [path for path in names if not path.startswith(".dvc/")]
    contents = files.read(names)
    found.absent += [path for path in names if path not in contents]
    folders: dict[tuple[str, str], str] = {}
    for path in sorted(contents, key=lambda path: path.endswith("dvc.lock")):  # dvc.yaml knows a stage's wdir
        folder = path.rpartition("/")[0]
        try:
            if path.endswith("dvc.lock"):
                _lock(found, parser.stages(contents[path]), folder, folders)
            elif path.endswith("dvc.yaml"):
                _stages(found, readable.parse(contents[path]), folder, folders)
            else:
                _single(found, readable.parse(contents[path]), path, folder)
        except (ValueError, UnicodeError):
            found.faults.append(path)
        found.read.add(path)
    _values(found, files)
    return found


def address(folder: str, name: str) -> str:
    """DVC's own name of a stage."""
    return f"{folder}/dvc.yaml:{name}" if folder else name


def _stages(found: Declared, content: Any, folder: str, folders: dict[tuple[str, str], str]) -> None:
    if not isinstance(content, Mapping):
        return
    default = f"{folder}/params.yaml" if folder else "params.yaml"
    found.params_files[default] = None
    for each in _names(content.get("params")):
        found.params_files[readable.joined(folder, each)] = None
    stages = content.get("stages")
    for name, raw in stages.items() if isinstance(stages, Mapping) else ():
        inner = raw.get("do") if isinstance(raw, Mapping) and "foreach" in raw else raw
        if not isinstance(inner, Mapping):
            continue
        place = readable.joined(folder, str(inner.get("wdir") or ""))
        folders[folder, str(name)] = place
        key = address(folder, str(name))
        if isinstance(inner.get("cmd"), (str, list)):
            found.commands[key] = command(inner["cmd"]) or ""
        deps = [entry.path for entry in readable.entries(inner.get("deps"), place) if "${" not in entry.path]
        found.deps.setdefault(key, set()).update(deps)
        for kind in ("outs", "metrics", "plots"):
            for entry in readable.entries(inner.get(kind), place):
                if "${" not in entry.path:
                    found.outs[entry.path] = key
        params = inner.get("params")
        for each in params if isinstance(params, list) else ():
            for file in each if isinstance(each, Mapping) else ():
                found.params_files[readable.joined(place, str(file))] = None


def _names(rows: Any) -> Iterator[str]:
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, str):
            yield row


def _lock(found: Declared, stages: Mapping[str, Any], folder: str, folders: Mapping[tuple[str, str], str]) -> None:
    for name, stage in stages.items():
        key, place = address(folder, name), folders.get((folder, name.partition("@")[0]), folder)
        group = address(folder, name.partition("@")[0])
        for entry in readable.entries(stage.get("deps"), place):
            found.deps.setdefault(key, set()).add(entry.path)
            found.deps.setdefault(group, set()).add(entry.path)
            found.inputs[entry.path] = entry
        for entry in readable.entries(stage.get("outs"), place):
            found.made[entry.path] = entry, key
            found.outs.setdefault(entry.path, key)
        params = stage.get("params")
        for file, values in params.items() if isinstance(params, Mapping) else ():
            path = readable.joined(place, str(file))
            found.params_files.setdefault(path, None)
            found.locked.update(_keyed(path, values))


def _single(found: Declared, content: Any, path: str, folder: str) -> None:
    """A .dvc file; of DVC 0.x it may be a stage."""
    if not isinstance(content, Mapping):
        return
    place = readable.joined(folder, str(content.get("wdir") or ""))
    stage = content.get("cmd") is not None
    if stage:
        found.commands[path] = command(content["cmd"]) or ""
        for entry in readable.entries(content.get("deps"), place):
            found.deps.setdefault(path, set()).add(entry.path)
            found.inputs[entry.path] = entry
    for entry in readable.entries(content.get("outs"), place):
        if stage:
            found.made[entry.path] = entry, path
            found.outs[entry.path] = path
        else:
            found.tracked[entry.path] = entry


def _values(found: Declared, files: Files) -> None:
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
    for key, value in _leaves(values):
        yield f"{lead}{key}", value if isinstance(value, str) else json.dumps(value, default=str)


def _leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{prefix}.{key}" if prefix else str(key))
    elif prefix:
        yield prefix, value
