"""A store that is read through its mirror: refreshed first, then asked like any database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Protocol

from mltui.errors import SourceError
from mltui.model.part import Problem
from mltui.model.runs import MetricPoint, Store
from mltui.sources.mlflow.sql.reader import SqlReader
from mltui.sources.mlflow.sqlite.database import SqliteDatabase

#: A server tells nobody about changes: it is asked again after so many seconds.
SERVER_SECONDS = 30.0
#: Pages of a server's newest runs that a first table waits for.
QUICK_PAGES = 1

Progress = Callable[..., None]


class Mirror(Protocol):
    """What `FileMirror` and `ServerMirror` have in common."""

    database: Path

    def fingerprint(self) -> Hashable: ...
    def refresh(self, progress: Progress | None = None) -> None: ...
    def problems(self) -> tuple[Problem, ...]: ...
    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]: ...


class MirrorReader(SqlReader):
    """Reads a mirror's tables. `refresh` brings them up to date; `failure` is why that did not succeed the last time.

    While a store does not answer, what it last said is still read.
    """

    def __init__(self, store: Store, mirror: Any) -> None:
        super().__init__(store, SqliteDatabase(mirror.database, mirror.database.parent))
        self._mirror: Mirror = mirror
        self._seen: Hashable = _NEVER
        self._asked = 0.0
        self._swept = False
        self._lock = threading.Lock()
        self.failure: SourceError | None = None

    @property
    def remote(self) -> bool:
        return self.store.kind == "rest"

    def refresh(self, *, quick: bool = False, force: bool = False) -> None:
        """Read what changed. `quick`: of a server only the newest runs, unless all were read before.

        Raises `SourceError` if that fails and nothing is known from before.
        """
        with self._lock:
            if not force and self._current(quick=quick):
                return
            try:
                if quick and self.remote and not self._swept:
                    self._mirror.refresh(None, most=QUICK_PAGES)  # type: ignore[call-arg]
                else:
                    self._mirror.refresh()
                    self._swept = True
                self.failure = None
            except SourceError as error:
                self.failure = error
                if not self._known():
                    raise
            finally:
                self._asked = time.monotonic()
                self._seen = self._mirror.fingerprint()

    def fingerprint(self) -> Hashable:
        turn = int(time.monotonic() / SERVER_SECONDS) if self.remote else 0
        return self._mirror.fingerprint(), turn

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        return self._mirror.series(run_id, key, limit)

    def problems(self) -> tuple[Problem, ...]:
        return (*self._mirror.problems(), *super().problems())

    def close(self) -> None:
        super().close()
        close = getattr(self._mirror, "close", None)
        if close is not None:
            close()

    def _current(self, *, quick: bool) -> bool:
        if self._seen is _NEVER:
            return False
        if self.remote:
            return (quick or self._swept) and time.monotonic() - self._asked < SERVER_SECONDS
        return self._mirror.fingerprint() == self._seen

    def _known(self) -> bool:
        try:
            return bool(self.experiments())
        except SourceError:
            return False


_NEVER = object()
