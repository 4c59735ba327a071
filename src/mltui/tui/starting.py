"""The order of a start: what somebody waits for is read first, and what nobody waits for once that is drawn."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mltui.tui.places.registry import import_all

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.sources.pulse import Pulse
    from mltui.tui.screens.main import MainScreen

#: What nobody waits for begins so long after the reading did (seconds).
UNHURRIED = 2.0
#: The other places are imported so long after the runs were drawn (seconds).
LEISURE = 0.5
#: What was read ahead of the screen is drawn in about this time; then the rest is read (seconds).
AHEAD_DRAWN = 0.1
#: The newest runs are listed in a worker and drawn in about this time after they came (seconds).
DRAWING = 0.12


class Starting:
    """Begins to read for `screen`, through its feeds, and goes on with what changed until it is stopped."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._pulse: Pulse | None = None
        self._over = False
        self._leisured = False  # what was not gone to yet is imported, or about to be

    def begin(self) -> None:
        """The screen has its place in front, and nothing is in it yet."""
        from mltui.sources.pulse import Pulse

        screen = self._screen
        self._pulse = Pulse(screen.workspace, screen.feeds)
        # after the next frame, and not before it: that one is still the place without what is in it
        screen.call_after_refresh(screen.call_after_refresh, self._read)

    def _read(self) -> None:
        """Begin to read once what is known is drawn: the threads that read share the interpreter with the drawing."""
        if self._screen.feeds.begun:
            self._screen.set_timer(AHEAD_DRAWN, self._read_all)
        else:
            self._read_all()

    def _read_all(self) -> None:
        if self._over or self._pulse is None:
            return
        self._screen.feeds.start()
        self._pulse.start()
        self._screen.set_timer(UNHURRIED, self._find_out)

    def _find_out(self) -> None:
        """What became of actions whose end nobody noted: nobody waits for it, so not while the first runs are read."""
        from mltui.actions.finding_out import note_what_is_found

        workspace = self._screen.workspace
        threading.Thread(target=note_what_is_found, args=(workspace,), name="finding out", daemon=True).start()

    def runs_came(self) -> None:
        """Runs are drawn soon: what takes long waits for that."""
        self._screen.set_timer(DRAWING, self._drew_runs)

    def _drew_runs(self) -> None:
        """Runs are on screen: now what takes long is read, and soon what nobody went to yet is imported."""
        self._screen.feeds.go_on()
        if not self._leisured:
            self._leisured = True
            self._screen.set_timer(
                LEISURE, lambda: threading.Thread(target=import_all, name="places", daemon=True).start()
            )

    def pipeline_came(self, pipeline: Pipeline | None) -> None:
        """Its files are watched from now on."""
        if self._pulse:
            self._pulse.look_at(pipeline)

    def stop(self) -> None:
        """Read nothing any more; for good."""
        self._over = True
        self._screen.feeds.stop()
        if self._pulse:
            self._pulse.stop()
