"""`ReaderThen`: a store read as of then. Runs that came later are not there, points that came later neither."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from mltui.errors import NotFound
from mltui.model.as_of import METRICS_THEN, Lost, models_then, run_then, unended
from mltui.model.as_of_history import series_then
from mltui.sources.mlflow.columns import Read

if TYPE_CHECKING:
    from mltui.model.columns import Pick
    from mltui.model.filters import Facts, Needs
    from mltui.model.part import Problem
    from mltui.model.registry import RegisteredModel
    from mltui.model.runs import Experiment, LoggedModel, MetricPoint, Run, RunInput, Store
    from mltui.sources.mlflow.reader import Keys, StoreReader

#: The metrics of a run that was running then are read out of their series, if they are no more than these.
SERIES = 200
READ_THEN = "it was running then: its metrics are the last points up to then"


class ReaderThen:
    """As `StoreReader`, at `at` (epoch ms). `lost` is what could not be told of the runs given so far."""

    def __init__(self, reader: StoreReader, at: int) -> None:
        self._reader, self._at = reader, at
        self.then = at  #: what tells it from the reader of now
        self.lost = Lost()

    def __getattr__(self, name: str) -> Any:
        """What else a reader knows: `inside` of one with a scope."""
        return getattr(self._reader, name)

    @property
    def store(self) -> Store:
        return self._reader.store

    def fingerprint(self) -> Hashable:
        return self._reader.fingerprint(), self._at

    def experiments(self) -> tuple[Experiment, ...]:
        return self._reader.experiments()

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
        """Those of then. Deleted ones are read too: one may have been there, to be deleted later."""
        self.lost = Lost()
        hidden = self.hidden()
        pages = self._reader.runs(deleted=True, experiments=experiments, metrics=metrics, params=params, tags=tags)
        left = limit
        for page in pages:
            written = self._reader.last_writes([run.run_id for run in page if unended(run, self._at)])
            found = (
                run_then(run, self._at, self.lost, deleted=deleted, hidden=hidden, written=written) for run in page
            )
            kept = tuple(islice((run for run in found if run is not None), left))
            if kept:
                yield kept
            left = None if left is None else left - len(kept)
            if left == 0:
                return

    def hidden(self) -> frozenset[str]:
        """Experiments that are deleted: when, no store keeps."""
        return frozenset(one.experiment_id for one in self._reader.experiments() if one.lifecycle == "deleted")

    def run(self, run_id: str) -> Run:
        """One run, whole. Of one that was running then the metrics are read out of their series."""
        whole = self._reader.run(run_id)
        written = self._reader.last_writes([run_id]) if unended(whole, self._at) else {}
        found = run_then(whole, self._at, deleted=True, written=written)
        if found is None:
            raise NotFound(f"run {run_id} had not started then")
        if METRICS_THEN in found.note and self.store.kind != "rest" and len(whole.metrics) <= SERIES:
            points = {key: self.series(run_id, key) for key in whole.metrics}
            metrics = {key: each[-1].value for key, each in points.items() if each}
            return replace(found, metrics=metrics, whole=True, note=found.note.replace(METRICS_THEN, READ_THEN))
        return found

    def inputs(self, run_id: str) -> tuple[RunInput, ...]:
        return self._reader.inputs(run_id)

    def facts(self, needs: Needs) -> Facts:
        return self._reader.facts(needs)

    def logged_models(self, run_id: str) -> tuple[LoggedModel, ...]:
        every = self._reader.logged_models(run_id)
        return tuple(one for one in every if one.created is None or one.created <= self._at)

    def traces(self, run_id: str) -> int | None:
        """Nobody knows how many there were then."""
        return None

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        found = self._reader.series(run_id, key, limit)
        if all(point.time <= self._at for point in found):
            return found
        whole = self._reader.series(run_id, key) if limit is not None else found
        kept = tuple(point for point in whole if point.time <= self._at)
        return kept if limit is None else kept[max(0, len(kept) - limit) :]

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        whole = former.mark if former is not None and isinstance(former.mark, Read) else None
        read = self._reader.columns(run_id, key, whole)
        if former is not None and whole is not None and read.series is whole.series:
            return Read(former.series, read)
        series = series_then(read.series, self._at)
        if not len(series):
            raise NotFound(f"run {run_id} had logged no {key} then")
        return Read(series, read)

    def metric_keys(self) -> tuple[str, ...]:
        return self._reader.metric_keys()

    def picks(self, key: str, pick: Pick, of: int, run_ids: Collection[str]) -> Mapping[str, float | None]:
        """Of runs that logged nothing after then; of the others nobody counted what there was."""
        written = self._reader.last_writes(run_ids)
        done = [run_id for run_id in run_ids if written.get(run_id, 0) <= self._at]
        return self._reader.picks(key, pick, of, done)

    def keys(self, table: Literal["params", "tags"]) -> tuple[str, ...]:
        return self._reader.keys(table)

    def models(self) -> tuple[RegisteredModel, ...]:
        return models_then(self._reader.models(), self._at)[0]

    def read_times(self, run_ids: Collection[str]) -> Mapping[str, int]:
        return self._reader.read_times(run_ids)

    def deleted(self, run_ids: Collection[str]) -> frozenset[str]:
        """What is not shown had not started: nothing is deleted while then is looked at."""
        return frozenset()

    def last_writes(self, run_ids: Collection[str]) -> Mapping[str, int]:
        return {key: min(time, self._at) for key, time in self._reader.last_writes(run_ids).items()}

    def problems(self) -> tuple[Problem, ...]:
        return (*self._reader.problems(), *self.lost.problems())

    def close(self) -> None:
        self._reader.close()
