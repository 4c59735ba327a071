"""The one shape every MLflow store is read through, whatever keeps its rows."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from mltui.model.columns import Pick
from mltui.model.part import Problem
from mltui.model.runs import Experiment, LoggedModel, Measured, MetricPoint, Run, RunInput, Store
from mltui.sources.mlflow.columns import Read

if TYPE_CHECKING:
    from mltui.model.filters import Facts, Needs
    from mltui.model.registry import RegisteredModel

#: Which keys of metrics, params or tags a table wants: None is all of them, an empty collection none.
Keys = Collection[str] | None

#: Series of a server are one request each: so many in one go.
PICKED_AT_ONCE = 50


class StoreReader(Protocol):
    """Reads one store. Every method may be called from any thread, one call at a time, and raises `SourceError`.

    Nothing is open in the store between two calls, nor between two pages of `runs`: a training that writes into the
    store never waits for a reader that waits for its screen.
    """

    @property
    def store(self) -> Store:
        """The store as it was found; counts are filled by `StoresSource`, not here."""

    def fingerprint(self) -> Hashable:
        """Cheap (a stat, at most one small query; no network): equal as long as nothing was written."""

    def experiments(self) -> tuple[Experiment, ...]:
        """Every experiment, deleted ones too, by id."""

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
        """Pages of runs, start descending (unknown starts last), then run_id.

        `deleted` adds deleted runs and the runs of deleted experiments. `experiments` are ids; None is all.
        Runs that can't be read come as runs whose `problem` says why. `known` are runs by id from an earlier answer to
        the same question: those that had ended and whose row is the same are given again, without a look at their keys.
        """

    def measured(self, key: str, experiments: Collection[str] | None = None) -> Sequence[Measured]:
        """The runs that are not deleted and logged one metric, in no order. `experiments` as in `runs`."""

    def run(self, run_id: str) -> Run:
        """One run, whole. Raises `NotFound`."""

    def inputs(self, run_id: str) -> tuple[RunInput, ...]:
        """The datasets the run logged, in the order of their names."""

    def facts(self, needs: Needs) -> Facts:
        """What a filter needs to know of the runs that is not in a `Run`: their datasets, MLflow's ``user_id``."""

    def logged_models(self, run_id: str) -> tuple[LoggedModel, ...]:
        """The models the run logged (MLflow 3), the newest first. Empty where the store keeps none."""

    def traces(self, run_id: str) -> int | None:
        """How many traces were recorded in the run; None where the store keeps none, or only a server knows."""

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        """Every logged point of one metric by step, then time; with `limit` the newest so many of them."""

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        """Every logged point of one metric as a `Series`; what came since, if `former` is an earlier answer.

        The same object in it as long as nothing came. Raises `NotFound` if there is no such point. A long series of a
        server is a sample; `Series.note` says so.
        """

    def metric_keys(self) -> tuple[str, ...]:
        """Every metric key; those of the newest 50 runs first, commonest first (ties alphabetical), then the rest."""

    def picks(self, key: str, pick: Pick, of: int, run_ids: Collection[str]) -> Mapping[str, float | None]:
        """`pick` ("min", "max", "mean" of the last `of` points, "at" step `of`) of a metric's series by run id.

        Where a run has no such point it is missing, or None. Of a server at most the first `PICKED_AT_ONCE` runs.
        """

    def keys(self, table: Literal["params", "tags"]) -> tuple[str, ...]:
        """Every key of params or tags, alphabetical."""

    def models(self) -> tuple[RegisteredModel, ...]:
        """The registered models by name with their versions, newest first. Empty if the store keeps no registry."""

    def read_times(self, run_ids: Collection[str]) -> Mapping[str, int]:
        """When each of these runs was read, epoch ms, if that is not now: a server tells nobody about edits."""

    def deleted(self, run_ids: Collection[str]) -> frozenset[str]:
        """Those of these runs that are deleted, alone or with their experiment, or that the store holds no more."""

    def last_writes(self, run_ids: Collection[str]) -> Mapping[str, int]:
        """When each of these runs logged its latest metric, epoch ms by its own clock; none that logged none."""

    def problems(self) -> tuple[Problem, ...]:
        """What of the store could not be read so far."""

    def close(self) -> None:
        """Let go of connections. The reader may not be used afterwards."""
