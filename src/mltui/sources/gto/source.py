"""`GtoSource`: the models whose registry is tags of git."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from mltui.model.gto import Artifact, GitTag, registered
from mltui.model.registry import RegisteredModel
from mltui.sources.dvc.tree import Tree, find
from mltui.sources.git.refs import refs_fingerprint
from mltui.sources.gto.artifacts import Declared
from mltui.sources.gto.tags import annotated_tags
from mltui.sources.look import looking
from mltui.sources.places import Project
from mltui.sources.runner import Runner


class GtoSource:
    """GTO's models of one project. Git is asked again only when a ref moved; for files when its index did.

    A look lists files anyway, but as of when it was asked for: they may be older than the index is by now.
    """

    name = "gto"

    def __init__(self, project: Project, runner: Runner, listed: Callable[[], Tree] | None = None) -> None:
        self._project, self._runner = project, runner
        self._declared = Declared(project, listed or (lambda: find(project, runner)))
        self._lock = threading.Lock()
        self._files: tuple[str, ...] = ("dvc.yaml",)
        self._files_at: Hashable = _NEVER
        self._tags: tuple[GitTag, ...] = ()
        self._tags_at: Hashable = _NEVER
        self._said: tuple[tuple[GitTag, ...], tuple[Artifact, ...]] | None = None  #: what `_models` were made of
        self._models: tuple[RegisteredModel, ...] = ()

    def fingerprint(self) -> Hashable:
        """Stats of tags and of the dvc.yaml files known; one that nobody told git of is found with the next look."""
        if self._project.server:
            return None
        files = self._declared.files() if looking() else self._files
        return self._refs(), self._index(), files, self._declared.signatures(files)

    def load(self) -> tuple[RegisteredModel, ...]:
        """By name; () where there are none. Raises `SourceError`."""
        if self._project.server:
            return ()
        with self._lock:
            refs, index = self._refs(), self._index()
            if self._tags_at != refs or refs is None:
                self._tags = annotated_tags(self._project, self._runner) if self._project.git_dir else ()
                self._tags_at = refs
            if looking() or self._files_at != index or index is None:
                self._files, self._files_at = self._declared.files(), index
            said = self._tags, self._declared.read(self._files)
            if said != self._said:
                self._said, self._models = said, registered(*said)
            return self._models

    def _refs(self) -> Hashable:
        return refs_fingerprint(self._project, "tags")

    def _index(self) -> Hashable:
        """Git's index and the top directory: with one of them moves which dvc.yaml files there are."""
        marks = []
        for path in (self._project.git_dir and self._project.git_dir / "index", self._project.root):
            try:
                stat = path.stat() if path else None
            except OSError:
                stat = None
            marks.append(stat and (stat.st_ino, stat.st_mtime_ns))
        return tuple(marks)


_NEVER = object()
