"""A reader of a shared store that knows which of its experiments are this project's."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from mltui.model.columns import Pick
from mltui.model.part import Problem
from mltui.model.runs import Experiment, LoggedModel, Measured, MetricPoint, Run, RunInput, Store
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.reader import Keys, StoreReader

if TYPE_CHECKING:
    from mltui.model.filters import Facts, Needs
    from mltui.model.registry import RegisteredModel


class ScopedReader:
    """A reader whose experiments say whether they are in scope, and whose models have a version in scope.

    `runs` is asked for experiments by its callers: looking outside the scope is a choice (``*``), no mistake. `nothing`
    says why the scope is empty.
    """

    def __init__(self, reader: StoreReader, inside: frozenset[str], problem: Problem | None = None) -> None:
        self._reader = reader
        self.inside = inside
        self.nothing = problem

    @property
    def store(self) -> Store:
        return self._reader.store

    def fingerprint(self) -> Hashable:
        return self._reader.fingerprint(), self.inside

    def experiments(self) -> tuple[Experiment, ...]:
        return tuple(replace(one, in_scope=one.experiment_id in self.inside) for one in self._reader.experiments())

    def runs(
        self,
        *,
        deleted: bool = False,
        experiments: Collection[str] | None = None,
        limit: int | None = None,
        metrics: Keys = None,
        params: Keys = None,
        tags: Keys = None,
        known: Mapping[str, Run] | None = None,
    ) -> Iterator[tuple[Run, ...]]:
        return self._reader.runs(
            deleted=deleted,
            experiments=experiments,
            limit=limit,
            metrics=metrics,
            params=params,
            tags=tags,
            known=known,
        )

    def measured(self, key: str, experiments: Collection[str] | None = None) -> Sequence[Measured]:
        return self._reader.measured(key, experiments)

    def run(self, run_id: str) -> Run:
        return self._reader.run(run_id)

    def inputs(self, run_id: str) -> tuple[RunInput, ...]:
        return self._reader.inputs(run_id)

    def facts(self, needs: Needs) -> Facts:
        return self._reader.facts(needs)

    def logged_models(self, run_id: str) -> tuple[LoggedModel, ...]:
        return self._reader.logged_models(run_id)

    def traces(self, run_id: str) -> int | None:
        return self._reader.traces(run_id)

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        return self._reader.series(run_id, key, limit)

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        return self._reader.columns(run_id, key, former)

    def metric_keys(self) -> tuple[str, ...]:
        return self._reader.metric_keys()

    def picks(self, key: str, pick: Pick, of: int, run_ids: Collection[str]) -> Mapping[str, float | None]:
        return self._reader.picks(key, pick, of, run_ids)

    def keys(self, table: Literal["params", "tags"]) -> tuple[str, ...]:
        return self._reader.keys(table)

    def models(self) -> tuple[RegisteredModel, ...]:
        """Models with a version whose run is in scope, and of their versions those."""
        pages = self._reader.runs(deleted=True, experiments=self.inside, metrics=(), params=(), tags=())
        runs = {run.run_id for page in pages for run in page}
        found = []
        for model in self._reader.models():
            versions = tuple(version for version in model.versions if version.source_run_id in runs)
            if versions:
                held = {version.version for version in versions}
                aliases = {alias: version for alias, version in model.aliases.items() if version in held}
                found.append(replace(model, versions=versions, aliases=aliases))
        return tuple(found)

    def read_times(self, run_ids: Collection[str]) -> Mapping[str, int]:
        return self._reader.read_times(run_ids)

    def deleted(self, run_ids: Collection[str]) -> frozenset[str]:
        return self._reader.deleted(run_ids)

    def last_writes(self, run_ids: Collection[str]) -> Mapping[str, int]:
        return self._reader.last_writes(run_ids)

    def problems(self) -> tuple[Problem, ...]:
        return ((self.nothing,) if self.nothing else ()) + self._reader.problems()

    def close(self) -> None:
        self._reader.close()
