"""How long it may take: a training waits for this."""

from __future__ import annotations

import time

#: Seconds for everything together, each time a run starts.
BUDGET_S = 0.2


class Deadline:
    """A moment on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then, never negative."""
        return max(0.0, self._end - time.monotonic())

    def sooner(self, seconds: float) -> Deadline:
        """A deadline so many seconds before this one, for what has something after it."""
        return Deadline(self.left() - seconds)
