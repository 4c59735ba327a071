"""`LineageSource`: everything joined to everything, and what hangs together with one thing.

What the join is made with is imported where it is made: where results were committed is mostly known without it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.lineage.coverage import Coverage, coverage
from mltui.model.lineage.graph import Graph, Lineage, around
from mltui.model.lineage.results import committed_in
from mltui.model.registry import RegisteredModel
from mltui.sources.jobs.told import JobsTold, jobs_mark
from mltui.sources.lineage.kept import keep, recall
from mltui.sources.lineage.results import Results, ResultsIndex

if TYPE_CHECKING:
    from mltui.model.lineage.joining import Joiner
    from mltui.sources.lineage.finding import Found
    from mltui.sources.lineage.reading import PastReader
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

#: Told what is being done, how much of it is done, and of how much (0: nobody knows).
Tell = Callable[[str, int, int], None]


class LineageSource:
    """The join over all runs of the active store in scope, deleted ones too, and the whole history.

    Reads what it can: without a store there are still commits, data and stages.
    """

    name = "lineage"

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.RLock()
        self._past: tuple[Hashable, PastReader] | None = None
        self._known: tuple[Hashable, Graph, Coverage] | None = None
        self._results = ResultsIndex(workspace.project)

    def fingerprint(self) -> Hashable:
        """Moves when a ref, an experiment, the store, the registry or a job does."""
        reader = self._workspace.stores.active()
        store = None if reader is None else (reader.store.uri, reader.fingerprint())
        return self._of_git(), store, self._workspace.models.fingerprint(), jobs_mark(self._workspace)

    def _of_git(self) -> Hashable:
        return self._workspace.dvc_history.fingerprint(), self._workspace.experiments.fingerprint()

    def load(self, tell: Tell | None = None) -> Graph:
        """The whole graph, as it was kept if nothing moved; else `tell` hears of the join. Raises `SourceError` if not
        even git can be read."""
        with self._lock:
            reader = self._reader(wait=True)
            mark = self.fingerprint()
            if self._known is None or self._known[0] != mark:
                refs = self._results_mark()  # of before the join
                found, keeps = recall(self._workspace.project, mark) if self._known is None else None, True
                if found is None:
                    found, whole = self._joined(reader, tell or (lambda *_: None))
                    keeps = whole and not self._workspace.passing
                    if keeps:
                        keep(self._workspace.project, mark, *found)
                    self._let_go()
                self._known = mark, *found
                if reader is not None:  # else it may be there the next time
                    self._results.take(refs, found[0], keep=keeps)
            return self._known[1]

    def results(self, *, join: bool = True) -> Results:
        """Where the results of runs were committed, without reading the graph if no ref moved since the last join.

        `join` where one did; else that is told as it was, and nobody waits. Raises `SourceError` as `load` does.
        """
        found = self._results.of(self._results_mark())
        if join and not found.stands:
            found = Results(committed_in(self.load()), stands=True)
        return found

    def _results_mark(self) -> Hashable:
        reader = self._workspace.stores.active()
        inside = getattr(reader, "inside", None)
        scope = None if inside is None else tuple(sorted(inside))
        return self._of_git(), None if reader is None else (reader.store.uri, scope)

    def results_moves(self) -> Hashable:
        """Another one when a join found anew where the results of runs were committed."""
        return self._results.moves()

    def _let_go(self) -> None:
        """What the graph was made of is of no use any more; the cache gives it again when the store has moved."""
        self._past = None
        self._workspace.dvc_history.let_go()

    def _joined(self, reader: StoreReader | None, tell: Tell) -> tuple[tuple[Graph, Coverage], bool]:
        """The graph with its coverage, and whether everything could be read that it stands on."""
        from mltui.model.lineage.building import build
        from mltui.model.lineage.joining import Joiner

        source = self.past(tell)
        with closing(source):
            joiner = Joiner(source.past)
            if reader is not None:
                _take_in(joiner, reader, JobsTold(self._workspace), tell)
            joined, models = joiner.joined(), self._models()
            graph = build(joined, models or (), source.past)
        return (graph, coverage(joined)), source.whole and models is not None

    def past(self, tell: Tell = lambda *_: None) -> PastReader:
        """What git and DVC say of the past; read again when a ref moved."""
        from mltui.sources.lineage.reading import PastReader

        with self._lock:
            mark = self._of_git()
            if self._past is None or self._past[0] != mark:
                history = self._workspace.dvc_history.load(partial(tell, "reading DVC's files of all commits"))
                self._past = mark, PastReader(self._workspace, history)
            return self._past[1]

    def roots(self) -> list[Path]:
        """DVC's projects here."""
        return [Path(root) for root in self._workspace.dvc_tree().roots]

    def find(self, what: str) -> str:
        """The id of the node that `what` names. Raises `UsageError` with what is near, if it names nothing."""
        return self.found(what).id

    def found(self, what: str, graph: Graph | None = None) -> Found:
        """As `find`, with what else the same word could mean. `graph` is what `load` gave, if that is at hand: asked
        again it may have moved, and be joined anew."""
        from mltui.sources.lineage.finding import find

        return find(what, graph or self.load(), lambda: self.past().history.graph, self._workspace)

    def around(self, id: str, graph: Graph | None = None) -> Lineage:
        """What hangs together with a node; with params, worktree and the words of commits, which `load` leaves out.

        `graph` as in `found`. Raises `NotFound` for a node that is not (or no longer) there.
        """
        from mltui.sources.lineage.beside import beside

        graph = graph or self.load()
        if id not in graph.nodes:
            graph = self._with(id)
        return beside(around(graph, id), self._workspace, self._reader())

    def coverage(self) -> Coverage:
        """How far the runs are joined."""
        with self._lock:
            self.load()
            return self._known[2] if self._known is not None else Coverage()

    def _with(self, id: str) -> Graph:
        """A commit nothing hangs on, or a run out of scope, is a thing all the same."""
        from mltui.model.lineage.building import build
        from mltui.model.lineage.joining import Joiner
        from mltui.model.lineage.naming import commit_node, run_node

        kind, _, name = id.partition(":")
        commits = self.past().history.graph
        if kind == "commit" and name in commits:
            return Graph.of((commit_node(name, commits.time[name]),), ())
        reader = self._reader()
        if kind == "run" and reader is not None:
            with closing(self.past()) as source:
                joiner, run = Joiner(source.past), JobsTold(self._workspace).of(reader.run(name))
                joiner.add(run, reader.inputs(name))
                alone = build(joiner.joined(), (), source.past)
            return alone if id in alone.nodes else Graph.of((run_node(run),), ())
        raise NotFound(f"{name} is not there, or no longer")

    def _reader(self, *, wait: bool = False) -> StoreReader | None:
        """`wait`: a file store or a server is read to its end, if that was not done before."""
        with suppress(SourceError):  # the stores' own part says it
            return self._workspace.stores.reader(quick=not wait)
        return None

    def _models(self) -> tuple[RegisteredModel, ...] | None:
        """None if they could not be read now."""
        try:
            return self._workspace.models.load()
        except NotFound:
            return ()
        except SourceError:
            return None


def _take_in(joiner: Joiner, reader: StoreReader, jobs: JobsTold, tell: Tell) -> None:
    from mltui.model.filters import Needs

    inputs = reader.facts(Needs(inputs=True, sources=True)).inputs
    inside = getattr(reader, "inside", None)
    every = (run for page in reader.runs(deleted=True, experiments=inside) for run in page)
    for done, run in enumerate(every, start=1):
        joiner.add(jobs.of(run), inputs.get(run.run_id, ()))
        tell("joining runs", done, 0)
