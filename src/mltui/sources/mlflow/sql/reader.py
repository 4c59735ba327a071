"""`StoreReader` over any database that holds MLflow's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from mltui.errors import Busy, NotFound
from mltui.model.columns import Pick
from mltui.model.metric import NEWEST_RUNS
from mltui.model.part import Problem
from mltui.model.picks import picked
from mltui.model.redacting import addresses_redacted
from mltui.model.runs import Experiment, LoggedModel, Measured, MetricPoint, Run, RunInput, Store
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.database import Database
from mltui.sources.mlflow.reader import Keys
from mltui.sources.mlflow.sql import picks, runs
from mltui.sources.mlflow.sql.registry import Registry
from mltui.sources.mlflow.sql.values import LARGEST, instant, number, text

if TYPE_CHECKING:
    from mltui.model.filters import Facts, Needs
    from mltui.model.registry import RegisteredModel

#: The kinds of source and destination in ``inputs`` that tie a dataset to a run (``SourceType`` of MLflow).
DATASET, RUN = "DATASET", "RUN"
CONTEXT_TAG = "mlflow.data.context"


class SqlReader:
    """Reads a store's tables through `database`."""

    def __init__(self, store: Store, database: Database) -> None:
        self._store = store
        self._database = database
        self._registry = Registry()
        self._made: runs.Made = {}

    @property
    def store(self) -> Store:
        return self._store

    def fingerprint(self) -> Hashable:
        return self._database.fingerprint()

    def revision(self) -> str:
        """The schema's alembic revision, "" if it does not say."""
        return self._database.schema().revision

    def newest(self) -> int | None:
        """The most recent start of a run that is not deleted, epoch ms."""
        self._database.schema()
        return max((start for _, _, start in self._database.counts() if start is not None), default=None)

    def experiments(self) -> tuple[Experiment, ...]:
        self._database.schema()
        counts = {experiment_id: count for experiment_id, count, _ in self._database.counts()}
        found = [
            Experiment(
                text(experiment_id),
                text(name),
                "deleted" if lifecycle == "deleted" else "active",
                counts.get(text(experiment_id), 0),
            )
            for page in self._database.rows("experiments", ("experiment_id", "name", "lifecycle_stage"))
            for experiment_id, name, lifecycle in page
        ]
        return tuple(sorted(found, key=lambda one: (len(one.experiment_id), one.experiment_id)))

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
        wanted = runs.Wanted(deleted, experiments, limit, metrics, params, tags)
        return runs.read(self._database, self._names(), wanted, known or {}, self._made if wanted.whole else None)

    def measured(self, key: str, experiments: Collection[str] | None = None) -> Sequence[Measured]:
        return runs.measured(self._database, self._names(), key, experiments)

    def run(self, run_id: str) -> Run:
        found = runs.one(self._database, self._names(), run_id)
        if found is None:
            raise NotFound(f"there is no run {run_id} in {self._store.uri}")
        return found

    def inputs(self, run_id: str) -> tuple[RunInput, ...]:
        schema = self._database.schema()
        if not schema.has("inputs") or not schema.has("datasets"):
            return ()
        links = {
            text(dataset): text(link)
            for page in self._database.rows(
                "inputs",
                ("source_id", "input_uuid"),
                "destination_id = ? and source_type = ? and destination_type = ?",
                (run_id, DATASET, RUN),
            )
            for dataset, link in page
        }
        contexts = {
            text(link): text(value)
            for page in self._database.rows_in(
                "input_tags",
                ("input_uuid", "value"),
                "input_uuid",
                list(links.values()),
                where="name = ?",
                args=(CONTEXT_TAG,),
            )
            for link, value in page
        }
        about = ("dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile")
        columns = ("dataset_uuid", "name", "digest", *about)
        found = [
            RunInput(*map(text, (name, digest, kind, told, contexts.get(links[text(dataset)], ""), shape, profile)))
            for page in self._database.rows_in("datasets", columns, "dataset_uuid", list(links))
            for dataset, name, digest, kind, source, shape, profile in page
            for told in (addresses_redacted(text(source)),)
        ]
        return tuple(sorted(found, key=lambda one: (one.name, one.digest)))

    def logged_models(self, run_id: str) -> tuple[LoggedModel, ...]:
        from mltui.sources.mlflow.sql.logged import read

        return read(self._database, run_id)

    def traces(self, run_id: str) -> int | None:
        from mltui.sources.mlflow.sql.logged import traces

        return traces(self._database, run_id)

    def facts(self, needs: Needs) -> Facts:
        from mltui.sources.mlflow.sql.facts import read

        return read(self._database, needs)

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        self._database.schema()
        rows = chain.from_iterable(self._database.series(run_id, key, limit))
        points = [
            MetricPoint(
                value if type(value) is float and not is_nan and -LARGEST < value < LARGEST else number(value, is_nan),
                time if type(time) is int else instant(time) or 0,
                step if type(step) is int else instant(step) or 0,
            )
            for value, time, step, is_nan, *_ in rows
        ]
        points.sort(key=itemgetter(2, 1))  # step, then time: everything may have been logged at step 0
        return tuple(points if limit is None else points[len(points) - min(limit, len(points)) :])

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        self._database.schema()
        found = self._database.columns(run_id, key, former)
        if not len(found.series):
            raise NotFound(f"run {run_id} has no metric {key}")
        return found

    def metric_keys(self) -> tuple[str, ...]:
        schema = self._database.schema()
        newest = chain.from_iterable(self.runs(limit=NEWEST_RUNS, params=(), tags=()))
        counts = Counter(key for run in newest for key in run.metrics)
        table = "latest_metrics" if schema.has("latest_metrics") else "metrics"
        every = self._database.distinct(table, "key")
        return (*sorted(counts, key=lambda key: (-counts[key], key)), *sorted(every - set(counts)))

    def picks(self, key: str, pick: Pick, of: int, run_ids: Collection[str]) -> Mapping[str, float | None]:
        if not self._database.schema().has("metrics"):
            return {}
        try:
            return picks.picks(self._database, key, pick, of, run_ids)
        except Busy:  # a run of a million points is no single short statement
            return self._picked_one_by_one(key, pick, of, run_ids)

    def _picked_one_by_one(self, key: str, pick: Pick, of: int, run_ids: Collection[str]) -> Mapping[str, float | None]:
        found: dict[str, float | None] = {}
        for run_id in run_ids:
            try:
                series = self.columns(run_id, key).series
            except NotFound:
                continue
            values = picks.settled(series) if pick in ("mean", "at") else series.values
            found[run_id] = picked(values, series.steps, pick, of)
        return found

    def keys(self, table: Literal["params", "tags"]) -> tuple[str, ...]:
        known = self._database.schema().has(table)
        return tuple(sorted(self._database.distinct(table, "key"))) if known else ()

    def models(self) -> tuple[RegisteredModel, ...]:
        self._database.schema()
        return self._registry.read(self._database)

    def read_times(self, run_ids: Collection[str]) -> Mapping[str, int]:
        return {}

    def deleted(self, run_ids: Collection[str]) -> frozenset[str]:
        return frozenset(run_ids) - runs.there(self._database, self._names(), run_ids)

    def last_writes(self, run_ids: Collection[str]) -> Mapping[str, int]:
        if not self._database.schema().has("latest_metrics", "timestamp"):
            return {}
        found: dict[str, int] = {}
        for page in self._database.rows_in("latest_metrics", ("run_uuid", "timestamp"), "run_uuid", run_ids):
            for run_id, time in page:
                found[text(run_id)] = max(found.get(text(run_id), 0), instant(time) or 0)
        return found

    def problems(self) -> tuple[Problem, ...]:
        return self._database.problems()

    def close(self) -> None:
        self._database.close()

    def _names(self) -> dict[str, Experiment]:
        self._database.schema()
        rows = self._database.rows("experiments", ("experiment_id", "name", "lifecycle_stage"))
        return {
            text(experiment_id): Experiment(
                text(experiment_id), text(name), "deleted" if lifecycle == "deleted" else "active", 0
            )
            for page in rows
            for experiment_id, name, lifecycle in page
        }
