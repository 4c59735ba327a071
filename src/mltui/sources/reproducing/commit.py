"""The files of one commit, and what DVC's among them say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mltui.model.dvc import Entry
from mltui.sources.dvc import readable
from mltui.sources.dvc.declared import NOTHING, Declared, declared_or_nothing
from mltui.sources.dvc.experiment_values import tree_of
from mltui.sources.dvc.recorded import LockedStage, lock_stages, locked_stage, stage_file
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import git
from mltui.sources.places import Project
from mltui.sources.regular import LARGEST_BYTES
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
        """What those of `paths` hold that are there, at most 32 MB each (`LARGEST_BYTES`)."""
        wanted = {path: self.blobs[path] for path in paths if path in self.blobs}
        new = [blob for blob in dict.fromkeys(wanted.values()) if blob not in self._read]
        if new:
            with BlobReader(self._project, self._runner) as reader:
                self._read.update(reader.read(new))
        found = {path: self._read[blob] for path, blob in wanted.items()}
        return {path: data for path, data in found.items() if data is not None and len(data) < LARGEST_BYTES}

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
            for entry in self.outs_of(file, content):
                inside = not entry.path.startswith(("/", "../")) and "://" not in entry.path
                if entry.cached and inside and entry.path not in self.blobs:
                    found.setdefault(entry.path, Tracked(entry, file))
        return found

    @cached_property
    def declared(self) -> Mapping[str, Declared]:
        """What each dvc.yaml declares, by its path; nothing of one that can't be read."""
        files = [path for path in self.blobs if path.rpartition("/")[2] == "dvc.yaml"]
        return {file: declared_or_nothing(content) for file, content in self.contents(files).items()}

    @cached_property
    def made(self) -> frozenset[str]:
        """Every path that a stage makes, metrics and plots among them, whether DVC or git keeps it."""
        locks = [path for path in self.blobs if path.rpartition("/")[2] == "dvc.lock"]
        found = {out.path for file, text in self.contents(locks).items() for out in self.outs_of(file, text)}
        for file, said in self.declared.items():
            stages = said.at(file.rpartition("/")[0]).stages.values()
            found |= {out.path for stage in stages for out in stage.made}
        return frozenset(found)

    def locked(self, file: str, content: bytes) -> Iterator[tuple[str, LockedStage]]:
        """The stages of a dvc.lock by name; none of one that can't be read."""
        folder, said = file.rpartition("/")[0], self.declared.get(file.removesuffix("lock") + "yaml", NOTHING)
        for name, raw in lock_stages(parsed(content)).items():
            stage = said.of(name)
            known = stage is not None and "${" not in stage.wdir
            yield name, locked_stage(raw, stage.place(folder) if stage and known else folder)

    def outs_of(self, file: str, content: bytes) -> Iterator[Entry]:
        """The outs that a .dvc file or a dvc.lock names, with paths from the project's top."""
        if not file.endswith("dvc.lock"):
            yield from stage_file(parsed(content), file.rpartition("/")[0]).outs
            return
        for _, stage in self.locked(file, content):
            yield from stage.outs


def parsed(content: bytes) -> Any:
    """The values of a YAML file; {} where it is none."""
    try:
        return readable.parse(content)
    except ValueError:
        return {}


def _is_config(path: str) -> bool:
    return path == ".dvc/config" or path.endswith("/.dvc/config")
