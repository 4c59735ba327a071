"""What makes the feeds look again: files that changed, and every few seconds the store."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

    from mltui.sources.workspace import Workspace
    from mltui.tui.feeds import Feeds
    from mltui.tui.places.base import Parts

#: Whose changes no file watch tells: a database's are seen by asking it (seconds between two looks).
STORE_FEEDS = ("stores", "runs", "models")
STORE_EVERY = 2.0
#: Everything else is looked at this often where files are watched, in case a watch missed something, and where they
#: can't be (seconds).
WATCHED_EVERY = 30.0
POLLED_EVERY = 5.0


class Pulse:
    """One thread that waits for changes and kicks the feeds."""

    def __init__(self, workspace: Workspace, feeds: Feeds) -> None:
        self._workspace = workspace
        self._feeds = feeds
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._wanted: tuple[Path, ...] = ()
        self._seen: Hashable = None
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; does not wait for it."""
        self._stop.set()
        self._changed.set()

    def look_at(self, parts: Parts) -> None:
        """The parts moved: watch the directories they name from now on."""
        from mltui.sources.watch import directories

        git, pipeline = parts.get("git"), parts.get("pipeline")
        seen = (id(git.value) if git else 0, id(pipeline.value) if pipeline else 0)
        if seen == self._seen:
            return
        self._seen = seen
        wanted = directories(self._workspace.project, pipeline.value if pipeline else None)
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def _run(self) -> None:
        from mltui.sources.watch import Watch, can_watch

        since = 0.0
        while not self._stop.is_set():
            self._changed.clear()
            wanted = self._wanted
            watched = bool(wanted) and all(can_watch(path) for path in wanted)
            every = WATCHED_EVERY if watched else POLLED_EVERY
            watch = Watch(wanted if watched else (), self._changed, STORE_EVERY)
            for moved in watch:
                since = 0.0 if moved else since + STORE_EVERY
                if moved or since >= every:
                    self._feeds.kick()
                    since = 0.0
                else:
                    self._feeds.kick(*STORE_FEEDS)
