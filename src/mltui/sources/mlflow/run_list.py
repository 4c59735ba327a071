"""`RunsSource`: the active store's runs that are in scope, as tables need them."""

from __future__ import annotations

import math
import operator
import time
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from mltui.errors import NotFound
from mltui.model.key_sharing import keys_of
from mltui.model.metric import NEWEST_RUNS
from mltui.model.part import Problem
from mltui.model.runs import COMMIT_TAG, JOB_TAG, PARENT_TAG, SOURCE_TAG, USER_TAG, Run, RunTable
from mltui.sources.mlflow.lives import TAGS
from mltui.sources.mlflow.reader import Keys, StoreReader
from mltui.sources.mlflow.stores import StoresSource

#: Runs of a first table.
FIRST = 500
#: The commonest metrics a table is given, besides those that were asked for.
HANDFUL = 6
#: So many runs are loaded whole: 10,000 with 30 keys take some 50 MB. Of more only what was asked for.
WHOLE_RUNS = 30_000
#: Every so often even runs that have ended are read again, if the store moved.
WHOLE_SECONDS = 60.0
TABLE_TAGS = (COMMIT_TAG, USER_TAG, SOURCE_TAG, PARENT_TAG, JOB_TAG, *TAGS)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which metrics, params and tags runs are read with; None is all."""

    metrics: Keys = None
    params: Keys = None
    tags: Keys = None

    def ids(self) -> frozenset[str] | None:
        """As `RunTable.keys_read`."""
        every = {"metrics": self.metrics, "params": self.params, "tags": self.tags}
        if None in every.values():
            return None
        return frozenset(f"{family}.{key}" for family, keys in every.items() for key in keys or ())

    def hold(self, common: tuple[str, ...]) -> bool:
        return self.metrics is None or set(common[:HANDFUL]) <= set(self.metrics)


@dataclass(slots=True)
class _Last:
    """The last table, what it was an answer to, which keys it holds, and when all of it was read."""

    asked: Hashable
    keys: _Keys
    table: RunTable
    at: float

    def old(self) -> bool:
        """Whether it is time to read everything again, or other metrics are common now."""
        return time.monotonic() - self.at > WHOLE_SECONDS or not self.keys.hold(_common(self.table.runs[:NEWEST_RUNS]))


class RunsSource:
    """The runs of `stores`' active store. `first` gives the newest at once, `load` all of them."""

    def __init__(self, stores: StoresSource, keys: Iterable[str] = ()) -> None:
        self._stores = stores
        self._keys = _Keys(tuple(keys), (), TABLE_TAGS)
        self._last: _Last | None = None

    @property
    def name(self) -> str:
        return "runs"

    def want(self, metrics: Iterable[str] = (), params: Iterable[str] = (), tags: Iterable[str] = ()) -> None:
        """From now on give these keys too, of the visible columns, the order, the filter and the group.

        Only a store with more than `WHOLE_RUNS` runs needs it; `fingerprint` moves where that changes what is given.
        """
        had = self._keys
        self._keys = _Keys(_with(had.metrics, metrics), _with(had.params, params), _with(had.tags, tags))

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
        keys = _with(self._keys.metrics, common[:HANDFUL])
        runs = _runs(reader.runs(limit=limit, experiments=inside, metrics=keys, params=(), tags=TABLE_TAGS))
        read = _Keys(keys, (), TABLE_TAGS).ids()
        complete = whole and len(runs) < limit
        return RunTable(newest + runs[len(newest) :], complete, common, reader.problems(), keys_read=read)

    def many(self) -> bool:
        """Whether there are too many runs to be loaded whole."""
        reader = self._reader(quick=True)
        return _count(reader, _inside(reader)) > WHOLE_RUNS

    def there(self) -> RunTable:
        """As `load`, without waiting for a server that is being read: those that came so far."""
        return self._table(wait=False)

    def load(self) -> RunTable:
        """All of them, whole unless they are too many (`WHOLE_RUNS`).

        A training moves the store every second: runs that have ended are taken over from the last time, and all are
        read again every minute, for edits of theirs show in no row of ``runs``.
        """
        return self._table(wait=True)

    def _table(self, *, wait: bool) -> RunTable:
        reader = self._reader(quick=not wait and self._stores.is_remote())
        complete = wait or self._stores.reading() is None
        inside = _inside(reader)
        many = _count(reader, inside) > WHOLE_RUNS
        asked = (reader.store.uri, inside, self._keys if many else None)
        last = self._last
        if last is not None and last.asked == asked and not last.old():
            seen = self._stores.looked_at  # an edit shows in no row: what is on screen is always read again
            known = {run.run_id: run for run in last.table.runs if run.run_id not in seen}
            runs = _read(reader, inside, last.keys, known)
            if (table := _unmoved(last.table, runs, complete, reader.problems())) is not None:
                return table
            found = RunTable(runs, complete, problems=reader.problems(), keys_read=last.keys.ids())
            last.table = _keyed(found, [run for run in runs if known.get(run.run_id) is not run], last.table)
            return last.table
        if many:
            every = reader.metric_keys()
            wanted = _Keys(_with(self._keys.metrics, every[:HANDFUL]), self._keys.params, self._keys.tags)
            runs = _read(reader, inside, wanted)
            former = RunTable((), complete, every, (), reader.keys("params"), reader.keys("tags"))
            read = RunTable(runs, complete, problems=reader.problems(), keys_read=wanted.ids())
            table = _keyed(read, (), former)
        else:
            wanted = _Keys()
            runs = _read(reader, inside, wanted)
            same = last and last.asked == asked and _unmoved(last.table, runs, complete, reader.problems())
            found = RunTable(runs, complete, problems=reader.problems())
            table = same or _keyed(found, runs, RunTable((), complete))
        self._last = _Last(asked, wanted, table, time.monotonic())
        return table

    def forget(self) -> None:
        """Read everything the next time, also runs that have ended, and of a server all of it."""
        if self._last is not None:
            self._last.at = -math.inf
        self._stores.forget()

    def _reader(self, *, quick: bool = False) -> StoreReader:
        reader = self._stores.reader(quick=quick)
        if reader is None:
            raise NotFound("there is no MLflow store here", "log a run, or name a store with --store")
        return reader


def _inside(reader: StoreReader) -> frozenset[str] | None:
    return getattr(reader, "inside", None)


def _count(reader: StoreReader, inside: frozenset[str] | None) -> int:
    """How many runs there are to load."""
    return sum(each.runs for each in reader.experiments() if inside is None or each.experiment_id in inside)


def _with(keys: Keys, more: Iterable[str]) -> Keys:
    return tuple(dict.fromkeys((*(keys or ()), *more)))


def _read(
    reader: StoreReader, inside: frozenset[str] | None, keys: _Keys, known: Mapping[str, Run] | None = None
) -> tuple[Run, ...]:
    pages = reader.runs(experiments=inside, metrics=keys.metrics, params=keys.params, tags=keys.tags, known=known)
    return _runs(pages)


def _unmoved(table: RunTable, runs: tuple[Run, ...], complete: bool, problems: tuple[Problem, ...]) -> RunTable | None:
    """`table` if these are its runs, one by one the same objects: who holds it need do nothing."""
    same = len(runs) == len(table.runs) and all(map(operator.is_, runs, table.runs))
    return table if same and (table.complete, table.problems) == (complete, problems) else None


def _keyed(table: RunTable, moved: Sequence[Run], former: RunTable) -> RunTable:
    """`table` with the keys of the newest runs, of those that `moved`, and the `former` ones."""
    metrics = keys_of(run.metrics for run in moved).union(former.metric_keys)
    params = keys_of(run.params for run in moved).union(former.param_keys)
    tags = keys_of(run.tags for run in moved).union(former.tag_keys)
    common = _common(table.runs[:NEWEST_RUNS])
    return replace(
        table,
        metric_keys=(*common, *sorted(metrics.difference(common))),
        param_keys=tuple(sorted(params)),
        tag_keys=tuple(sorted(tags)),
    )


def _newest(reader: StoreReader, inside: frozenset[str] | None, limit: int) -> tuple[Run, ...]:
    return _runs(reader.runs(limit=limit, experiments=inside, params=(), tags=TABLE_TAGS))


def _common(runs: Iterable[Run]) -> tuple[str, ...]:
    """Their metrics, commonest first, ties alphabetical (CONTRACT, Defaults)."""
    counts = Counter(key for run in runs for key in run.metrics)
    return tuple(sorted(counts, key=lambda key: (-counts[key], key)))


def _runs(pages: Iterable[tuple[Run, ...]]) -> tuple[Run, ...]:
    return tuple(chain.from_iterable(pages))
