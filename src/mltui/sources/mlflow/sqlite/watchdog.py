"""Ends reads that take too long, from a thread of its own.

A progress handler would do the same, but SQLite calls it through Python: every call waits for Python's lock, up to
5 ms while another thread computes, and the store's read lock is held meanwhile. `interrupt` is asked for once.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

#: A burst of several statements is interrupted again and again until it gives up.
AGAIN_SECONDS = 0.002


class Watchdog:
    """Interrupts each watched connection at its deadline. The thread starts with the first one and sleeps between."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[sqlite3.Connection, float] = {}
        self._thread: threading.Thread | None = None
        self._asleep = False

    @contextmanager
    def watch(self, connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
        """Interrupt what runs on `connection` if the block takes longer than `seconds`."""
        with self._changed:
            self._watched[connection] = time.monotonic() + seconds
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            elif self._asleep:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                del self._watched[connection]

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for connection, deadline in self._watched.items():
                    if deadline <= now:
                        connection.interrupt()
                        self._watched[connection] = now + AGAIN_SECONDS
                self._asleep = not self._watched
                # Deadlines that come meanwhile are later than the ones waited for: nobody need wake us for them.
                self._changed.wait(min(self._watched.values()) - now if self._watched else None)


_WATCHDOG = Watchdog()

#: ``with watching(connection, seconds):`` around each burst.
watching = _WATCHDOG.watch
