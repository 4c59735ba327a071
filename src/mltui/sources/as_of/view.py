"""`WorkspaceThen`: a workspace whose sources answer as of another time. Who reads through it need not know.

The one place where what is there now becomes what was there then: parts on their way to a screen pass `part`, and
whatever places, screens and commands read beside that (a run, a series, a lineage, a trend) they read here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from mltui.config import Config
from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.as_of import NO_ALIASES, AsOf, experiments_then, models_then, runs_then, unended
from mltui.model.as_of_history import git_then, graph_then, history_then, trend_then
from mltui.model.dvc import DvcExperiment
from mltui.model.lineage.graph import Graph, Lineage, around
from mltui.model.merged import order
from mltui.model.part import Part, Problem
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Run, RunTable
from mltui.sources.as_of.git import GitThen
from mltui.sources.as_of.reader import ReaderThen

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.model.git import GitState, History
    from mltui.model.runs import Store
    from mltui.model.trend import Between, Regression, Trend
    from mltui.sources.dvc.history.brief import Progress
    from mltui.sources.dvc.history.datasets import DatasetList
    from mltui.sources.lineage.finding import Found
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.mlflow.sources import PicksSource
    from mltui.sources.sides.differing import Differ
    from mltui.sources.workspace import Workspace

BUG = "a bug in mltui: please report it with what `mltui doctor` says"

Models = tuple[RegisteredModel, ...]


def then(workspace: Workspace, as_of: AsOf) -> Workspace:
    """`workspace`, as of then."""
    return cast("Workspace", WorkspaceThen(workspace, as_of))


class WorkspaceThen:
    """What is not here is the workspace's own. Nothing of then is kept for the next start, and nothing is changed."""

    passing = True

    def __init__(self, workspace: Workspace, as_of: AsOf) -> None:
        self.base, self.as_of = workspace, as_of
        self.config: Config = replace(workspace.config, as_of=as_of.said)
        self.git_then = GitThen(workspace, as_of)
        #: What can't be told of then, by the name of the part; grows as parts are asked for.
        self.unknown: dict[str, tuple[Problem, ...]] = {}
        self._readers: tuple[StoreReader, ReaderThen] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.base, name)

    def problems(self) -> tuple[Problem, ...]:
        """What can't be told of then, of all that was read so far."""
        return tuple(dict.fromkeys(each for some in self.unknown.values() for each in some))

    # Sources

    def reader(self, *, wait: bool = True) -> StoreReader | None:
        """As `Workspace.reader`."""
        return self.of(self.base.reader(wait=wait))

    def of(self, reader: StoreReader | None) -> StoreReader | None:
        """A reader, as of then; of one reader the same."""
        if reader is None:
            return None
        known = self._readers
        if known is None or known[0] is not reader:
            self._readers = known = reader, ReaderThen(reader, self.as_of.at)
        return known[1]

    @cached_property
    def picks(self) -> PicksSource:
        from mltui.sources.mlflow.sources import PicksSource

        return PicksSource(lambda: self.reader(wait=False))

    @cached_property
    def lives(self) -> _Lives:
        return _Lives()

    @cached_property
    def experiments(self) -> _Experiments:
        return _Experiments(self)

    @cached_property
    def datasets(self) -> _Datasets:
        return _Datasets(self)

    @cached_property
    def models(self) -> _Models:
        return _Models(self)

    @cached_property
    def lineage(self) -> _Lineage:
        return _Lineage(self)

    @cached_property
    def trend(self) -> _Trend:
        return _Trend(self)

    @cached_property
    def differ(self) -> Differ:
        from mltui.sources.sides.differing import Differ

        return Differ(cast("Workspace", self))

    # Parts

    def part(self, part: Part[Any]) -> Part[Any]:
        """A part of now as that of then; what stands in the way of that is its problem. May take as long as a first
        look at DVC's history does."""
        make: Callable[[Any], Any] | None = getattr(self, f"_{part.name}", None)
        if part.value is None or make is None:
            return part
        try:
            return replace(part, value=make(part.value))
        except SourceError as error:
            problem = Problem(part.name, error.summary, error.hint, absent=isinstance(error, NotFound))
        except Exception as error:  # as a feed does: one part that fails takes no other with it
            problem = Problem(part.name, f"{type(error).__name__}: {error}", BUG)
        return replace(part, value=None, problem=problem)

    def _git(self, state: GitState) -> GitState:
        return git_then(state, self.as_of.commit)

    def _history(self, history: History) -> History:
        return history_then(history, self.as_of.at, self.git_then.tags())

    def _pipeline(self, pipeline: Pipeline) -> Pipeline:
        return self.git_then.pipeline(pipeline)

    def _experiments(self, experiments: tuple[DvcExperiment, ...]) -> tuple[DvcExperiment, ...]:
        return experiments_then(experiments, self.as_of.at)

    def _stores(self, stores: tuple[Store, ...]) -> tuple[Store, ...]:
        """Their counts are of now."""
        return tuple(replace(store, runs=None, newest=None) for store in stores)

    def _runs(self, table: RunTable) -> RunTable:
        reader = self.base.reader(wait=False)
        runs, hidden = table.runs, frozenset[str]()
        if reader is not None and table.complete:
            hidden = ReaderThen(reader, self.as_of.at).hidden()
            runs = tuple(sorted((*runs, *_deleted(reader, runs, hidden)), key=order))
        unsettled = [run.run_id for run in runs if unended(run, self.as_of.at)]
        written = reader.last_writes(unsettled) if reader is not None and unsettled else {}
        found, self.unknown["runs"] = runs_then(runs, self.as_of.at, hidden=hidden, written=written)
        return replace(table, runs=found)

    def _models(self, models: Models) -> Models:
        ours, self.unknown["models"] = models_then((each for each in models if each.source == "mlflow"), self.as_of.at)
        return ours + self.git_then.gto()

    def _lineage(self, graph: Graph) -> Graph:
        return self.lineage.of(graph)


def _deleted(reader: StoreReader, runs: Sequence[Run], hidden: Collection[str]) -> list[Run]:
    """The runs of the store that are not among `runs`, for they are deleted, or their experiment is."""
    known = {run.run_id: run for run in runs}
    pages = reader.runs(deleted=True, experiments=getattr(reader, "inside", None), known=known)
    every = (run for page in pages for run in page if run.run_id not in known)
    return [run for run in every if run.lifecycle == "deleted" or run.experiment_id in hidden]


class _Lives:
    """Nobody judges whether a run that was RUNNING then still ran."""

    def judged(self, reader: StoreReader, runs: tuple[Run, ...], *, reading: bool = True) -> tuple[Run, ...]:
        return runs


class _Experiments:
    """DVC experiments of then."""

    name = "experiments"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def fingerprint(self) -> Hashable:
        return self._workspace.base.experiments.fingerprint()

    def load(self) -> tuple[DvcExperiment, ...]:
        return experiments_then(self._workspace.base.experiments.load(), self._workspace.as_of.at)


class _Datasets:
    """The datasets of the commit of then."""

    name = "datasets"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def load(self, progress: Progress | None = None) -> DatasetList:
        return self._workspace.git_then.datasets(progress)


class _Models:
    """Models of then, of both registries."""

    name = "models"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def fingerprint(self) -> Hashable:
        return self._workspace.base.models.fingerprint()

    def load(self, *, quick: bool = True) -> Models:
        source = self._workspace.base.models
        return self._workspace._models(source.load() if quick else source.load(quick=False))

    def silence(self) -> SourceError | None:
        return self._workspace.base.models.silence()


class _Lineage:
    """The lineage graph of then, made anew for every graph of now."""

    name = "lineage"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._known: tuple[Graph, Graph] | None = None

    def fingerprint(self) -> Hashable:
        return self._workspace.base.lineage.fingerprint()

    def load(self) -> Graph:
        """Raises `SourceError`."""
        return self.of(self._workspace.base.lineage.load())

    def of(self, graph: Graph) -> Graph:
        """The graph of then, of this one of now."""
        with self._lock:
            if self._known is None or self._known[0] is not graph:
                try:
                    models = self._workspace.models.load()
                except SourceError:
                    models = ()
                self._known = graph, graph_then(graph, models, self._workspace.as_of.at)
            return self._known[1]

    def found(self, what: str) -> Found:
        """As `LineageSource.found`. Raises `UsageError` for what was not there then."""
        from mltui.sources.lineage.finding import find

        base, when = self._workspace.base, self._workspace.as_of.said
        try:
            found = find(what, self.load(), lambda: base.dvc_history.load().graph, base)
        except UsageError:
            found = base.lineage.found(what)
        there = [id for id in (found.id, *found.others) if id in self.load().nodes or self._late(id)]
        if there:
            return replace(found, id=there[0], others=tuple(there[1:]))
        if found.id.startswith("alias:"):
            raise UsageError(f"who held {what} as of {when} is not recorded", NO_ALIASES)
        raise UsageError(f"{what} was not there as of {when}", "it came later: without --at it is here")

    def find(self, what: str) -> str:
        return self.found(what).id

    def around(self, id: str) -> Lineage:
        """What hung together with a node then. Raises `NotFound`."""
        from mltui.sources.lineage.beside import beside

        graph, workspace = self.load(), self._workspace
        if id in graph.nodes:
            return beside(around(graph, id), cast("Workspace", workspace), workspace.reader(wait=False))
        if self._late(id):
            return workspace.base.lineage.around(id)
        why = NO_ALIASES if id.startswith("alias:") else ""
        raise NotFound(f"{id.partition(':')[2]} was not there as of {workspace.as_of.said}", why)

    def _late(self, id: str) -> bool:
        """A commit that nothing hangs on, or a run out of scope: no node of any graph, and there all the same."""
        base, at = self._workspace.base, self._workspace.as_of.at
        if id in base.lineage.load().nodes:
            return False
        if id.startswith("commit:"):
            time = base.dvc_history.load().graph.time.get(id.removeprefix("commit:"))
            return time is not None and time <= at
        return id.startswith("run:") and (base.lineage.around(id).root.time or at + 1) <= at


class _Trend:
    """Trends that end then."""

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def load(
        self,
        metric: str,
        runs: Sequence[Run] | None = None,
        run_keys: Collection[str] = (),
        *,
        merged: bool = False,
    ) -> Trend:
        found = self._workspace.base.trend.load(metric, runs, run_keys, merged=merged)
        return trend_then(found, self._workspace.as_of.at)

    def keys(self) -> Mapping[str, Collection[str]]:
        return self._workspace.base.trend.keys()

    def subject(self, sha: str) -> str:
        return self._workspace.base.trend.subject(sha)

    def between(self, trend: Trend, regression: Regression) -> Between:
        return self._workspace.base.trend.between(trend, regression)
