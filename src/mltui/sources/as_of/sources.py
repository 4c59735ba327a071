"""The sources of a workspace as of another time; each as its namesake of now, over the workspace of then."""

from __future__ import annotations

import threading
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from mltui.errors import NotFound, SourceError, UsageError
from mltui.model.as_of import NO_ALIASES, experiments_then
from mltui.model.as_of_history import graph_then, trend_then
from mltui.model.dvc import DvcExperiment, Stage
from mltui.model.lineage.graph import Graph, Lineage, around
from mltui.model.registry import RegisteredModel
from mltui.model.runs import Run
from mltui.model.stage_facts import StageFacts

if TYPE_CHECKING:
    from mltui.model.trend import Between, Regression, Trend
    from mltui.sources.as_of.view import WorkspaceThen
    from mltui.sources.dvc.history.brief import Progress
    from mltui.sources.dvc.history.datasets import DatasetList
    from mltui.sources.lineage.finding import Found
    from mltui.sources.lineage.source import Tell
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace


class LivesThen:
    """Nobody judges whether a run that was RUNNING then still ran."""

    def judged(self, reader: StoreReader, runs: tuple[Run, ...], *, reading: bool = True) -> tuple[Run, ...]:
        return runs


class ExperimentsThen:
    """DVC experiments of then."""

    name = "experiments"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def fingerprint(self) -> Hashable:
        return self._workspace.base.experiments.fingerprint()

    def load(self) -> tuple[DvcExperiment, ...]:
        return experiments_then(self._workspace.base.experiments.load(), self._workspace.as_of.at)


class DatasetsThen:
    """The datasets of the commit of then."""

    name = "datasets"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def load(self, progress: Progress | None = None) -> DatasetList:
        return self._workspace.git_then.datasets(progress)


class ModelsThen:
    """Models of then, of both registries."""

    name = "models"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def fingerprint(self) -> Hashable:
        return self._workspace.base.models.fingerprint()

    def load(self, *, quick: bool = True) -> tuple[RegisteredModel, ...]:
        source = self._workspace.base.models
        return self._workspace.models_of(source.load() if quick else source.load(quick=False))

    def silence(self) -> SourceError | None:
        return self._workspace.base.models.silence()


class LineageThen:
    """The lineage graph of then, made anew for every graph of now."""

    name = "lineage"

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._known: tuple[Graph, Graph] | None = None

    def fingerprint(self) -> Hashable:
        return self._workspace.base.lineage.fingerprint()

    def load(self, tell: Tell | None = None) -> Graph:
        """Raises `SourceError`."""
        return self.of(self._workspace.base.lineage.load(tell))

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

    def found(self, what: str, graph: Graph | None = None) -> Found:
        """As `LineageSource.found`. Raises `UsageError` for what was not there then."""
        from mltui.sources.lineage.finding import find

        base, when = self._workspace.base, self._workspace.as_of.said
        there_then = graph or self.load()
        try:
            found = find(what, there_then, lambda: base.dvc_history.load().graph, base)
        except UsageError:
            found = base.lineage.found(what)
        there = [id for id in (found.id, *found.others) if id in there_then.nodes or self._late(id)]
        if there:
            return replace(found, id=there[0], others=tuple(there[1:]))
        if found.id.startswith("alias:"):
            raise UsageError(f"who held {what} as of {when} is not recorded", NO_ALIASES)
        raise UsageError(f"{what} was not there as of {when}", "it came later: without --at it is here")

    def find(self, what: str) -> str:
        return self.found(what).id

    def around(self, id: str, graph: Graph | None = None) -> Lineage:
        """What hung together with a node then. `graph` as in `LineageSource.found`. Raises `NotFound`."""
        from mltui.sources.lineage.beside import beside

        graph, workspace = graph or self.load(), self._workspace
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


class StageFactsThen:
    """What git and DVC's files told of a stage's last run at the commit of then."""

    def __init__(self, workspace: WorkspaceThen) -> None:
        self._workspace = workspace

    def of(self, stage: Stage, *, rows: bool = True) -> StageFacts:
        """As `StageFactsSource.of`, of a stage of then. Raises `SourceError`."""
        return self._workspace.base.stage_facts.of(stage, rows=rows, at=self._workspace.as_of.commit or "")


class TrendThen:
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
        join: bool = True,
    ) -> Trend:
        found = self._workspace.base.trend.load(metric, runs, run_keys, merged=merged, join=join)
        return trend_then(found, self._workspace.as_of.at)

    def placing(self) -> Hashable:
        return self._workspace.base.trend.placing()

    def keys(self) -> Mapping[str, Collection[str]]:
        return self._workspace.base.trend.keys()

    def subject(self, sha: str) -> str:
        return self._workspace.base.trend.subject(sha)

    def between(self, trend: Trend, regression: Regression) -> Between:
        return self._workspace.base.trend.between(trend, regression)
