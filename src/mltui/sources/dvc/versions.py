"""All versions of every dataset over the history of the repository: one a distinct hash.

Read with one ``git log --raw`` and one ``git cat-file --batch``; every blob is parsed once and remembered by its id. As
long as no ref moves, the whole answer is a small file in the cache.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mltui.model.dvc import Dataset, DatasetVersion, Pipeline
from mltui.model.git import FileChanges, FileCommit
from mltui.sources.cachedir import put
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.files import file_changes
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.places import Project, cache_dir
from mltui.sources.runner import Runner

FORMAT = 1

Histories = Mapping[str, tuple[DatasetVersion, ...]]
#: What one blob says: rows of path relative to its file, hash, size, nfiles; for a lock the stage's name before them.
Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One dataset in one commit."""

    path: str
    hash: str
    size: int | None
    nfiles: int | None
    commit: FileCommit


class Versions:
    """The histories of all datasets. `outs` are pipeline outputs that count as datasets."""

    def __init__(self, project: Project, runner: Runner, outs: Sequence[str]) -> None:
        self._project, self._runner, self._outs = project, runner, tuple(sorted(outs))
        self._known: tuple[str, Histories] | None = None

    def stand(self) -> bool:
        """Whether the remembered histories are those of the present refs."""
        return self.remembered() is not None and self._known is not None and self._known[0] == self._key()

    def remembered(self) -> Histories | None:
        """The last answer, whatever moved since; None if there is none."""
        if self._known is None:
            self._known = _read(self._file("versions.json"))
        return None if self._known is None else self._known[1]

    def load(self, pipeline: Pipeline) -> Histories:
        """The histories by dataset path. Raises `SourceError` if git can't tell."""
        if self._project.git_dir is None:
            return {}
        if not self.stand():
            key = self._key()
            specs = [":(glob)**/*.dvc", *([":(glob)**/dvc.lock"] if self._outs else [])]
            changes = file_changes(self._project, self._runner, specs)
            rows = self._rows(changes)
            self._known = key, histories(changes, rows, _folders(pipeline))
            _write(self._file("versions.json"), key, self._known[1])
        return self.remembered() or {}

    def _key(self) -> str:
        seen = (FORMAT, self._outs, refs_fingerprint(self._project))
        return hashlib.sha256(repr(seen).encode()).hexdigest()

    def _file(self, name: str) -> Path:
        return cache_dir(self._project) / name

    def _rows(self, changes: FileChanges) -> dict[str, Rows]:
        """What every blob of the history says; only those never seen are read and parsed."""
        path = self._file("blobs.json")
        known = _blobs(path, self._outs)
        names = {change.new: change.path for commit in changes.commits for change in commit.changes if change.new}
        new = [sha for sha in names if sha not in known]
        if new:
            from mltui.sources.dvc.blocks import LockParser

            parser = LockParser({out.rpartition("/")[2] for out in self._outs})
            with BlobReader(self._project, self._runner) as reader:
                for sha, content in reader.read(new):
                    if content is not None:  # a partial clone may get it later
                        known[sha] = list(rows_of(names[sha], content, self._outs, parser))
            _replace(path, {"format": FORMAT, "outs": self._outs, "blobs": known})
        return known


def rows_of(path: str, content: bytes, outs: Sequence[str], parser: Any) -> Iterator[list[Any]]:
    """The hashed outs in a .dvc file or, as far as they may be among `outs`, in a dvc.lock; none if it is no YAML."""
    from mltui.sources.dvc import readable

    try:
        if path.endswith("dvc.lock"):
            stages = parser.stages(content)
            names = {out.rpartition("/")[2] for out in outs}
            for stage, entry in stages.items():
                for out in readable.entries(entry.get("outs"), ""):
                    if out.hash and out.path.rpartition("/")[2] in names:
                        yield [stage, out.path, out.hash, out.size, out.nfiles]
            return
        found = readable.parse(content)
    except ValueError:
        return
    if isinstance(found, Mapping) and found.get("cmd") is None:
        wdir = str(found.get("wdir") or "")
        for out in readable.entries(found.get("outs"), wdir):
            if out.hash:
                yield [None, out.path, out.hash, out.size, out.nfiles]


def histories(changes: FileChanges, rows: Mapping[str, Rows], folders: Mapping[tuple[str, str], str]) -> Histories:
    """Versions by dataset path: one a distinct hash, by first committer date; `commit` is where it was first seen.

    A .dvc file that was renamed brings its history along. `folders` are the working directories of (dvc.lock, stage).
    """
    first: dict[str, dict[str, Seen]] = {}
    commits = list(changes.commits)
    commits.reverse()  # of commits with one time the older one first
    commits.sort(key=lambda commit: commit.time)
    for commit in commits:
        for source, target in _renames(commit, rows):
            for value, seen in first.get(source, {}).items():
                first.setdefault(target, {}).setdefault(value, seen)
        for seen in _seen(commit, rows, folders):
            first.setdefault(seen.path, {}).setdefault(seen.hash, seen)
    return {path: tuple(_version(seen) for seen in found.values()) for path, found in first.items()}


def _seen(commit: FileCommit, rows: Mapping[str, Rows], folders: Mapping[tuple[str, str], str]) -> Iterator[Seen]:
    for change in commit.changes:
        for stage, path, value, size, nfiles in rows.get(change.new or "", ()):
            folder = change.path.rpartition("/")[0]
            places = {folder} if stage is None else {folder, folders.get((change.path, stage), folder)}
            for place in places:
                yield Seen(_below(place, path), value, size, nfiles, commit)


def _renames(commit: FileCommit, rows: Mapping[str, Rows]) -> Iterator[tuple[str, str]]:
    """Dataset paths of files that one commit removed and added with the same content, where that is unambiguous."""
    gone: dict[str, list[str]] = {}
    come: dict[str, list[str]] = {}
    for change in commit.changes:
        if change.status == "D" and change.old:
            gone.setdefault(change.old, []).append(change.path)
        elif change.status == "A" and change.new:
            come.setdefault(change.new, []).append(change.path)
    for sha, sources in gone.items():
        targets = come.get(sha, [])
        if len(sources) == len(targets) == 1:
            for stage, path, *_ in rows.get(sha, ()):
                if stage is None:
                    pair = [_below(name.rpartition("/")[0], path) for name in (sources[0], targets[0])]
                    yield pair[0], pair[1]


def _below(folder: str, path: str) -> str:
    if not folder or path.startswith("/") or "://" in path:
        return path
    return os.path.normpath(f"{folder}/{path}")


def _version(seen: Seen) -> DatasetVersion:
    commit = seen.commit
    return DatasetVersion(seen.hash, seen.size, seen.nfiles, commit.sha, commit.author, commit.time)


def _folders(pipeline: Pipeline) -> dict[tuple[str, str], str]:
    return {(stage.path.removesuffix("dvc.yaml") + "dvc.lock", stage.name): stage.wdir for stage in pipeline.stages}


def with_versions(pipeline: Pipeline, found: Histories | None) -> Pipeline:
    """The same pipeline whose datasets know their history; None: it is still being read."""
    if found is None or not pipeline.datasets:
        return pipeline
    return replace(pipeline, datasets=tuple(_with(dataset, found) for dataset in pipeline.datasets))


def _with(dataset: Dataset, found: Histories) -> Dataset:
    history = found.get(dataset.path, ())
    return replace(dataset, versions=len(history), history=history)


def _read(path: Path) -> tuple[str, Histories] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        rows: Iterable[tuple[str, list[Any]]] = document["histories"].items()
        return document["key"], {name: tuple(DatasetVersion(*row) for row in versions) for name, versions in rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _write(path: Path, key: str, found: Histories) -> None:
    names = DatasetVersion.__slots__
    rows = {name: [[getattr(one, field) for field in names] for one in versions] for name, versions in found.items()}
    _replace(path, {"key": key, "histories": rows})


def _blobs(path: Path, outs: Sequence[str]) -> dict[str, Rows]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        same = document["format"] == FORMAT and document["outs"] == list(outs)
        return dict(document["blobs"]) if same else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _replace(path: Path, document: Mapping[str, Any]) -> None:
    """Write JSON whole or not at all. A cache that can't be written costs time, nothing else."""
    try:
        put(str(path), json.dumps(document, separators=(",", ":")).encode())
    except OSError:
        return
