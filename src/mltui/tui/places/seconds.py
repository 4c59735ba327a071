"""A place in which something goes on: once a second it is drawn anew, as long as it is looked at."""

from __future__ import annotations

from textual.timer import Timer
from textual.widget import Widget

#: What goes on says anew for how long while the place is in front (seconds).
SECOND = 1.0


class EverySecond(Widget):
    """A place calls `count_seconds` when new rows are on screen. No timer runs where nothing goes on."""

    _second: Timer | None = None

    def goes_on(self) -> bool:
        """Whether there is something whose time goes on."""
        raise NotImplementedError

    def a_second_later(self) -> None:
        """Draw what moved anew: only called while one looks at the place."""
        raise NotImplementedError

    def count_seconds(self) -> None:
        """Begin, if something goes on; it ends by itself."""
        if self._second is None and self.goes_on():
            self._second = self.set_interval(SECOND, self._tick)

    def _tick(self) -> None:
        if not self.goes_on():
            if self._second is not None:
                self._second.stop()
            self._second = None
        elif self.display and self.screen.is_active:
            self.a_second_later()
