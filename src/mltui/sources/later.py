"""A value that is being made in a thread of its own while something else goes on."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

from mltui.errors import Busy

T = TypeVar("T")


class Later(Generic[T]):
    """Starts `make` at once; `value` waits for it. The thread is a daemon: a hung tool never holds the exit."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._made: list[T] = []
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, args=(make,), daemon=True)
        self._thread.start()

    def _run(self, make: Callable[[], T]) -> None:
        try:
            self._made.append(make())
        except BaseException as error:  # raised again where the value is wanted
            self._error = error

    def value(self, timeout: float | None = None) -> T:
        """What `make` returned or raised. Raises `Busy` after `timeout` seconds (None: never)."""
        self._thread.join(timeout)
        if self._error is not None:
            raise self._error
        if not self._made:
            raise Busy(f"no answer within {timeout:g} s")
        return self._made[0]
