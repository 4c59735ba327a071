"""`RunsSource`: the active store's runs that are in scope, as tables need them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from itertools import chain

from mltui.errors import NotFound
from mltui.model.metric import NEWEST_RUNS
from mltui.model.runs import COMMIT_TAG, PARENT_TAG, SOURCE_TAG, USER_TAG, Run, RunTable
from mltui.sources.mlflow.reader import StoreReader
from mltui.sources.mlflow.stores import StoresSource

#: Runs of a first table.
FIRST = 500
#: The commonest metrics a table is given, besides those that were asked for.
HANDFUL = 6
TABLE_TAGS = (COMMIT_TAG, USER_TAG, SOURCE_TAG, PARENT_TAG)


class RunsSource:
    """The runs of `stores`' active store. `first` gives the newest at once, `load` all of them."""

    def __init__(self, stores: StoresSource, keys: Iterable[str] = ()) -> None:
        self._stores = stores
        self._keys = tuple(keys)

    @property
    def name(self) -> str:
        return "runs"

    def want(self, *keys: str) -> None:
        """From now on give these metrics too: the primary one, those of visible columns."""
        self._keys = tuple(dict.fromkeys((*self._keys, *keys)))

    def fingerprint(self) -> Hashable:
        reader = self._stores.active()
        return None if reader is None else (reader.store.uri, reader.fingerprint(), self._keys)

    def first(self, limit: int = FIRST) -> RunTable:
        """The newest runs. The newest 50 carry all their metrics: they decide which metrics are common."""
        reader = self._reader(quick=True)
        inside = _inside(reader)
        newest = _runs(reader.runs(limit=min(limit, NEWEST_RUNS), experiments=inside, params=(), tags=TABLE_TAGS))
        counts = Counter(key for run in newest for key in run.metrics)
        common = tuple(sorted(counts, key=lambda key: (-counts[key], key)))
        if len(newest) < min(limit, NEWEST_RUNS) or limit <= NEWEST_RUNS:
            return RunTable(newest, len(newest) < limit, common)
        keys = (*self._keys, *common[:HANDFUL])
        runs = _runs(reader.runs(limit=limit, experiments=inside, metrics=keys, params=(), tags=TABLE_TAGS))
        return RunTable(newest + runs[len(newest) :], len(runs) < limit, common)

    def load(self) -> RunTable:
        """All of them, with the common metrics."""
        reader = self._reader()
        common = reader.metric_keys()
        keys = (*self._keys, *common[:HANDFUL])
        runs = _runs(reader.runs(experiments=_inside(reader), metrics=keys, params=(), tags=TABLE_TAGS))
        return RunTable(runs, True, common)

    def _reader(self, *, quick: bool = False) -> StoreReader:
        reader = self._stores.reader(quick=quick)
        if reader is None:
            raise NotFound("there is no MLflow store here", "log a run, or name a store with --store")
        return reader


def _inside(reader: StoreReader) -> frozenset[str] | None:
    return getattr(reader, "inside", None)


def _runs(pages: Iterable[tuple[Run, ...]]) -> tuple[Run, ...]:
    return tuple(chain.from_iterable(pages))
