"""A screen that stands still while it is being furnished."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Final

from textual.screen import Screen

#: So long at most (seconds): whoever waits sees what there is.
LONGEST: Final = 0.3


class Still:
    """Keeps `screen` from drawing, so that what comes bit by bit within a moment is drawn once."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._held = ExitStack()

    def hold(self) -> None:
        """Draw nothing from here on, until `release` or for `LONGEST`."""
        self._held.enter_context(self._screen.app.batch_update())
        self._screen.set_timer(LONGEST, self.release)

    def release(self) -> None:
        """Draw again. Harmless if nothing is held."""
        self._held.close()
