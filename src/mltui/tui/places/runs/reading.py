"""What the detail of a run reads of its store, and what it keeps of that so as not to read it again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import LoggedModel, Run, Store
from mltui.present.run_detail import RunRelations
from mltui.present.run_sections import SYSTEM
from mltui.present.spark import POINTS

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader

Series = Mapping[str, Sequence[float]]

Models = Callable[[Run, Store, "StoreReader"], tuple[LoggedModel, ...]]

#: Metrics of a run that get a sparkline.
TRENDS = 20


class RunReading:
    """Reads one run after the other; in a worker thread, one call at a time."""

    def __init__(self) -> None:
        self._answered: tuple[str, Series] = ("", {})
        self._trends: tuple[Hashable, Series] = (None, {})
        self._logged: tuple[str, tuple[LoggedModel, ...]] = ("", ())
        self._traced: tuple[Hashable, int | None] = (None, None)
        self._last: tuple[Run, RunRelations] | None = None

    def read(
        self, reader: StoreReader, item: Run, related: RunRelations, primary: PrimaryMetric | None
    ) -> tuple[Run, RunRelations]:
        """The run as a whole, and what belongs to it besides `related`. Raises `SourceError`.

        Of a run that went meanwhile, what was last read of it.
        """
        key = item.run_id
        try:
            run = replace(reader.run(key), life=item.life)
        except NotFound:  # a mirror that is just being read may not have it yet: the row knows something of it
            if reader.store.kind not in ("sqlite", "sql"):
                return item, related
            held = self._last if self._last is not None and self._last[0].run_id == key else None
            return (held[0], replace(held[1], gone=True)) if held else (item, replace(related, gone=True))
        related = replace(
            related,
            inputs=reader.inputs(key),
            models=self._logged[1] if self._logged[0] == key else reader.logged_models(key),
            traces=self._traces(reader, key),
            series=self._series(reader, run, primary),
            read_at=reader.read_times([key]).get(key),
        )
        self._last = run, related
        return run, related

    def ask(self, reader: StoreReader, item: Run, primary: PrimaryMetric | None, models: Models) -> bool:
        """Ask a server for the series of the primary metric and the logged models, a request each.

        Whether there is anything new to draw. `models` asks for the models of a run.
        """
        if reader.store.kind != "rest":
            return False
        drawn = primary is not None and primary.key in item.metrics
        if primary is not None and drawn:
            points = reader.series(item.run_id, primary.key, POINTS)
            self._answered = item.run_id, {primary.key: [point.value for point in points]}
        with suppress(SourceError):  # the detail is worth showing without them
            self._logged = item.run_id, models(item, reader.store, reader)
        return drawn or (self._logged[0] == item.run_id and bool(self._logged[1]))

    def _traces(self, reader: StoreReader, run_id: str) -> int | None:
        """Counted once while nothing is written: their table has no index by run."""
        mark = (run_id, reader.store.uri, reader.fingerprint())
        if self._traced[0] != mark:
            self._traced = mark, reader.traces(run_id)
        return self._traced[1]

    def _series(self, reader: StoreReader, run: Run, primary: PrimaryMetric | None) -> Series:
        """The newest values of its first metrics; of a server's run those that it gave already.

        A minute that went by is no reason to read a million points again, nor is a store that moved because of other
        runs: those of a run that ended are read again only if its latest values are others.
        """
        if reader.store.kind == "rest":
            run_id, series = self._answered
            return series if run_id == run.run_id else {}
        runs_on = run.status in ("RUNNING", "SCHEDULED")
        # as text: a NaN is not equal to itself
        state: Hashable = reader.fingerprint() if runs_on else (run.end, repr(run.metrics))
        mark = (run.run_id, reader.store.uri, primary.key if primary else None, state)
        if self._trends[0] != mark:
            keys = sorted(
                run.metrics, key=lambda key: (primary is None or key != primary.key, key.startswith(SYSTEM), key)
            )
            trends = {
                name: [point.value for point in reader.series(run.run_id, name, POINTS)] for name in keys[:TRENDS]
            }
            self._trends = mark, trends
        return self._trends[1]


def deleted_of(runs: Sequence[Run], reader: StoreReader | None) -> list[Run]:
    """Those of `runs` that were deleted, alone or with their experiment. Raises `SourceError`.

    A DVC experiment that is not listed any more is deleted.
    """
    ids = [run.run_id for run in runs if run.kind == "run"]
    gone = reader.deleted(ids) if reader is not None and ids else frozenset()
    return [run for run in runs if run.kind == "exp" or run.run_id in gone]
