"""What a dvc.yaml declares, as far as the join needs it: commands, deps and metrics files. Templates stay as they are.

Format: dvc.org/doc/user-guide/project-structure/dvcyaml-files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mltui.sources.dvc import readable

_METRIC_SUFFIXES = (".json", ".yaml", ".yml", ".toml")


@dataclass(frozen=True, slots=True)
class DeclaredStage:
    """One stage as written, paths from the root. `group`: ``foreach`` or ``matrix``, its stages are ``name@key``."""

    name: str
    cmd: str
    deps: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    wdir: str = ""
    group: bool = False


@dataclass(frozen=True, slots=True)
class Declared:
    """One dvc.yaml. `metrics` are the files it names beside its stages."""

    stages: tuple[DeclaredStage, ...] = ()
    metrics: tuple[str, ...] = ()


NOTHING = Declared()


def declared(content: bytes, folder: str) -> Declared | None:
    """Of a dvc.yaml in `folder`; None if it can't be read."""
    try:
        document = readable.parse(content)
    except ValueError:
        return None
    if not isinstance(document, Mapping):
        return NOTHING
    stages = document.get("stages")
    rows = stages.items() if isinstance(stages, Mapping) else ()
    return Declared(
        tuple(_stage(str(name), raw, folder) for name, raw in rows if isinstance(raw, Mapping)),
        tuple(_paths(document.get("metrics"), folder)),
    )


def _stage(name: str, raw: Mapping[str, Any], folder: str) -> DeclaredStage:
    group = "foreach" in raw or "matrix" in raw
    body = raw.get("do") if isinstance(raw.get("do"), Mapping) else raw
    assert isinstance(body, Mapping)
    wdir = str(body.get("wdir") or "")
    inside = posixpath.normpath(posixpath.join(folder, wdir)) if wdir else folder
    cmd = body.get("cmd")
    return DeclaredStage(
        name,
        "\n".join(map(str, cmd)) if isinstance(cmd, list) else str(cmd or ""),
        tuple(_paths(body.get("deps"), inside)),
        tuple(_paths(body.get("metrics"), inside)),
        "" if inside == "." else inside,
        group,
    )


def _paths(rows: Any, folder: str) -> Iterator[str]:
    return (entry.path for entry in readable.entries(rows, folder))


def is_metrics_file(path: str) -> bool:
    """Whether a file may hold metrics, by its name."""
    return path.endswith(_METRIC_SUFFIXES)


@dataclass(slots=True)
class DeclaredFiles:
    """Parsed dvc.yaml files by (blob id, folder), each once. `read` gives the content of a blob, None if not here."""

    read: Any
    known: dict[tuple[str, str], Declared | None] = field(default_factory=dict)

    def at(self, files: Mapping[str, str]) -> dict[str, Declared | None]:
        """By folder, for the dvc.yaml files of a commit (path: blob id)."""
        wanted = {(blob, posixpath.dirname(path)) for path, blob in files.items()}
        new = sorted({blob for blob, folder in wanted if (blob, folder) not in self.known})
        contents = dict(self.read(new)) if new else {}
        for blob, folder in wanted:
            if (blob, folder) not in self.known:
                content = contents.get(blob)
                self.known[blob, folder] = None if content is None else declared(content, folder)
        return {posixpath.dirname(path): self.known[blob, posixpath.dirname(path)] for path, blob in files.items()}
