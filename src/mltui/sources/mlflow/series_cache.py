"""Series that charts show, kept as columns: what did not move is not read again, what grew is read from its end on."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from mltui.errors import NotFound
from mltui.model.series import Series
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.reader import StoreReader

#: Points kept over all series: 24 bytes each. The series asked for last is kept however long it is.
POINTS = 1_500_000


class SeriesCache:
    """The series of the store that `reader` gives at the moment, within `points` points. Any thread may ask.

    Two that ask for one series wait for each other, so that it is read once.
    """

    def __init__(self, reader: Callable[[], StoreReader | None], points: int = POINTS) -> None:
        self._reader = reader
        self._points = points
        self._kept: OrderedDict[tuple[Hashable, str, str], Read] = OrderedDict()
        self._lock = threading.Lock()
        self._reading: dict[tuple[Hashable, str, str], threading.Lock] = {}

    def get(self, run_id: str, key: str) -> Series:
        """The series as it is now: the same object as long as nothing was written to it.

        Raises `SourceError`; `NotFound` if there is no store, no such run or no such metric.
        """
        reader = self._reader()
        if reader is None:
            raise NotFound("there is no MLflow store here")
        which = (reader.store.uri, getattr(reader, "then", None)), run_id, key
        with self._lock:
            reading = self._reading.setdefault(which, threading.Lock())
        with reading:
            with self._lock:
                former = self._kept.get(which)
            try:
                found = reader.columns(run_id, key, former)
            except NotFound:
                with self._lock:
                    self._kept.pop(which, None)
                    self._reading.pop(which, None)
                raise
            self._keep(which, found)
        return found.series

    def _keep(self, which: tuple[Hashable, str, str], found: Read) -> None:
        with self._lock:
            self._kept[which] = found
            self._kept.move_to_end(which)
            total = sum(len(read.series) for read in self._kept.values())
            while total > self._points and len(self._kept) > 1:
                gone, dropped = self._kept.popitem(last=False)
                self._reading.pop(gone, None)
                total -= len(dropped.series)
