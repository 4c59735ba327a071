"""Histories of DVC's files made in memory: commits with what each of their files says, as git would tell them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mltui.model.dvc_history import CommitGraph, DvcHistory
from mltui.model.git import FileChange, FileCommit, Ref
from mltui.sources.dvc.history.blobs import Blobs
from mltui.sources.dvc.history.making import history_of
from mltui.sources.dvc.history.walk import Walk
from mltui.sources.git.graph import children_first


def tracking(value: str | None, path: str = "x.csv", **more: object) -> str:
    """A .dvc file."""
    rows = [f"  {key}: {each}" for key, each in more.items()]
    return "\n".join(["outs:", f"- path: {path}", *([f"  md5: {value}"] if value else []), *rows, ""])


def lock(**stages: str) -> str:
    """A dvc.lock whose stages have one out each: ``stage="path hash"``."""
    rows = ["schema: '2.0'", "stages:"]
    for name, said in stages.items():
        path, value = said.split()
        rows += [f"  {name}:", f"    cmd: make {name}", "    outs:", f"    - path: {path}", f"      md5: {value}"]
    return "\n".join([*rows, ""])


@dataclass
class Made:
    """A history that grows commit by commit. A content None is a file whose blob is not in this clone."""

    trees: dict[str, dict[str, str | None]] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    refs: list[Ref] = field(default_factory=list)

    def commit(self, sha: str, files: Mapping[str, str | None], *parents: str, time: int | None = None) -> str:
        """A commit whose tree is `files`."""
        self.trees[sha], self.parents[sha] = dict(files), parents
        self.times[sha] = 10 * len(self.trees) if time is None else time
        return sha

    def ref(self, name: str, sha: str, kind: str = "branch") -> None:
        self.refs.append(Ref(kind, name, sha))  # type: ignore[arg-type]

    def history(self, outs: Sequence[str] = (), cut: Sequence[str] = (), problem: str = "") -> DvcHistory:
        """What mltui makes of it."""
        return history_of(self.walked(cut, problem), self.blobs(), tuple(self.refs), outs)

    def blobs(self) -> Blobs:
        """Every content, read."""
        blobs = Blobs({}, [], {})
        contents = {content: self.path_of(content) for tree in self.trees.values() for content in tree.values()}
        read = [(blob_of(content, path), content.encode()) for content, path in contents.items() if content is not None]
        blobs.add(read, {blob: contents[content.decode()] for blob, content in read})
        return blobs

    def walked(self, cut: Sequence[str] = (), problem: str = "") -> Walk:
        return Walk(self.graph(cut), tuple(reversed([self._changes(sha) for sha in self.trees])), problem)

    def graph(self, cut: Sequence[str] = ()) -> CommitGraph:
        newest = {sha: self.parents[sha] for sha in sorted(self.parents, key=lambda sha: -self.times[sha])}
        return CommitGraph({sha: newest[sha] for sha in children_first(newest)}, self.times, frozenset(cut))

    def path_of(self, content: str | None) -> str:
        return next(path for tree in self.trees.values() for path, each in tree.items() if each == content)

    def _changes(self, sha: str) -> FileCommit:
        """As ``git log --raw -m`` has it: against each parent, alike ones once."""
        tree = self.trees[sha]
        found: dict[FileChange, None] = {}
        for before in [self.trees[parent] for parent in self.parents[sha]] or [{}]:
            for path in sorted(tree.keys() | before.keys()):
                old = blob_of(before[path], path) if path in before else None
                new = blob_of(tree[path], path) if path in tree else None
                if old != new:
                    found[FileChange("D" if new is None else "A" if old is None else "M", old, new, path)] = None
        return FileCommit(sha, f"author of {sha}", "", self.times[sha], self.times[sha], tuple(found))


def blob_of(content: str | None, path: str) -> str:
    return f"gone {path}" if content is None else hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()
