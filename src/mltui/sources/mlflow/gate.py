"""The gate every read of a SQLite store passes: how a suspend waits until nothing is open.

A process that is stopped (``ctrl+z``) in the middle of a read keeps its lock until somebody types ``fg``; MLflow's
store is in journal mode *delete*, so a training's ``log_metric`` would fail meanwhile. Reads are bursts of at most
50 ms, each inside `Gate.burst`; whoever stops the process waits for them.

The same gate keeps plain ``open``/``close`` of a database file away from open bursts: POSIX drops *every* lock a
process holds on a file as soon as it closes *any* descriptor of it (https://sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Gate:
    """Counts open bursts by thread, and lets nobody in while somebody waits for them to end."""

    def __init__(self) -> None:
        # A condition over a re-entrant lock: a signal handler may run while its own thread holds it.
        self._changed = threading.Condition(threading.RLock())
        self._bursting: set[int] = set()
        self._pausing: list[int] = []
        self._deferred: list[Callable[[], None]] = []

    @contextmanager
    def burst(self) -> Iterator[None]:
        """One read. Waits while reads are paused by another thread."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: not self._deferred and all(one == me for one in self._pausing))
            self._bursting.add(me)
        try:
            yield
        finally:
            self._leave(me)

    def _leave(self, me: int) -> None:
        with self._changed:
            self._bursting.discard(me)
            deferred = [] if self._bursting else self._deferred[:]
            for action in deferred:
                action()
            del self._deferred[: len(deferred)]
            self._changed.notify_all()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Wait until no burst is open, then let none begin until the block ends. Not for a thread inside a burst."""
        me = threading.get_ident()
        with self._changed:
            if me in self._bursting:
                raise RuntimeError("a read can't wait for itself: use when_idle")
            self._pausing.append(me)
            self._changed.wait_for(lambda: not self._bursting)
        try:
            yield
        finally:
            with self._changed:
                self._pausing.remove(me)
                self._changed.notify_all()

    def when_idle(self, action: Callable[[], None]) -> None:
        """Call `action` now if nothing is being read, else at the end of the last open burst.

        For signal handlers: it never waits, and the handler may have interrupted a burst of its own thread.
        """
        with self._changed:
            if self._bursting:
                self._deferred.append(action)
            else:
                action()


_GATE = Gate()

#: ``with burst():`` around each read of a SQLite store.
burst = _GATE.burst
#: ``with reads_paused():`` around a suspend (TUI), and around opening a database file without SQLite.
reads_paused = _GATE.paused
#: ``when_idle(lambda: os.kill(os.getpid(), signal.SIGSTOP))`` in a SIGTSTP handler (command line).
when_idle = _GATE.when_idle
