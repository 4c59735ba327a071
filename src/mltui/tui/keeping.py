"""What is on screen, kept for the next start: a summary of it, and the picture of the frame that start begins with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mltui.tui.first import first_lines
from mltui.tui.symbols import symbols
from mltui.tui.widgets.bar import Bar
from mltui.tui.widgets.header import header_pieces
from mltui.tui.widgets.placebar import all_tabs

if TYPE_CHECKING:
    from textual.timer import Timer

    from mltui.model.status import Snapshot
    from mltui.tui.screens.main import MainScreen

#: When it is kept: so long after every part was there, and then where something came in at most this often (seconds).
SETTLE = 1.0
KEEP_EVERY = 30.0
#: Without these there is nothing to begin with.
NEEDED = ("git", "pipeline", "stores", "models", "runs")


class Keeping:
    """Keeps what `screen` shows. Not what only this session shows (`Workspace.passing`)."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._waiting = False

    def soon(self) -> None:
        """Something came in: keep it, but not each second of a training."""
        parts = self._screen.parts()
        if self._waiting or self._screen.workspace.passing or any(parts[name] is None for name in NEEDED):
            return
        self._waiting = True
        self._timer = self._screen.set_timer(KEEP_EVERY if self._timer else SETTLE, self._keep)

    def stop(self) -> None:
        """Keep nothing any more."""
        if self._timer:
            self._timer.stop()

    def _keep(self) -> None:
        from mltui.tui.memory import snapshot_of

        self._waiting = False
        screen = self._screen
        if screen.workspace.passing:  # another time is looked at meanwhile
            return
        snapshot = snapshot_of(screen.workspace, screen.parts(), screen.primary)
        keep_picture = self._picture(snapshot)

        def keep() -> None:
            screen.workspace.remember(snapshot)
            keep_picture()

        screen.run_worker(keep, thread=True, exclusive=True, group="memory")

    def _picture(self, snapshot: Snapshot) -> Callable[[], None]:
        """Draw it, and give what keeps it."""
        from mltui.sources.glance import keep
        from mltui.tui.glance import Scene, glance

        screen, app = self._screen, self._screen.app
        project = screen.workspace.project
        if screen.has_class("-tiny") or screen.has_class("-flat") or project.server:
            return lambda: None
        header = header_pieces(
            project.name,
            snapshot.git,
            snapshot.stores,
            problems=(),
            read_at=0,
            symbols=symbols(app),
        )
        scene = Scene(header, all_tabs(), first_lines(snapshot, symbols(app)))
        rows = glance(app, scene, screen.query_one("#header", Bar).rich_style, screen.rich_style)
        size = app.size
        return lambda: keep(str(project.start), (size.width, size.height), rows)
