"""Whether a file store moved, at the price of a few hundred stats however large it is."""

from __future__ import annotations

import itertools
import os
import sqlite3
import time
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from mltui.sources.mlflow.files import disk
from mltui.sources.mlflow.files.experiments import REGISTRY, TRASH
from mltui.sources.mlflow.files.runs import deep, still

#: Running runs whose every file is looked at each time, newest first.
LIVE_RUNS = 8

#: Newest other runs that are looked at like that: a note is added, a late metric logged.
NEWEST_RUNS = 4

#: Of the other runs so many are looked at each time, in turn (some 6 stats each).
IN_TURN = 80

#: Entries of ``models/`` and experiments looked at: more than anyone keeps in files.
MANY = 2_000

#: Every so often every file of every run is looked at: rewritten tags show in no directory's time.
SWEEP_SECONDS = 600.0


@dataclass(slots=True)
class _Run:
    path: str
    stamp: str
    deep: str
    live: bool


class Watch:
    """Remembers how the runs looked when they were read, and notices when one looks different.

    `remember` after each refresh; `fingerprint` in between. The fingerprint counts what moved since, and holds the
    times of the few directories that change when runs, experiments or models come and go.
    """

    def __init__(self, root: str) -> None:
        self._root = root
        self._live: list[_Run] = []
        self._others: list[_Run] = []
        self._turn = 0
        self._moved = 0
        self._swept = time.monotonic()

    def remember(self, connection: sqlite3.Connection, *, swept: bool) -> None:
        """Take over what the mirror knows; `swept` says that every file was just looked at."""
        rows = connection.execute(
            """select s.path, s.stamp, s.deep, r.status in ('RUNNING', 'SCHEDULED')
               from mltui_seen s left join runs r using (run_uuid) order by r.start_time desc"""
        ).fetchall()
        runs = [_Run(f"{self._root}/{path}", stamp, digest, bool(live)) for path, stamp, digest, live in rows]
        running = [run for run in runs if run.live][:LIVE_RUNS]
        first = running + [run for run in runs if not run.live][:NEWEST_RUNS]
        chosen = {run.path for run in first}
        self._live = first
        self._others = [run for run in runs if run.path not in chosen]
        self._turn = 0
        if swept:
            self._swept = time.monotonic()

    @property
    def sweep_due(self) -> bool:
        return time.monotonic() - self._swept > SWEEP_SECONDS

    def fingerprint(self) -> Hashable:
        """Equal as long as nothing was seen to move."""
        for run in self._live:
            digest = deep(run.path)
            if digest != run.deep or not still(run.path, run.stamp):
                self._notice(run, digest)
        others = self._others[self._turn : self._turn + IN_TURN]
        self._turn = 0 if self._turn + IN_TURN >= len(self._others) else self._turn + IN_TURN
        for run in others:
            digest = deep(run.path) if run.live else run.deep
            if digest != run.deep or not still(run.path, run.stamp):
                self._notice(run, digest)
        return (self._moved, self.sweep_due, tuple(self._times()))

    def _notice(self, run: _Run, digest: str) -> None:
        self._moved += 1
        run.deep = digest
        run.stamp = "[]"  # one notice until the next refresh, which remembers the new look

    def _times(self) -> Iterator[int]:
        """Times of the root, its experiments, their own files, and the registry."""
        yield disk.mtime_of(self._root)
        yield disk.mtime_of(f"{self._root}/{TRASH}")
        for directory in (self._root, f"{self._root}/{TRASH}"):
            for path in _inside(directory):
                for name in ("", "/meta.yaml", "/tags", "/datasets", "/models"):
                    yield disk.mtime_of(path + name)
        for model in _inside(f"{self._root}/{REGISTRY}"):
            for name in ("", "/meta.yaml", "/tags", "/aliases"):
                yield disk.mtime_of(model + name)
            for inner in _inside(f"{model}/aliases", files=True):
                yield disk.mtime_of(inner)
            for version in _inside(model):
                yield disk.mtime_of(f"{version}/meta.yaml")
                yield disk.mtime_of(f"{version}/tags")


def _inside(directory: str, *, files: bool = False) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            found = [entry.path for entry in itertools.islice(entries, MANY) if files or entry.is_dir()]
    except OSError:
        return []
    return sorted(found)
