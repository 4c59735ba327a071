"""At which pace the DVC child answers: what somebody waits for as any program would, all else at nice 19.

Beside a training that keeps every core busy a child at nice 19 takes several times as long, which is right for a status
that nobody asked for. On Linux each thread has its own nice value, and there is no way back from a high one: so there
are two threads, of which one works at a time. Elsewhere the first question that nobody waits for slows all of them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Any

#: DVC's parsers go deep: as much as a main thread has, also where the default for others is less (musl).
STACK_BYTES = 16 << 20


class Pace:
    """Runs one thing at a time. Used from one thread."""

    def __init__(self) -> None:
        self._asked: queue.Queue[tuple[Callable[..., Any], tuple[Any, ...]]] = queue.Queue()
        self._answers: queue.Queue[Any] = queue.Queue()
        self._polite: threading.Thread | None = None

    def run(self, now: Any, do: Callable[..., Any], *arguments: Any) -> Any:
        """What `do`, which raises nothing, returns: of this thread if somebody waits for it `now`."""
        if now:
            return do(*arguments)
        if self._polite is None:
            threading.stack_size(STACK_BYTES)
            self._polite = threading.Thread(target=self._work, daemon=True)
            self._polite.start()
        self._asked.put((do, arguments))
        return self._answers.get()

    def _work(self) -> None:
        step_back()
        for do, arguments in iter(self._asked.get, None):
            self._answers.put(do(*arguments))


def step_back() -> None:
    """Nice 19 and idle I/O, of this thread: whatever else runs here goes first. A container may forbid it."""
    number = {"x86_64": 251, "aarch64": 30}.get(os.uname().machine)
    with contextlib.suppress(OSError, AttributeError):
        os.nice(19)
        if sys.platform == "linux" and number:
            ctypes.CDLL(None).syscall(number, 1, 0, 3 << 13)  # ioprio_set(WHO_PROCESS, this thread, CLASS_IDLE)
