"""`LineageSource`: everything joined to everything, and what hangs together with one thing."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from contextlib import suppress
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.filters import Needs
from mltui.model.lineage.building import build
from mltui.model.lineage.coverage import Coverage, coverage
from mltui.model.lineage.graph import Graph, Lineage, around
from mltui.model.lineage.joining import Joined, Joiner
from mltui.model.lineage.naming import run_node
from mltui.model.registry import RegisteredModel
from mltui.sources.lineage.beside import beside
from mltui.sources.lineage.finding import Found, find
from mltui.sources.lineage.reading import PastReader

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

_INPUTS = Needs(inputs=True, sources=True)


class LineageSource:
    """The join over all runs of the active store in scope, deleted ones too, and the whole history.

    Reads what it can: without a store there are still commits, data and stages.
    """

    name = "lineage"

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.RLock()
        self._past: tuple[Hashable, PastReader] | None = None
        self._known: tuple[Hashable, Graph] | None = None
        self._joined: tuple[Joined, ...] = ()

    def fingerprint(self) -> Hashable:
        """Moves when a ref, an experiment, the store or the registry does."""
        reader = self._workspace.stores.active()
        store = None if reader is None else (reader.store.uri, reader.fingerprint())
        return self._of_git(), store, self._workspace.models.fingerprint()

    def _of_git(self) -> Hashable:
        return self._workspace.dvc_history.fingerprint(), self._workspace.experiments.fingerprint()

    def load(self) -> Graph:
        """The whole graph. Raises `SourceError` if not even git can be read."""
        with self._lock:
            mark = self.fingerprint()
            if self._known is None or self._known[0] != mark:
                past = self.past().past
                joiner, reader = Joiner(past), self._reader()
                if reader is not None:
                    _take_in(joiner, reader)
                self._joined = joiner.joined()
                self._known = mark, build(self._joined, self._models(), past)
            return self._known[1]

    def past(self) -> PastReader:
        """What git and DVC say of the past; read again when a ref moved."""
        with self._lock:
            mark = self._of_git()
            if self._past is None or self._past[0] != mark:
                self._past = mark, PastReader(self._workspace, self._workspace.dvc_history.load())
            return self._past[1]

    def find(self, what: str) -> str:
        """The id of the node that `what` names. Raises `UsageError` with what is near, if it names nothing."""
        return self.found(what).id

    def found(self, what: str) -> Found:
        """As `find`, with what else the same word could mean."""
        return find(what, self.load(), self.past().history.graph, self._workspace)

    def around(self, id: str) -> Lineage:
        """What hangs together with a node; with params, worktree and the words of commits, which `load` leaves out.

        Raises `NotFound` for a node that is not (or no longer) there.
        """
        graph = self.load()
        if id not in graph.nodes:
            graph = self._with(id, graph)
        return beside(around(graph, id), self._workspace, self._reader())

    def coverage(self) -> Coverage:
        """How far the runs are joined."""
        with self._lock:
            self.load()
            return coverage(self._joined)

    def _with(self, id: str, graph: Graph) -> Graph:
        """A commit nothing hangs on, or a run out of scope, is a thing all the same."""
        from mltui.model.lineage.naming import commit_node

        kind, _, name = id.partition(":")
        commits = self.past().history.graph
        if kind == "commit" and name in commits:
            return Graph.of((commit_node(name, commits.time[name]),), ())
        reader = self._reader()
        if kind == "run" and reader is not None:
            joiner, run = Joiner(self.past().past), reader.run(name)
            joiner.add(run, reader.inputs(name))
            alone = build(joiner.joined(), (), self.past().past)
            return alone if id in alone.nodes else Graph.of((run_node(run),), ())
        raise NotFound(f"{name} is not there, or no longer")

    def _reader(self) -> StoreReader | None:
        with suppress(SourceError):  # the stores' own part says it
            return self._workspace.stores.reader(quick=True)
        return None

    def _models(self) -> tuple[RegisteredModel, ...]:
        with suppress(SourceError):
            return self._workspace.models.load()
        return ()


def _take_in(joiner: Joiner, reader: StoreReader) -> None:
    inputs = reader.facts(_INPUTS).inputs
    inside = getattr(reader, "inside", None)
    for page in reader.runs(deleted=True, experiments=inside):
        for run in page:
            joiner.add(run, inputs.get(run.run_id, ()))
