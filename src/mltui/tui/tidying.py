"""What reading took goes back to the system, once it is quiet."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mltui.tui.collector import forget_drawn, tidy, trim

if TYPE_CHECKING:
    from textual.timer import Timer

    from mltui.sources.workspace import Workspace
    from mltui.tui.screens.main import MainScreen

#: So long after the last thing was read: somebody who goes from one stage to the next has them read at once (seconds).
QUIET = 5.0


class Tidying:
    """Tidies up after `screen`. Where nothing was read nothing is done, and no timer ticks for it."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._untidy = False

    def soon(self) -> None:
        """Something was read: as soon as nothing else is, what it took may go. Of a training, which has things read
        all the time, that is left to `each_minute`."""
        self._untidy = True
        self.stop()
        self._timer = self._screen.set_timer(QUIET, self._give_back)

    def each_minute(self) -> None:
        """Objects that hold each other as well, for which Python stands still a moment."""
        forget_drawn()
        if self._untidy:
            self._untidy = False
            tidy()

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to wait for."""
        return self._timer is None

    def stop(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _give_back(self) -> None:
        self._timer = None
        self._untidy = True  # what is let go holds itself, in part
        workspace = self._screen.feeds.workspace
        threading.Thread(target=give_back, args=(workspace,), name="tidying", daemon=True).start()


def give_back(workspace: Workspace) -> None:
    """Not on the drawing thread: it waits for who reads."""
    workspace.let_go()
    trim()
