"""A store that is read through its mirror: refreshed first, then asked like any database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Protocol

from mltui.errors import SourceError
from mltui.model.part import Problem
from mltui.model.runs import MetricPoint, Store
from mltui.sources.mlflow.sql.reader import SqlReader
from mltui.sources.mlflow.sqlite.database import SqliteDatabase
from mltui.sources.port import now_ms

#: A server tells nobody about changes: it is asked again after so many seconds.
SERVER_SECONDS = 30.0


class Mirror(Protocol):
    """What `FileMirror` and `ServerMirror` have in common."""

    database: Path

    def fingerprint(self) -> Hashable: ...
    def refresh(self, progress: Callable[[int, int], None] | None = None) -> None: ...
    def problems(self) -> tuple[Problem, ...]: ...
    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]: ...


class _Refresh:
    """One refresh in a thread of its own: `begun` once the newest runs are there, `done` at its end."""

    def __init__(self, mirror: Mirror) -> None:
        self.begun = threading.Event()
        self.done = threading.Event()
        self.error: BaseException | None = None
        self._mirror = mirror
        threading.Thread(target=self._run, name="mirror", daemon=True).start()

    def _run(self) -> None:
        try:
            self._mirror.refresh(lambda _runs, _more: self.begun.set())
        except BaseException as error:  # judged by whoever waits for it
            self.error = error
        finally:
            self.begun.set()
            self.done.set()


class MirrorReader(SqlReader):
    """Reads a mirror's tables. `refresh` brings them up to date; `failure` is why that did not succeed the last time.

    While a store does not answer, what it last said is still read.
    """

    def __init__(self, store: Store, mirror: Mirror) -> None:
        super().__init__(store, SqliteDatabase(mirror.database, mirror.database.parent))
        self._mirror = mirror
        self._work: _Refresh | None = None
        self._seen: Hashable = _NEVER
        self._asked = 0.0
        self._lock = threading.Lock()
        self.failure: SourceError | None = None
        self.read_at: int | None = None

    @property
    def remote(self) -> bool:
        return self.store.kind == "rest"

    def refresh(self, *, quick: bool = False, wait: float | None = None) -> None:
        """Read what changed, waiting at most `wait` seconds for the end of it.

        `quick`: wait only if nothing is known from before, and then for the newest runs; the rest is read meanwhile.
        Raises `SourceError` if reading fails and nothing is known from before.
        """
        with self._lock:
            if self._work is None and not self._current():
                self._work = _Refresh(self._mirror)
            work = self._work
        if work is None or (quick and self._known()):
            return
        (work.begun if quick else work.done).wait(wait)
        self._settle(work)
        if self.failure is not None and not self._known():
            raise self.failure

    def fingerprint(self) -> Hashable:
        with self._lock:
            if self._work is not None and not self._work.done.is_set():
                return id(self._work)  # the mirror is being written: it answers at the end
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

    def _settle(self, work: _Refresh) -> None:
        """Take over how a refresh ended."""
        with self._lock:
            if not work.done.is_set() or self._work is not work:
                return
            self._work = None
            self._asked = time.monotonic()
            self._seen = self._mirror.fingerprint()
            if work.error is None:
                self.failure, self.read_at = None, now_ms()
            elif isinstance(work.error, SourceError):
                self.failure = work.error
                said = getattr(self._mirror, "read_at", None)  # a server's mirror knows it of earlier processes too
                self.read_at = self.read_at or (said() if said else None)
            else:
                raise work.error

    def _current(self) -> bool:
        if self._seen is _NEVER:
            return False
        if self.remote:
            return time.monotonic() - self._asked < SERVER_SECONDS
        return self._mirror.fingerprint() == self._seen

    def _known(self) -> bool:
        try:
            return bool(self.experiments())
        except SourceError:
            return False


_NEVER = object()
