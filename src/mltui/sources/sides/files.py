"""The files of a commit or of the worktree, read in one way: {path: id}, and content by those ids."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mltui.errors import SourceError
from mltui.sources.dvc.experiment_values import Blobs, tree_of
from mltui.sources.git.blobs import BlobReader
from mltui.sources.git.command import git
from mltui.sources.places import Project
from mltui.sources.regular import LARGEST_BYTES
from mltui.sources.runner import Runner


@dataclass(frozen=True, slots=True)
class Files:
    """Files by path with the ids that `blobs` knows them by. `commit` is the full sha, None for the worktree."""

    ids: Mapping[str, str]
    blobs: Blobs
    commit: str | None = None

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The content of those that are there, of at most 32 MB each (no person or tool of ours writes more)."""
        wanted = [path for path in dict.fromkeys(paths) if path in self.ids]
        contents = dict(self.blobs.read(list(dict.fromkeys(self.ids[path] for path in wanted))))
        found = {path: contents.get(self.ids[path]) for path in wanted}
        return {
            path: content for path, content in found.items() if content is not None and len(content) <= LARGEST_BYTES
        }

    def named(self, *names: str) -> list[str]:
        """The paths whose last part is one of `names`."""
        return [path for path in self.ids if path.rpartition("/")[2] in names]


def of_commit(project: Project, runner: Runner, sha: str) -> Files:
    """The files of a commit. Raises `SourceError` if its tree can't be read (a clone without trees)."""
    listing = git(project, runner, "ls-tree", "-r", "-z", "--full-tree", sha)
    return Files(tree_of(listing), BlobReader(project, runner), sha)


def of_worktree(project: Project, runner: Runner) -> Files:
    """The files of the worktree: those that git tracks and those it does not ignore, as they are on disk.

    Without git there is none but DVC's own and what they name.
    """
    names: list[str] = []
    if project.git_dir is not None:
        listed = git(project, runner, "ls-files", "-z", "-c", "-o", "--exclude-standard", "--full-name", ":/")
        names = [os.fsdecode(name) for name in listed.split(b"\0") if name]
    return Files(dict(zip(names, names, strict=True)), _Disk(project), None)


def untracked(project: Project, runner: Runner, most: int = 1000) -> list[str]:
    """Files of the worktree that git neither tracks nor ignores, at most so many."""
    if project.git_dir is None:
        return []
    try:
        listed = git(project, runner, "ls-files", "-z", "-o", "--exclude-standard", "--full-name", ":/")
    except SourceError:
        return []
    return [os.fsdecode(name) for name in listed.split(b"\0") if name][:most]


@dataclass(frozen=True, slots=True)
class _Disk:
    """Gives files of the worktree by their paths."""

    project: Project

    def read(self, shas: Sequence[str]) -> Iterator[tuple[str, bytes | None]]:
        for path in shas:
            yield path, self._content(path)

    def _content(self, path: str) -> bytes | None:
        whole = self.project.root / path
        try:
            found = whole.stat()
            # a pipe would keep its reader for ever
            return whole.read_bytes() if stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_BYTES else None
        except OSError:
            return None
