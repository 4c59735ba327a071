"""Series that charts show, kept as columns: what did not move is not read again, what grew is read from where it ended."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from mltui.errors import NotFound
from mltui.model.series import Series, series_of
from mltui.sources.mlflow.reader import StoreReader

#: Points kept over all series: 24 bytes each. The series asked for last is kept however long it is.
POINTS = 1_500_000


class SeriesCache:
    """The series of the store that `reader` gives at the moment. Any thread may ask."""

    def __init__(self, reader: Callable[[], StoreReader | None], points: int = POINTS) -> None:
        self._reader = reader
        self._points = points
        self._kept: OrderedDict[tuple[str, str], Series] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, run_id: str, key: str) -> Series:
        """The series as it is now: the same object as long as nothing was written to it.

        Raises `SourceError`; `NotFound` if there is no store, no such run or no such metric.
        """
        reader = self._reader()
        if reader is None:
            raise NotFound("there is no MLflow store here")
        return series_of(run_id, key, reader.series(run_id, key))
