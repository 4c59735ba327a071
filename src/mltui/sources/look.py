"""One look at everything: what several sources ask for in it is asked once.

A tick lets every source look whether something moved, each in a thread of its own. What they all need is asked by the
first of them after the tick, and is what that tick shows. Outside a look everything is asked anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class _Own(threading.local):
    since: float | None = None


_OWN = _Own()


@contextmanager
def look(since: float) -> Iterator[None]:
    """What this thread asks in here may be as old as `since` (monotonic seconds): when the look was asked for."""
    _OWN.since = since
    try:
        yield
    finally:
        _OWN.since = None


def looking() -> bool:
    """Whether this thread looks for a tick."""
    return _OWN.since is not None


class Shared(Generic[T]):
    """An answer that is asked for once in each look, by whoever wants it first; the others wait for it."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._known: tuple[float, T] | None = None

    def __call__(self) -> T:
        """The answer; outside a look a new one, for nobody else. Raises what asking raises."""
        if (since := _OWN.since) is None:
            return self._ask()
        with self._lock:
            if self._known is None or self._known[0] < since:
                begun = time.monotonic()
                self._known = begun, self._ask()
            return self._known[1]
