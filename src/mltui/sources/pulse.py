"""What makes whoever shows a project look again: files that changed, and every few seconds the store."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.sources.watch import Watch
    from mltui.sources.workspace import Workspace

#: Whose changes no file watch tells: a database's are seen by asking it, that a job's runner died by looking for it
#: (seconds between two looks).
STORE_FEEDS = ("stores", "runs", "models", "jobs")
STORE_EVERY = 2.0
#: Everything else is looked at this often where files are watched, in case a watch missed something, and where they
#: can't be (seconds).
WATCHED_EVERY = 30.0
POLLED_EVERY = 5.0
#: Where files can't be watched, the one that says which stage runs is looked at so often: a stat (seconds).
GLANCE_EVERY = 0.5


class Kicked(Protocol):
    """Who is told, from the pulse's thread: the feeds of the screens, or `mltui status --watch`."""

    def kick(self, *names: str) -> None:
        """Let the named sources (none: all) look whether something moved."""


class Pulse:
    """One thread that waits for changes and kicks `feeds`; every so many seconds (`every`) where no file tells."""

    def __init__(self, workspace: Workspace, feeds: Kicked, every: float = STORE_EVERY) -> None:
        self._every = every
        self._workspace = workspace
        self._feeds = feeds
        self._stop = threading.Event()
        self._changed = threading.Event()
        self._pipeline: Pipeline | None = None
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; does not wait for it."""
        self._stop.set()
        self._changed.set()

    def look_at(self, pipeline: Pipeline | None) -> None:
        """Watch the directories that this pipeline names from now on. Which they are is found out by the thread."""
        if pipeline is not self._pipeline:
            self._pipeline = pipeline
            self._changed.set()

    def _run(self) -> None:
        from mltui.sources.watch import Watch, can_watch, directories

        while not self._stop.is_set():
            self._changed.clear()
            wanted = directories(self._workspace.project, self._pipeline)
            if wanted and all(can_watch(path) for path in wanted):
                self._watched(Watch(wanted, self._changed, self._every))
            else:
                self._polled(Watch((), self._changed, GLANCE_EVERY))

    def _watched(self, watch: Watch) -> None:
        since = WATCHED_EVERY  # what changed while the watch before this one ended was seen by neither
        for moved in watch:
            since = 0.0 if moved else since + self._every
            if moved or since >= WATCHED_EVERY:
                self._feeds.kick()
                since = 0.0
            else:
                self._feeds.kick(*STORE_FEEDS)

    def _polled(self, watch: Watch) -> None:
        from mltui.sources.dvc.running import rwlock_mark

        top, pipeline = self._workspace.project.root, self._pipeline
        roots = [top / root for root in (pipeline.roots if pipeline is not None else ())]
        mark = rwlock_mark(roots)
        for looks, _ in enumerate(watch, 1):
            former, mark = mark, rwlock_mark(roots)
            if looks % round(POLLED_EVERY / GLANCE_EVERY) == 0:
                self._feeds.kick()
            elif looks % max(1, round(self._every / GLANCE_EVERY)) == 0:
                self._feeds.kick(*STORE_FEEDS)
            if mark != former:
                self._feeds.kick("pipeline")
