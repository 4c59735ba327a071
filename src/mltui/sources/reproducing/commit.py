"""The files of one commit, and what DVC's among them say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mltui.model.dvc import Entry
from mltui.sources.dvc import readable
from mltui.sources.dvc.experiment_values import tree_of
from mltui.sources.dvc.readable import joined
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import git
from mltui.sources.places import Project
from mltui.sources.runner import Runner


@dataclass(frozen=True, slots=True)
class Tracked:
    """Data that DVC tracks at a commit: `file` is the .dvc file or dvc.lock that says so."""

    entry: Entry
    file: str

    @property
    def is_locked(self) -> bool:
        return self.file.endswith("dvc.lock")


class CommitFiles:
    """One commit of one project. Blobs are read when they are asked for, each once."""

    def __init__(self, project: Project, runner: Runner, sha: str) -> None:
        self.sha = sha
        self._project, self._runner = project, runner
        self._read: dict[str, bytes | None] = {}

    @cached_property
    def blobs(self) -> Mapping[str, str]:
        """Blob ids by path. Raises `SourceError` if the tree can't be read (a clone without trees)."""
        raw = git(self._project, self._runner, "ls-tree", "-r", "-z", "--full-tree", self.sha)
        return tree_of(raw)

    def content(self, path: str) -> bytes | None:
        """What a file holds; None if there is none, or it is not in this clone."""
        return self.contents((path,)).get(path)

    def contents(self, paths: Iterable[str]) -> Mapping[str, bytes]:
        """What those of `paths` hold that are there, at most 32 MB each (`readable.LARGEST_BYTES`)."""
        wanted = {path: self.blobs[path] for path in paths if path in self.blobs}
        new = [blob for blob in dict.fromkeys(wanted.values()) if blob not in self._read]
        if new:
            with BlobReader(self._project, self._runner) as reader:
                self._read.update(reader.read(new))
        found = {path: self._read[blob] for path, blob in wanted.items()}
        return {path: data for path, data in found.items() if data is not None and len(data) < readable.LARGEST_BYTES}

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The DVC projects, relative to the top ("" is that itself), outer ones first."""
        found = (path.removesuffix(".dvc/config").rstrip("/") for path in self.blobs if _is_config(path))
        return tuple(sorted(found))

    def root_of(self, path: str) -> str:
        """The innermost DVC project around a path."""
        return max((root for root in self.roots if not root or path.startswith(f"{root}/")), key=len, default="")

    @cached_property
    def tracked(self) -> Mapping[str, Tracked]:
        """Data by path: outs of .dvc files and of every dvc.lock. What git keeps (``cache: false``) is none."""
        files = [path for path in self.blobs if path.endswith(".dvc") or path.rpartition("/")[2] == "dvc.lock"]
        found: dict[str, Tracked] = {}
        for file, content in self.contents(files).items():
            for entry in outs_of(file, content, self.wdirs):
                inside = not entry.path.startswith(("/", "../")) and "://" not in entry.path
                if entry.cached and inside and entry.path not in self.blobs:
                    found.setdefault(entry.path, Tracked(entry, file))
        return found

    @cached_property
    def declared(self) -> Mapping[str, Mapping[str, Any]]:
        """What each dvc.yaml holds, by its path; {} of one that can't be read."""
        files = [path for path in self.blobs if path.rpartition("/")[2] == "dvc.yaml"]
        return {file: parsed(content) for file, content in self.contents(files).items()}

    @cached_property
    def made(self) -> frozenset[str]:
        """Every path that a stage makes, metrics and plots among them, whether DVC or git keeps it."""
        locks = [path for path in self.blobs if path.rpartition("/")[2] == "dvc.lock"]
        found = {out.path for file, text in self.contents(locks).items() for out in outs_of(file, text, self.wdirs)}
        for file, content in self.declared.items():
            stages = content.get("stages")
            for stage in stages.values() if isinstance(stages, Mapping) else ():
                body = stage.get("do", stage) if isinstance(stage, Mapping) else {}
                for kind in ("outs", "metrics", "plots") if isinstance(body, Mapping) else ():
                    wdir = joined(file.rpartition("/")[0], str(body.get("wdir") or ""))
                    found |= {out.path for out in readable.entries(body.get(kind), wdir)}
        return frozenset(found)

    @cached_property
    def wdirs(self) -> Mapping[tuple[str, str], str]:
        """The working directories that stages name, by dvc.lock and stage."""
        found: dict[tuple[str, str], str] = {}
        for file, content in self.declared.items():
            stages = content.get("stages")
            for name, stage in stages.items() if isinstance(stages, Mapping) else ():
                body = stage.get("do", stage) if isinstance(stage, Mapping) else {}
                if isinstance(body, Mapping) and isinstance(body.get("wdir"), str) and "${" not in body["wdir"]:
                    found[file.removesuffix("yaml") + "lock", str(name)] = body["wdir"]
        return found


def parsed(content: bytes) -> Mapping[str, Any]:
    """A YAML mapping; {} where it is none."""
    try:
        found = readable.parse(content)
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def outs_of(file: str, content: bytes, wdirs: Mapping[tuple[str, str], str]) -> Iterator[Entry]:
    """The outs that a .dvc file or a dvc.lock names, with paths from the project's top."""
    found, folder = parsed(content), file.rpartition("/")[0]
    if not file.endswith("dvc.lock"):
        yield from readable.entries(found.get("outs"), joined(folder, str(found.get("wdir") or "")))
        return
    for name, stage in readable.lock_stages(found).items():
        wdir = wdirs.get((file, name), wdirs.get((file, name.partition("@")[0]), ""))
        yield from readable.entries(stage.get("outs"), joined(folder, wdir))


def _is_config(path: str) -> bool:
    return path == ".dvc/config" or path.endswith("/.dvc/config")
