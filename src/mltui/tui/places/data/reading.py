"""What the Data place reads besides the parts: how much of versions is in the cache, what their files differ in, what
the remote said. Called in threads; knows no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.data_files import DirectoryChanges, Held
from mltui.model.dvc import Dataset, DatasetVersion
from mltui.model.lineage.graph import Graph
from mltui.model.lineage.uses import Use, uses
from mltui.model.part import Part
from mltui.present.data_changes import few_changes, unlisted
from mltui.present.data_scene import DataScene
from mltui.present.text import Line, Span, Symbols, line, safe

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Comparisons kept: the minute's tick draws what is looked at again.
KEPT = 4


def is_directory(digest: str | None) -> bool:
    """Whether a hash is that of a directory's list of files."""
    return bool(digest) and str(digest).endswith(".dir")


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at: a dataset of the DVC project at `root`. `go_on` is false once somebody looks elsewhere."""

    workspace: Workspace
    root: Path
    dataset: Dataset
    symbols: Symbols
    go_on: Callable[[], bool] = lambda: True


class DataReading:
    """What was found out about versions, until `forget`."""

    def __init__(self) -> None:
        self._held: dict[tuple[Path, str], Held] = {}
        self._changes: dict[tuple[Path, str, str], DirectoryChanges] = {}
        self.troubles: dict[Path, str] = {}  #: what stood in the way when a project's remote was asked last

    def forget(self) -> None:
        """The cache may be another now; what two lists of files differ in stays."""
        self._held.clear()

    def scene(self, looked: Looked, lineage: Part[Graph] | None, now: int) -> DataScene:
        """Everything that is quick to find out about a dataset."""
        graph = lineage.value if lineage else None
        problem = lineage.problem.summary if lineage and lineage.problem and graph is None else ""
        dataset, root = looked.dataset, looked.root
        return DataScene(
            dataset,
            now,
            looked.symbols,
            held=self._quickly(looked),
            remote=looked.workspace.remote.known(root),
            uses=users(graph, dataset) if graph is not None else None,
            no_uses=problem,
            trouble=self.troubles.get(root, ""),
        )

    def _quickly(self, looked: Looked) -> dict[str, Held]:
        """How much of each version the cache holds, but of directories of many files."""
        return looked.workspace.stored.quickly(
            looked.root,
            looked.dataset,
            lambda digest: self.held(looked, digest),
            lambda digest: self._held.get((looked.root, digest)),
        )

    def held(self, looked: Looked, digest: str) -> Held | None:
        """How much of a version the cache holds, every file looked for. Raises `Overtaken`."""
        known = self._held.get((looked.root, digest))
        if known is None:
            known = looked.workspace.stored.as_held(looked.root, digest, looked.go_on)
            if known is not None:
                self._held[looked.root, digest] = known
        return known

    def changes(self, looked: Looked, old: str, new: str) -> DirectoryChanges:
        """What two versions of a directory differ in. Raises `Overtaken`, and `SourceError` without their lists."""
        key = (looked.root, old, new)
        if key not in self._changes:
            found = looked.workspace.stored.changes(looked.root, old, new, looked.go_on)
            while len(self._changes) >= KEPT:
                del self._changes[next(iter(self._changes))]
            self._changes[key] = found
        return self._changes[key]

    def since(self, looked: Looked, former: DatasetVersion | None, version: DatasetVersion | None) -> list[Line]:
        """What became of the files of a directory since the version before, or why nobody can tell; () for a file."""
        if former is None or version is None or not (is_directory(former.hash) and is_directory(version.hash)):
            return []
        try:
            return few_changes(self.changes(looked, former.hash, version.hash), looked.symbols)
        except NotFound:
            return self.lacking(looked, (former.hash, version.hash))
        except SourceError as error:
            return [line(Span(safe(error.summary), "bad"))]

    def lacking(self, looked: Looked, digests: Sequence[str]) -> list[Line]:
        """Which versions have no list of files in the cache, and what brings it."""
        gone = [digest for digest in digests if not looked.workspace.stored.has(looked.root, digest)]
        return unlisted(looked.dataset, gone)


def users(graph: Graph, dataset: Dataset) -> Callable[[DatasetVersion], tuple[Use, ...]]:
    """Who used each version, found out once."""
    found = {version.hash: uses(graph, *_names(dataset, version)) for version in dataset.history}
    return lambda version: found.get(version.hash, ())


def _names(dataset: Dataset, version: DatasetVersion) -> tuple[str, ...]:
    """The ids that a version may have in the graph: by its path now, and by the one it had."""
    paths = dict.fromkeys((dataset.path, version.path or dataset.path))
    return tuple(f"data:{path}@{version.hash}" for path in paths)
