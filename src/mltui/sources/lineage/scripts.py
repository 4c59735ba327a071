"""Which files of a commit the source that MLflow recorded may be: it may have been started anywhere."""

from __future__ import annotations

import posixpath
import re

from mltui.errors import SourceError
from mltui.sources.git.command import git
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: Commits whose trees are listed, at some 5 ms each; of those asked for later HEAD's stands for them.
_MOST = 100


class Scripts:
    """Answers it of a source file at a commit; each tree is listed once, and only names that are asked for are kept."""

    def __init__(self, project: Project, runner: Runner) -> None:
        self._project, self._runner = project, runner
        self._root = project.root.as_posix().rstrip("/")
        self._listed: dict[str, dict[str, frozenset[str]] | None] = {}
        self._names: dict[str, frozenset[str]] = {}

    def __call__(self, commit: str, source: str) -> frozenset[str] | None:
        """Paths from the root, none where git has no such file; None where that can't be told."""
        source = posixpath.normpath(source)
        if source.startswith(f"{self._root}/"):
            return frozenset((source[len(self._root) + 1 :],))
        known = self._tree(commit if commit in self._listed or len(self._listed) < _MOST else "HEAD")
        if known is None:
            return None
        paths = known.get(posixpath.basename(source), frozenset())
        if source.startswith("/") or re.match(r"[A-Za-z]:/", source):  # another clone, wherever it lay
            within = [path for path in paths if source.endswith(f"/{path}")]
            return frozenset([max(within, key=len)] if within else ())
        return frozenset(path for path in paths if path == source or path.endswith(f"/{source}"))

    def _tree(self, commit: str) -> dict[str, frozenset[str]] | None:
        if commit not in self._listed:
            self._listed[commit] = self._read(commit)
        return self._listed[commit]

    def _read(self, commit: str) -> dict[str, frozenset[str]] | None:
        if self._project.git_dir is None:
            return None
        try:
            raw = git(self._project, self._runner, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
        except SourceError:  # trees that a partial clone lacks
            return None
        found: dict[str, list[str]] = {}
        for path in raw.decode(errors="surrogateescape").split("\0"):
            if path.endswith((".py", ".sh", ".R", ".r", ".jl", ".ipynb")):
                found.setdefault(posixpath.basename(path), []).append(path)
        return {name: self._shared(paths) for name, paths in found.items()}

    def _shared(self, paths: list[str]) -> frozenset[str]:
        """Commits that have the same files share them."""
        return self._names.setdefault("\0".join(paths), frozenset(paths))
