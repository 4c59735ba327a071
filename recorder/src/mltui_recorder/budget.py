"""How long it may take: a training waits for this."""

from __future__ import annotations

import math
import os
import time

#: Seconds for everything together, each time a run starts. `VARIABLE` says otherwise; 0 is: nothing at all.
BUDGET_S = 0.2
VARIABLE = "MLTUI_RECORDER_SECONDS"
#: No more than that, whatever is said.
_LONGEST_S = 60.0


def budget() -> float:
    """Seconds, as the environment says them, else `BUDGET_S`."""
    try:
        said = float(os.environ[VARIABLE])
    except (KeyError, ValueError):
        return BUDGET_S
    return min(max(said, 0.0), _LONGEST_S) if math.isfinite(said) else BUDGET_S


class Deadline:
    """A moment on the monotonic clock, so many seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds until then, never negative."""
        return max(0.0, self._end - time.monotonic())

    def sooner(self, seconds: float) -> Deadline:
        """A deadline so many seconds before this one, for what has something after it."""
        return Deadline(self.left() - seconds)
