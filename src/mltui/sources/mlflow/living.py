"""The runs of a table with a verdict on those that are RUNNING, looked at again each minute: silence is no event."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterable
from dataclasses import replace

from mltui.model.runs import RunTable
from mltui.sources.mlflow.lives import Lives
from mltui.sources.mlflow.run_list import FIRST, RunsSource
from mltui.sources.mlflow.stores import StoresSource

#: A run falls silent without anything being written: so often the verdicts are made again (seconds).
LOOK_SECONDS = 60


class LivingRuns(RunsSource):
    """`RunsSource`, judged by `lives`."""

    def __init__(self, stores: StoresSource, keys: Iterable[str], lives: Lives) -> None:
        super().__init__(stores, keys)
        self._lives = lives
        self._given: tuple[RunTable, RunTable] | None = None  #: the last table, and what it was judged to be

    def fingerprint(self) -> Hashable:
        mark = super().fingerprint()
        return (mark, int(time.monotonic() // LOOK_SECONDS)) if self._lives.running else mark

    def first(self, limit: int = FIRST) -> RunTable:
        return self._judged(super().first(limit), reading=False)

    def there(self) -> RunTable:
        return self._judged(super().there())

    def load(self) -> RunTable:
        return self._judged(super().load())

    def _judged(self, table: RunTable, *, reading: bool = True) -> RunTable:
        # what a verdict stands on are series: a server that is being read gives its pages first
        reader = None if self._stores.reading() is not None else self._stores.active()
        if reader is None:
            return table
        runs = self._lives.judged(reader, table.runs, reading=reading)
        if self._given is None or self._given[0] is not table or self._given[1].runs is not runs:
            self._given = table, table if runs is table.runs else replace(table, runs=runs)
        return self._given[1]
