"""Bursts: every read of a SQLite store is one short transaction behind the gate, with nothing open afterwards."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mltui.errors import Busy, SourceError, Unreadable
from mltui.sources.mlflow import gate
from mltui.sources.mlflow.sqlite import file
from mltui.sources.mlflow.sqlite.copies import copy_of
from mltui.sources.mlflow.sqlite.watchdog import watching

T = TypeVar("T")

#: A writer in journal mode delete waits for the readers that are open; nobody notices 50 ms, and noticing that they
#: are over takes a few.
BURST_SECONDS = 0.04
#: Between two bursts: long enough for a writer that sleeps on the lock to be scheduled.
PAUSE_SECONDS = 0.0003
#: A store somebody holds locked for longer is reported as busy.
BUSY_SECONDS = 3.0
BUSY_PAUSE = 0.005

_MALFORMED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
#: A journal or WAL that must be recovered first, which is a write; a network file system that can't lock.
_COPY_INSTEAD = {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PROTOCOL,
}


class Interrupted(Exception):
    """A burst used its time up: ask for less."""


class Moved(Exception):
    """The file was replaced or changed its journal mode meanwhile: open it again."""


class Bursts:
    """Runs functions on a connection to the database at `path`, one burst each."""

    def __init__(self, path: Path, copies: Path) -> None:
        self.path = path
        self._copies = copies
        self._connection: sqlite3.Connection | None = None
        self._plan: file.Plan | None = None
        self._copied: file.Seen | None = None  #: the file as it looked when it could not be read in place
        self._lock = threading.RLock()  # readers of one store share a connection, one burst at a time

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` in one burst. It fetches all it wants; cursors may not outlive it.

        Raises `Interrupted` after 50 ms, `Busy` if the store stays locked, `Unreadable`, `Denied`, `NotFound`.
        """
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                with self._lock:
                    self._open()
                    with gate.burst():
                        return self._attempt(work)
            except sqlite3.Error as error:
                self._judge(error, give_up)
                time.sleep(BUSY_PAUSE)
            except UnicodeDecodeError as error:  # of SQLite's own words about it, which quote what is broken
                self.close()
                raise self._translated("its schema is malformed", sqlite3.SQLITE_CORRUPT) from error
            except Moved:
                self.close()
                if time.monotonic() > give_up:
                    raise Busy(f"{self.path.name} changes too fast to be read", file.AGAIN) from None
            finally:
                time.sleep(PAUSE_SECONDS)

    def patiently(self, work: Callable[[sqlite3.Connection], T], tries: int = 20) -> T:
        """`work` that can't be cut into smaller pieces: once more after each interruption (the pages are warm then)."""
        for _ in range(tries):
            try:
                return self.run(work)
            except Interrupted:
                continue
        raise Busy(f"{self.path.name} answers too slowly", "is its disk or network overloaded?")

    def close(self) -> None:
        """Let go of the connection; the next burst opens another."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._plan = None

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection, plan = self._connection, self._plan
        if connection is None or plan is None or self._stale():
            raise Moved
        try:
            with watching(connection, BURST_SECONDS):
                result = work(connection)
        finally:
            # A WAL connection that stays open keeps the writer from tidying up at its end; a transaction, from writing.
            if plan.access == "shared" or connection.in_transaction:
                self.close()
        if plan.access == "still" and self._stale(plan):  # immutable reads take no lock: look again
            raise Moved
        return result

    def _stale(self, plan: file.Plan | None = None) -> bool:
        """Whether the file is another than the one that is open."""
        plan = plan or self._plan
        seen = file.look(self.path)
        if plan is None or seen.shape != plan.seen.shape:
            return True
        return plan.access in ("still", "copy") and seen != plan.seen

    def _open(self) -> None:
        if self._connection is not None and self._stale():
            self.close()
        if self._connection is not None:
            return
        plan = file.plan(self.path)
        if plan.seen == self._copied:
            plan = file.Plan("copy", plan.seen)
        source = copy_of(self.path, self._copies) if plan.access == "copy" else self.path
        connection = sqlite3.connect(
            file.uri(source, plan.access), uri=True, timeout=0, isolation_level=None, check_same_thread=False
        )
        connection.execute("pragma temp_store = memory")
        self._connection, self._plan = connection, plan

    def _judge(self, error: sqlite3.Error, give_up: float) -> None:
        """Return to try again; raise what the error means otherwise."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_INTERRUPT:
            raise Interrupted from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            if time.monotonic() > give_up:
                raise Busy(f"{self.path.name} is locked by another process", file.AGAIN) from error
            return
        plan = self._plan
        self.close()
        if code in _COPY_INSTEAD and plan is not None and plan.access in ("live", "shared"):
            self._copied = plan.seen
            return
        if plan is not None and plan.access == "still" and time.monotonic() <= give_up and self._stale(plan):
            return  # it was written meanwhile: read without a lock, that looks damaged
        raise self._translated(error, code) from error

    def _translated(self, error: sqlite3.Error | str, code: int) -> SourceError:
        hint = f"restore it from a backup, or try: sqlite3 {self.path.name} .recover" if code in _MALFORMED else ""
        return Unreadable(f"{self.path.name}: {error}", hint)
