"""The timelines alone, in a small file: all that a warm ``mltui status`` or ``mltui data`` needs of the history."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mltui.model.dvc import Dataset, DatasetVersion, Entry, Gap, Pipeline
from mltui.sources.cachedir import get, keep
from mltui.sources.dvc.history.reach import chosen
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.places import Project, cache_dir

if TYPE_CHECKING:
    from mltui.model.dvc_history import DvcFiles, DvcHistory

#: Told how many files of how many are parsed.
Progress = Callable[[int, int], None]

#: Grows whenever what is kept changes its meaning: an older file is forgotten.
FORMAT = 6


@dataclass(frozen=True, slots=True)
class Brief:
    """What `DvcHistory` says of datasets. `head` are those of the commit HEAD is at: name -> (file, entry)."""

    versions: Mapping[str, tuple[DatasetVersion, ...]]
    gaps_of: Mapping[str, tuple[Gap, ...]]
    gaps: tuple[Gap, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    shared: Collection[str] = ()
    head: Mapping[str, tuple[str, Entry]] = field(default_factory=dict)
    head_gaps: tuple[Gap, ...] = ()
    head_files: Mapping[str, str] = field(default_factory=dict)

    @property
    def at_head(self) -> DvcFiles:
        """What HEAD's .dvc files say, and its pipeline outputs that are datasets, as if they were such."""
        from mltui.model.dvc_history import DvcFiles

        tracked = {name: entry for name, (_, entry) in self.head.items()}
        return DvcFiles(tracked, {}, gaps=self.head_gaps, files={name: file for name, (file, _) in self.head.items()})

    def of(self, dataset: Dataset) -> Dataset:
        """The same dataset, which knows its history."""
        names = (f"{dataset.path} ({dataset.address})", dataset.path, dataset.path.replace("\\", "/"))
        name = next((each for each in names if each in self.versions or each in self.gaps_of), dataset.path)
        history = self.versions.get(name, ())
        return replace(dataset, versions=len(history), history=history, gaps=self.gaps_of.get(name, ()))


class BriefSource:
    """The brief history of one project. `history` is asked for the whole one where a ref moved, and `let_go` of it when
    it is no longer needed. Safe for threads."""

    def __init__(
        self,
        project: Project,
        outs: Sequence[str],
        history: Callable[[Progress | None], DvcHistory],
        let_go: Callable[[], object] = lambda: None,
    ) -> None:
        self._project, self._outs, self._history, self._let_go = project, tuple(sorted(outs)), history, let_go
        self._lock = threading.RLock()
        self._known: tuple[str, Brief] | None = None

    def stand(self) -> bool:
        """Whether what is remembered is of the present refs."""
        with self._lock:
            return self.remembered() is not None and self._known is not None and self._known[0] == self._key()

    def remembered(self) -> Brief | None:
        """The last answer, whatever moved since; None if there is none."""
        with self._lock:
            if self._known is None:
                self._known = _read(self._path)
            return None if self._known is None else self._known[1]

    def load(self, progress: Progress | None = None) -> Brief:
        """The present one. Raises `SourceError` if git can't tell."""
        if self._project.git_dir is None:
            return Brief({}, {})
        with self._lock:
            if not self.stand():
                key = self._key()
                self._known = key, brief_of(self._history(progress), self._outs)
                self._let_go()
                if any(not gap.path and not gap.commit for gap in self._known[1].gaps):
                    return self._known[1]  # not read to its end: next time it may be
                with suppress(OSError):  # a cache that can't be written costs time, nothing else
                    keep(str(self._path), json.dumps(_document(*self._known), separators=(",", ":")).encode())
            return self.remembered() or Brief({}, {})

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


def with_versions(pipeline: Pipeline, found: Brief | None) -> Pipeline:
    """The same pipeline whose datasets know their history; None: it is still being read."""
    if found is None or not pipeline.datasets:
        return pipeline
    return replace(pipeline, datasets=tuple(map(found.of, pipeline.datasets)))


def brief_of(history: DvcHistory, outs: Collection[str]) -> Brief:
    """What a history says of datasets. `outs` are pipeline outputs that count as such."""
    files = history.at(history.head)
    head: dict[str, tuple[str, Entry]] = {}
    if files is not None:
        head.update((name, (files.files[name], entry)) for name, entry in files.tracked.items())
        for key, stage in files.locked.items() if outs else ():
            head.update((out.path, (key.address, out)) for out in stage.outs if out.path in outs)
    return Brief(
        history.versions,
        history.gaps_of,
        history.gaps,
        history.moved,
        history.files,
        history.shared,
        head,
        files.gaps if files is not None else (),
        history.head_files,
    )


_VERSION = ("hash", "size", "nfiles", "commit", "author", "time", "refs", "tips", "path")
_GAP = ("path", "commit", "time", "reason")
_ENTRY = ("path", "hash", "size", "nfiles", "cached")


def _read(path: Path) -> tuple[str, Brief] | None:
    try:
        document = json.loads(get(str(path)))
        refs = [tuple(chosen(document["names"], int(mask, 16))) for mask in document["refs"]]
        gaps = [Gap(*row) for row in document["gaps"]]
        return document["key"], Brief(
            {name: tuple(_version(row, refs) for row in rows) for name, rows in document["histories"].items()},
            {name: tuple(gaps[at] for at in places) for name, places in document["gaps_of"].items()},
            tuple(gaps),
            document["moved"],
            document["files"],
            frozenset(document["shared"]),
            {name: (file, Entry(*row)) for name, file, *row in document["head"]},
            tuple(gaps[at] for at in document["head_gaps"]),
            document["head_files"],
        )
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError):
        return None


def _version(row: list[Any], refs: list[tuple[str, ...]]) -> DatasetVersion:
    value, size, nfiles, commit, author, time, there, tips, path = row
    return DatasetVersion(value, size, nfiles, commit, author, time, refs[there], refs[tips], path)


def _document(key: str, found: Brief) -> dict[str, Any]:
    """Gaps and sets of refs stand once: the versions of a dataset are mostly in the same ones."""
    refs: dict[tuple[str, ...], int] = {}
    gaps: dict[Gap, int] = {}

    def row(one: DatasetVersion) -> list[Any]:
        *values, there, tips, path = _values(one, _VERSION)
        return [*values, refs.setdefault(there, len(refs)), refs.setdefault(tips, len(refs)), path]

    def places(each: Collection[Gap]) -> list[int]:
        return [gaps.setdefault(gap, len(gaps)) for gap in each]

    places(found.gaps)
    return {
        "key": key,
        "histories": {name: [row(one) for one in versions] for name, versions in found.versions.items()},
        "gaps_of": {name: places(each) for name, each in found.gaps_of.items()},
        "moved": dict(found.moved),
        "files": dict(found.files),
        "shared": sorted(found.shared),
        "head": [[name, file, *_values(entry, _ENTRY)] for name, (file, entry) in found.head.items()],
        "head_gaps": places(found.head_gaps),
        "head_files": dict(found.head_files),
        "gaps": [_values(gap, _GAP) for gap in gaps],
        "names": list(names := dict.fromkeys(name for each in refs for name in each)),
        "refs": [_mask(each, names) for each in refs],
    }


def _mask(some: Collection[str], names: Collection[str]) -> str:
    """Which of the names there are, as hexadecimal digits: in thousands of tags that is a tenth of their names."""
    there = frozenset(some)
    bits = "".join("1" if name in there else "0" for name in names)
    return f"{int(bits[::-1] or '0', 2):x}"


def _values(item: object, names: Sequence[str]) -> list[Any]:
    return [getattr(item, name) for name in names]
