"""`RunsSource`: the active store's runs that are in scope, as tables need them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
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
#: Every so often even runs that have ended are read again, if the store moved.
WHOLE_SECONDS = 60.0
TABLE_TAGS = (COMMIT_TAG, USER_TAG, SOURCE_TAG, PARENT_TAG)


@dataclass(slots=True)
class _Last:
    """The last table, what it was an answer to, which metrics it holds, and when all of it was read."""

    asked: Hashable
    metrics: tuple[str, ...]
    table: RunTable
    at: float

    def old(self, common: tuple[str, ...]) -> bool:
        """Whether it is time to read everything again, or other metrics are common now."""
        return time.monotonic() - self.at > WHOLE_SECONDS or not set(common[:HANDFUL]) <= set(self.metrics)


class RunsSource:
    """The runs of `stores`' active store. `first` gives the newest at once, `load` all of them."""

    def __init__(self, stores: StoresSource, keys: Iterable[str] = ()) -> None:
        self._stores = stores
        self._keys = tuple(keys)
        self._last: _Last | None = None

    @property
    def name(self) -> str:
        return "runs"

    def want(self, *keys: str) -> None:
        """From now on give these metrics too: the primary one, those of visible columns."""
        self._keys = tuple(dict.fromkeys((*self._keys, *keys)))

    def fingerprint(self) -> Hashable:
        reader = self._stores.active()
        return (
            None
            if reader is None
            else (reader.store.uri, reader.fingerprint(), self._keys, self._stores.reading() is None)
        )

    def first(self, limit: int = FIRST) -> RunTable:
        """The newest runs. The newest 50 carry all their metrics: they decide which metrics are common."""
        reader = self._reader(quick=True)
        inside = _inside(reader)
        newest = _newest(reader, inside, min(limit, NEWEST_RUNS))
        common = _common(newest)
        whole = self._stores.reading() is None
        if len(newest) < min(limit, NEWEST_RUNS) or limit <= NEWEST_RUNS:
            return RunTable(newest, whole and len(newest) < limit, common, reader.problems())
        keys = (*self._keys, *common[:HANDFUL])
        runs = _runs(reader.runs(limit=limit, experiments=inside, metrics=keys, params=(), tags=TABLE_TAGS))
        return RunTable(newest + runs[len(newest) :], whole and len(runs) < limit, common, reader.problems())

    def there(self) -> RunTable:
        """As `load`, without waiting for a server that is being read: those that came so far."""
        return self._table(wait=False)

    def load(self) -> RunTable:
        """All of them, with the common metrics.

        A training moves the store every second: runs that have ended are taken over from the last time, and all are
        read again every minute, for edits of theirs show in no row of ``runs``.
        """
        return self._table(wait=True)

    def _table(self, *, wait: bool) -> RunTable:
        reader = self._reader(quick=not wait and self._stores.is_remote())
        whole = wait or self._stores.reading() is None
        inside = _inside(reader)
        asked = (reader.store.uri, inside, self._keys)
        common = _common(_newest(reader, inside, NEWEST_RUNS))
        last = self._last
        if last is not None and last.asked == asked and not last.old(common):
            known = {run.run_id: run for run in last.table.runs}
            pages = reader.runs(experiments=inside, metrics=last.metrics, params=(), tags=TABLE_TAGS, known=known)
            keys = tuple(dict.fromkeys((*common, *last.table.metric_keys)))
            last.table = RunTable(_runs(pages), whole, keys, reader.problems())
            return last.table
        every = reader.metric_keys()
        metrics = (*self._keys, *(common or every)[:HANDFUL])
        runs = _runs(reader.runs(experiments=inside, metrics=metrics, params=(), tags=TABLE_TAGS))
        table = RunTable(runs, whole, tuple(dict.fromkeys((*common, *every))), reader.problems())
        self._last = _Last(asked, metrics, table, time.monotonic())
        return table

    def forget(self) -> None:
        """Read everything the next time, also runs that have ended, and of a server all of it."""
        self._last = None
        self._stores.forget()

    def _reader(self, *, quick: bool = False) -> StoreReader:
        reader = self._stores.reader(quick=quick)
        if reader is None:
            raise NotFound("there is no MLflow store here", "log a run, or name a store with --store")
        return reader


def _inside(reader: StoreReader) -> frozenset[str] | None:
    return getattr(reader, "inside", None)


def _newest(reader: StoreReader, inside: frozenset[str] | None, limit: int) -> tuple[Run, ...]:
    return _runs(reader.runs(limit=limit, experiments=inside, params=(), tags=TABLE_TAGS))


def _common(runs: Iterable[Run]) -> tuple[str, ...]:
    """Their metrics, commonest first, ties alphabetical (CONTRACT, Defaults)."""
    counts = Counter(key for run in runs for key in run.metrics)
    return tuple(sorted(counts, key=lambda key: (-counts[key], key)))


def _runs(pages: Iterable[tuple[Run, ...]]) -> tuple[Run, ...]:
    return tuple(chain.from_iterable(pages))
