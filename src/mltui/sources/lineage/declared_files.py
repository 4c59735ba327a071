"""The dvc.yaml files of many commits, each parsed once."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mltui.sources.dvc.declared import Declared, declared

_METRIC_SUFFIXES = (".json", ".yaml", ".yml", ".toml")


def is_metrics_file(path: str) -> bool:
    """Whether a file may hold metrics, by its name."""
    return path.endswith(_METRIC_SUFFIXES)


@dataclass(slots=True)
class DeclaredFiles:
    """By (blob id, folder), with whole paths; None of one that can't be read.

    `read` gives the content of a blob, None if it is not here.
    """

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
                self.known[blob, folder] = None if content is None else _declared(content, folder)
        return {posixpath.dirname(path): self.known[blob, posixpath.dirname(path)] for path, blob in files.items()}


def _declared(content: bytes, folder: str) -> Declared | None:
    try:
        return declared(content).at(folder)
    except ValueError:
        return None
