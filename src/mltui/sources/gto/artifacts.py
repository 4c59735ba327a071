"""``artifacts:`` of every dvc.yaml, parsed once for each state of a file.

What was parsed is kept in the cache by the stat of its file: a start where nothing moved parses no YAML.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from mltui.errors import SourceError
from mltui.model.gto import Artifact
from mltui.sources.cachedir import get, keep
from mltui.sources.dvc import readable
from mltui.sources.dvc.declared import declared
from mltui.sources.dvc.stats import RACY, Signer
from mltui.sources.dvc.tree import Tree
from mltui.sources.places import Project, cache_dir
from mltui.sources.port import now_ms

#: Of the cached file's form.
FORM = 1


class Declared:
    """What the dvc.yaml files of one project declare; one that can't be read declares nothing, DVC's part says so."""

    def __init__(self, project: Project, listed: Callable[[], Tree]) -> None:
        self._project, self._listed = project, listed
        self._known: dict[str, tuple[str | None, list[dict[str, Any]]]] | None = None

    def files(self) -> tuple[str, ...]:
        """Every dvc.yaml, relative to the project's root; one at the top whether it is there or not. Asks git."""
        found = (name for name in self._listed().files if name.rpartition("/")[2] == "dvc.yaml")
        return tuple(dict.fromkeys(("dvc.yaml", *found)))

    def signatures(self, files: tuple[str, ...]) -> tuple[str | None, ...]:
        """Of each file; milliseconds."""
        signer = Signer()
        return tuple(signer.one(str(self._project.root / file)) for file in files)

    def read(self, files: tuple[str, ...]) -> tuple[Artifact, ...]:
        """The artifacts of `files`, in order."""
        known = self._recall()
        signer = Signer(now_ms() * 1_000_000)
        now: dict[str, tuple[str | None, list[dict[str, Any]]]] = {}
        for file in files:
            signature = signer.one(str(self._project.root / file))
            former = known.get(file)
            if former is None or former[0] != signature or signature == RACY:
                former = (signature, [asdict(each) for each in _of(self._project.root / file, file)])
            now[file] = former
        if now != known:
            self._known = now
            self._keep(now)
        rows = (row for _, rows in now.values() for row in rows)
        return tuple(Artifact(**{**row, "labels": tuple(row["labels"])}) for row in rows)

    def _recall(self) -> dict[str, tuple[str | None, list[dict[str, Any]]]]:
        if self._known is None:
            self._known = {}
            try:
                kept = json.loads(get(str(self._path())))
                if kept["form"] == FORM and kept["root"] == str(self._project.root):
                    self._known = {name: (signature, rows) for name, (signature, rows) in kept["files"].items()}
            except (OSError, ValueError, RecursionError, LookupError, TypeError, SourceError):
                pass
        return self._known

    def _keep(self, files: Mapping[str, Any]) -> None:
        document = {"form": FORM, "root": str(self._project.root), "files": files}
        try:
            keep(str(self._path()), json.dumps(document, separators=(",", ":")).encode())
        except (OSError, SourceError):
            return  # a cache that can't be written is no cache

    def _path(self) -> Path:
        return cache_dir(self._project) / "artifacts.json"


def _of(path: Path, file: str) -> Iterator[Artifact]:
    try:
        content = readable.bytes_of(path)
    except OSError:
        return
    yield from artifacts_in(content, file)


def artifacts_in(content: bytes, file: str) -> Iterator[Artifact]:
    """What the dvc.yaml `file` declares, of whatever time; nothing if it can't be read."""
    try:
        if b"artifacts" not in content:  # most declare none, and parsing takes its time
            return
        said = declared(content).artifacts
    except ValueError:
        return
    folder = file.rpartition("/")[0]
    for each in said:
        yield replace(each, name=f"{folder}:{each.name}" if folder else each.name, file=file)
