"""`PicksSource`: numbers of metrics' series (best, min, max, mean of the last n, at a step) for columns of runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final

from mltui.model.columns import ColumnSpec, Pick
from mltui.model.metric import Goal
from mltui.model.runs import Run
from mltui.sources.mlflow.reader import StoreReader

#: Runs asked for at once: the cells of the first are there before the last were read.
AT_ONCE = 1000
_ENDS: Final[Mapping[Goal, Pick]] = {"max": "max", "min": "min"}


class PicksSource:
    """The picks of series of the store that `reader` gives at the moment.

    `known` never waits and is what `RunScene.picked` takes; `read`, in a worker, asks for what is missing and says
    whether anything came. What was read of a run stands as long as it has ended, its row and its latest value are as
    they were; of a RUNNING one as long as the store did not move.
    """

    def __init__(self, reader: Callable[[], StoreReader | None]) -> None:
        self._reader = reader
        self._kept: dict[str, dict[str, tuple[Hashable, float | None]]] = {}
        self._store: str | None = None
        self._lock = threading.Lock()

    def known(self) -> Mapping[str, Mapping[str, float | None]]:
        """By the id of a pick (``metrics.auc:max``), by run id; None: the run has no such point."""
        with self._lock:
            return {pick: {run_id: value for run_id, (_, value) in kept.items()} for pick, kept in self._kept.items()}

    def read(
        self, picks: Iterable[ColumnSpec], runs: Iterable[Run], goal: Callable[[str], Goal | None] = lambda _: None
    ) -> bool:
        """Read what is not known of `picks` (`mltui.present.runs.picks_of`), up to `AT_ONCE` runs of each: call again
        while it gives True. `runs`: those on screen first; of a server only these. Raises `SourceError`.
        """
        reader = self._reader()
        if reader is None:
            return False
        if reader.store.uri != self._store:
            with self._lock:
                self._store, self._kept = reader.store.uri, {}
        moved = reader.fingerprint()
        items = [run for run in runs if run.kind == "run"]
        found = False
        for spec in picks:
            found = self._read(reader, spec, goal(spec.key), items, moved) or found
        return found

    def _read(
        self, reader: StoreReader, spec: ColumnSpec, goal: Goal | None, runs: Iterable[Run], moved: Hashable
    ) -> bool:
        pick: Pick = spec.pick
        if pick == "best":
            if goal is None:
                return False  # nobody said which way is better
            pick = _ENDS[goal]
        kept = self._kept.get(spec.id, {})
        stamps = {run.run_id: _stamp(run, spec.key, pick, moved) for run in runs if spec.key in run.metrics}
        missing = [run_id for run_id, stamp in stamps.items() if run_id not in kept or kept[run_id][0] != stamp]
        asked = missing[: 50 if reader.store.kind == "rest" else AT_ONCE]
        if not asked:
            return False
        values = reader.picks(spec.key, pick, spec.of, asked)
        with self._lock:
            known = self._kept.setdefault(spec.id, {})
            known.update({run_id: (stamps[run_id], values.get(run_id)) for run_id in asked})
        return True


def _stamp(run: Run, key: str, pick: Pick, moved: Hashable) -> Hashable:
    """What a pick of a run's series was read for."""
    latest = repr(run.metrics.get(key))
    return pick, run.status, run.end, latest, moved if run.status in ("RUNNING", "SCHEDULED") else None
