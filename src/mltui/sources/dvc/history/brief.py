"""The timelines alone, in a small file: all that a warm ``mltui status`` needs of the history."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.model.dvc import Dataset, DatasetVersion, Gap, Pipeline
from mltui.sources.cachedir import put
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.places import Project, cache_dir

if TYPE_CHECKING:
    from mltui.model.dvc_history import DvcHistory

#: Grows whenever what is kept changes its meaning: an older file is forgotten.
FORMAT = 3


@dataclass(frozen=True, slots=True)
class Timelines:
    """`DvcHistory.versions` and `gaps_of`."""

    versions: Mapping[str, tuple[DatasetVersion, ...]]
    gaps: Mapping[str, tuple[Gap, ...]]

    def of(self, dataset: Dataset) -> Dataset:
        """The same dataset, which knows its history."""
        names = (f"{dataset.path} ({dataset.address})", dataset.path, dataset.path.replace("\\", "/"))
        name = next((each for each in names if each in self.versions or each in self.gaps), dataset.path)
        history = self.versions.get(name, ())
        return replace(dataset, versions=len(history), history=history, gaps=self.gaps.get(name, ()))


class Brief:
    """The timelines of one project's datasets. `history` is asked for the whole history where a ref moved."""

    def __init__(self, project: Project, outs: Sequence[str], history: Callable[[], DvcHistory]) -> None:
        self._project, self._outs, self._history = project, tuple(sorted(outs)), history
        self._known: tuple[str, Timelines] | None = None

    def stand(self) -> bool:
        """Whether the remembered timelines are those of the present refs."""
        return self.remembered() is not None and self._known is not None and self._known[0] == self._key()

    def remembered(self) -> Timelines | None:
        """The last answer, whatever moved since; None if there is none."""
        if self._known is None:
            self._known = _read(self._path)
        return None if self._known is None else self._known[1]

    def load(self) -> Timelines:
        """The present timelines. Raises `SourceError` if git can't tell."""
        if self._project.git_dir is None:
            return Timelines({}, {})
        if not self.stand():
            key, found = self._key(), self._history()
            self._known = key, Timelines(found.versions, found.gaps_of)
            _write(self._path, *self._known)
        return self.remembered() or Timelines({}, {})

    def _key(self) -> str:
        return hashlib.sha256(repr((FORMAT, self._outs, stamp(self._project))).encode()).hexdigest()

    @property
    def _path(self) -> Path:
        return place(self._project, "versions.json")


def stamp(project: Project) -> Hashable:
    """Moves whenever a ref does, or a pack comes: it may bring files that a clone lacked. Stats, and no more."""
    try:
        packs = os.stat(project.common_dir / "objects" / "pack").st_mtime_ns if project.common_dir else 0  # noqa: PTH116
    except OSError:
        packs = 0
    return refs_fingerprint(project), packs


def place(project: Project, name: str) -> Path:
    """A file in the cache of this worktree: linked ones share a cache, and their HEADs are not the same."""
    own = "" if project.git_dir == project.common_dir else f"-{hashlib.sha256(bytes(project.root)).hexdigest()[:8]}"
    stem, dot, suffix = name.partition(".")
    return cache_dir(project) / f"{stem}{own}{dot}{suffix}"


def with_versions(pipeline: Pipeline, found: Timelines | None) -> Pipeline:
    """The same pipeline whose datasets know their history; None: it is still being read."""
    if found is None or not pipeline.datasets:
        return pipeline
    return replace(pipeline, datasets=tuple(map(found.of, pipeline.datasets)))


_VERSION = ("hash", "size", "nfiles", "commit", "author", "time", "refs", "tips", "path")
_GAP = ("path", "commit", "time", "reason")


def _read(path: Path) -> tuple[str, Timelines] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        rows: Iterable[tuple[str, list[Any]]] = document["histories"].items()
        gaps: Iterable[tuple[str, list[Any]]] = document["gaps"].items()
        names = [tuple(names) for names in document["refs"]]
        return document["key"], Timelines(
            {name: tuple(_version(row, names) for row in versions) for name, versions in rows},
            {name: tuple(Gap(*row) for row in each) for name, each in gaps},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None


def _version(row: list[Any], refs: list[tuple[str, ...]]) -> DatasetVersion:
    value, size, nfiles, commit, author, time, there, tips, path = row
    return DatasetVersion(value, size, nfiles, commit, author, time, refs[there], refs[tips], path)


def _write(path: Path, key: str, found: Timelines) -> None:
    """Sets of refs stand once: the versions of a dataset are mostly in the same ones."""
    refs: dict[tuple[str, ...], int] = {}

    def row(one: DatasetVersion) -> list[Any]:
        values = [getattr(one, name) for name in _VERSION]
        return [
            refs.setdefault(value, len(refs)) if name in ("refs", "tips") else value
            for name, value in zip(_VERSION, values, strict=True)
        ]

    document = {
        "key": key,
        "histories": {name: [row(one) for one in versions] for name, versions in found.versions.items()},
        "gaps": {name: [[getattr(one, field) for field in _GAP] for one in each] for name, each in found.gaps.items()},
        "refs": list(refs),
    }
    try:
        put(str(path), json.dumps(document, separators=(",", ":")).encode())
    except OSError:
        return  # a cache that can't be written costs time, nothing else
