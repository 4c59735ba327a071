"""What a dvc.yaml declares, read by one reader for all who ask. Nothing is resolved: templates stay as written.

Format: dvc.org/doc/user-guide/project-structure/dvcyaml-files. Paths are as seen from where they are written, of a
stage from its `wdir`; `at` makes them whole. What a group of stages comes to is told by `history/wdirs.py`, what
dvc.lock and .dvc files say by `recorded.py`.

Two read a dvc.yaml in another way: DVC's own code in the child (`child/`), which resolves what is written, and the
search for stores (`mlflow/discovery/walk.py`), which looks for names in its text: it comes before the first frame, and
importing YAML takes its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mltui.model.documents import to_json
from mltui.model.dvc import Entry
from mltui.model.gto import Artifact
from mltui.sources.dvc import readable
from mltui.sources.dvc.facts import command
from mltui.sources.dvc.readable import joined

#: Of these a stage makes each.
_MADE = ("outs", "metrics", "plots")


@dataclass(frozen=True, slots=True)
class DeclaredStage:
    """One stage, or a group of them: then `foreach` or `matrix` has what it is repeated for, as written.

    `params_files` are those that it names; params.yaml need not be. `params` are pairs of file and dotted key, "" for
    the whole file; files as they are written, from the stage's `wdir`.
    """

    name: str
    cmd: str | None = None
    wdir: str = ""
    deps: tuple[Entry, ...] = ()
    outs: tuple[Entry, ...] = ()
    metrics: tuple[Entry, ...] = ()
    plots: tuple[Entry, ...] = ()
    params_files: tuple[str, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    frozen: bool = False
    always_changed: bool = False
    group: bool = False
    foreach: Any = None
    matrix: Any = None
    desc: str | None = None

    @property
    def made(self) -> tuple[Entry, ...]:
        """All that it writes, whether DVC or git keeps it."""
        return (*self.outs, *self.metrics, *self.plots)

    def place(self, folder: str) -> str:
        """The directory it runs in, if its file lies in `folder`."""
        return joined(folder, self.wdir)

    def at(self, folder: str) -> DeclaredStage:
        """The same with whole paths, if its file lies in `folder`; only `params_files` stay as they are."""
        place = self.place(folder)
        deps, outs, metrics, plots = (
            tuple(replace(entry, path=joined(place, entry.path)) for entry in entries)
            for entries in (self.deps, self.outs, self.metrics, self.plots)
        )
        return replace(self, wdir=place, deps=deps, outs=outs, metrics=metrics, plots=plots)


@dataclass(frozen=True, slots=True)
class Declared:
    """One dvc.yaml: `stages` by name. `names` are those of all its stages, also of one whose entry is no mapping.

    `metrics` and `params` are the files it names beside its stages; `vars` are files (``file`` or ``file:keys``) or
    values. `artifacts` have the names that they have in this file.
    """

    stages: Mapping[str, DeclaredStage] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    vars: tuple[str | Mapping[str, Any], ...] = ()
    artifacts: tuple[Artifact, ...] = ()

    @property
    def every_metric(self) -> Iterator[str]:
        """The metrics files that it names, and then those of its stages."""
        yield from self.metrics
        for stage in self.stages.values():
            yield from (entry.path for entry in stage.metrics)

    def at(self, folder: str) -> Declared:
        """The same with whole paths of metrics and of stages, if it lies in `folder`."""
        return replace(
            self,
            stages={name: stage.at(folder) for name, stage in self.stages.items()},
            metrics=tuple(joined(folder, path) for path in self.metrics),
        )

    def of(self, name: str) -> DeclaredStage | None:
        """The stage that is declared under a name of dvc.lock: itself, or its group."""
        return self.stages.get(name) or self.stages.get(name.partition("@")[0])

    def place_of(self, name: str, folder: str) -> str:
        """The directory in which a stage of the lock runs, if this file lies in `folder`."""
        stage = self.of(name)
        return stage.place(folder) if stage else folder


NOTHING = Declared()


def declared(content: bytes | str) -> Declared:
    """What the content of a dvc.yaml declares. Raises ValueError where it is no YAML."""
    return declared_by(readable.parse(content))


def declared_at(path: Path) -> Declared:
    """What a dvc.yaml on disk declares. Raises OSError or ValueError."""
    return declared_by(readable.load(path))


def declared_or_nothing(content: bytes) -> Declared:
    """What the content of a dvc.yaml declares; nothing where it is no YAML."""
    try:
        return declared(content)
    except ValueError:
        return NOTHING


def declared_by(document: Any) -> Declared:
    """What a parsed dvc.yaml declares; nothing if it is no mapping."""
    if not isinstance(document, Mapping):
        return NOTHING
    rows = _mapping(document.get("stages"))
    stages = (_stage(str(name), raw) for name, raw in rows.items())
    return Declared(
        stages={stage.name: stage for stage in stages if stage is not None},
        names=tuple(map(str, rows)),
        metrics=tuple(entry.path for entry in readable.entries(document.get("metrics"), "")),
        params=tuple(row for row in _list(document.get("params")) if isinstance(row, str)),
        vars=tuple(row for row in _list(document.get("vars")) if isinstance(row, (str, Mapping))),
        artifacts=tuple(_artifact(str(name), raw) for name, raw in _mapping(document.get("artifacts")).items()),
    )


def _stage(name: str, raw: Any) -> DeclaredStage | None:
    """None where the entry, or what a group repeats, is no mapping."""
    body = raw.get("do") if isinstance(raw, Mapping) and "foreach" in raw else raw
    if not isinstance(body, Mapping):
        return None
    cmd, wdir, desc = body.get("cmd"), body.get("wdir"), body.get("desc")
    outs, metrics, plots = (tuple(readable.entries(body.get(kind), "")) for kind in _MADE)
    return DeclaredStage(
        name=name,
        cmd=command(cmd) if isinstance(cmd, (str, list)) else None,
        desc=desc if isinstance(desc, str) else None,
        wdir=wdir if isinstance(wdir, str) else "",
        deps=tuple(readable.entries(body.get("deps"), "")),
        outs=outs,
        metrics=metrics,
        plots=plots,
        params_files=tuple(str(file) for row in _list(body.get("params")) for file in _mapping(row)),
        params=tuple(_params(body.get("params"))),
        frozen=body.get("frozen") is True,
        always_changed=body.get("always_changed") is True,
        group="foreach" in raw or "matrix" in raw,
        foreach=raw.get("foreach"),
        matrix=raw.get("matrix"),
    )


def _params(rows: Any) -> Iterator[tuple[str, str]]:
    for row in _list(rows):
        if isinstance(row, str):
            yield "params.yaml", row
        for file, keys in _mapping(row).items():
            yield from ((str(file), str(key)) for key in _list(keys) or ("",))


def _artifact(name: str, raw: Any) -> Artifact:
    """Format: dvc/annotations.py `ARTIFACT_SCHEMA`."""
    values = _mapping(raw)
    return Artifact(
        name,
        _text(values.get("path")),
        _text(values.get("type")),
        _text(values.get("desc")),
        tuple(map(_text, _list(values.get("labels")))),
        {str(key): _text(value) for key, value in _mapping(values.get("meta")).items()},
    )


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A value as the file has it: texts bare, lists and mappings as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return to_json(value)
