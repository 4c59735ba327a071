"""A tracking server as a mirror: pages as they come, newest runs first; what a silent server last said stays."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from mltui.errors import NotFound, SourceError
from mltui.model.part import Problem
from mltui.model.runs import MetricPoint
from mltui.sources.mlflow import mirror, rows
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.files import points
from mltui.sources.mlflow.records import ExperimentRecord
from mltui.sources.mlflow.server import asking, columns
from mltui.sources.mlflow.server.door import Door, throttled
from mltui.sources.mlflow.server.login import login
from mltui.sources.mlflow.server.registry import Registry
from mltui.sources.mlflow.server.rest import Rest
from mltui.sources.mlflow.server.runs import Progress, Runs
from mltui.sources.mlflow.server.series import keep, kept
from mltui.sources.port import now_ms


class Swept(NamedTuple):
    """The last time all of a server was read: when that began (epoch ms), and how long it took (ms)."""

    at: int
    took: int


class ServerMirror:
    """Mirrors the tracking server at `uri` into `database`, each login into one of its own beside it.

    What one user may see the server may refuse another, also while it refuses or is silent.

    `environ` gives the login (``MLFLOW_TRACKING_*``) and ``MLFLOW_REGISTRY_URI``, `registry` the login there if it is
    another; nothing of them is kept in the mirror.
    `timeout` (seconds, whole requests) only shortens the usual 10. Runs have no time of change: `refresh` reads all of
    them, page by page, and finds edits and deletions, `tick` looks for what is new and what runs, `reread` reads those
    anew that somebody wants. A registry that fails is a problem of its own, and runs are read none the less. Nothing
    is contacted before these are called. Any thread may call.
    """

    def __init__(
        self,
        uri: str,
        database: Path,
        environ: Mapping[str, str],
        *,
        registry: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> None:
        rest = Rest(login(uri, environ, timeout))
        said = environ.get("MLFLOW_REGISTRY_URI", "")
        elsewhere = said.startswith(("http://", "https://"))
        models = Rest(login(said, environ if registry is None else registry, timeout)) if elsewhere else rest
        registry_of = Registry(models, rest) if elsewhere or not said else None
        self._through(rest, registry_of, database, (rest.who, models.who))

    def _through(self, rest: Door, registry: Registry | None, database: Path, who: Sequence[str]) -> None:
        """Ask through these doors, as `who`."""
        self._rest = rest
        self._registry = registry
        self._runs = Runs(rest)
        asking_as = dict.fromkeys(filter(None, who))
        self.database = database.with_stem("-".join((database.stem, *asking_as)))
        self._generation: str | None = None
        self._lock = threading.Lock()
        self._series_lock = threading.Lock()

    @property
    def uri(self) -> str:
        """The server's address without secrets."""
        return self._rest.base

    @property
    def waiting(self) -> SourceError | None:
        """That the server asked to wait, while that is done."""
        seconds = self._rest.waiting
        return None if seconds is None else throttled(self._rest.base, seconds)

    def fingerprint(self) -> Hashable:
        """Constant until something new came, by this process or another; never asks the server."""
        generation = mirror.generation(self.database)
        # one that is being written is as it was before
        self._generation = self._generation if generation is None else generation
        return self._generation

    def refresh(self, progress: Progress | None = None) -> None:
        """Read all of the server. Raises `SourceError`, and what came before stays."""
        self._do(partial(self._refresh, progress=progress))

    def tick(
        self, experiments: Collection[str] | None = None, *, others: bool = False, shown: Sequence[str] = ()
    ) -> None:
        """Ask a server that was swept for little: experiments, the newest runs until a known one, running ones, and
        those (ids) that are `shown` to somebody.

        `experiments` are the ids that matter; those that came since the last sweep always do. `others`: a new run in
        any other makes that one matter, so new runs are asked for there too. What else was edited, deleted, restored
        or logged with an older start the next `refresh` finds. Raises `SourceError`, and what came before stays.
        """
        self._do(partial(self._tick, experiments=experiments, others=others, shown=shown))

    def reread(
        self, experiments: Collection[str] | None = None, limit: int | None = None, *, deleted: bool = False
    ) -> None:
        """Read the runs of these experiments (ids) anew, edits and all; with `limit` the newest so many.

        Deleted ones count for the limit if `deleted`. Raises `SourceError`, and what came before stays.
        """
        self._do(partial(self._reread, experiments=experiments, limit=limit, deleted=deleted))

    def read_registry(self) -> None:
        """Read the models anew, however long ago they were read. Raises `SourceError`."""
        if self._registry is not None:
            self._do(self._registry.load)

    def problems(self) -> tuple[Problem, ...]:
        """What of the server's answers could not be read."""
        return mirror.problems(self.database, "mlflow")

    def swept(self) -> Swept | None:
        """The last sweep, of this process or an earlier one; None if all of it never was read."""

        def last(connection: sqlite3.Connection) -> Swept | None:
            if mirror.note(connection, "root") != self._mine():
                return None
            said = mirror.note(connection, "swept")
            return None if said is None else Swept(*json.loads(said))

        return mirror.using(self.database, last)

    def read_at(self) -> int | None:
        """When the server was last read, by a tick or all of it, epoch ms; None if all of it never was."""
        ticked = mirror.using(self.database, lambda connection: mirror.note(connection, "ticked_at"))
        swept = self.swept()
        return None if swept is None else max(swept.at + swept.took, int(ticked or 0))

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        """All points of one metric of one run by step, then time; with `limit` the newest so many.

        Asks the server, and keeps what it says. If it can't be asked, the points of the last time are given; without
        any the `SourceError` is raised (`NotFound`: no such run or metric).
        """
        with self._series_lock:  # a chart does not wait for a sweep
            found = mirror.using(self.database, partial(self._history, run_id=run_id, key=key))
        if not found:
            raise NotFound(f"run {run_id} has no metric {key}")
        return points.series(found, limit)

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        """As `series`, by columns: the whole of a short one, the server's sample of a long one (`Series.note`).

        The server is asked again after five seconds, or ten times what it took; until then `former` is the answer.
        """
        if former is not None and isinstance(former.mark, columns.Mark) and time.monotonic() < former.mark.again:
            return former
        began = time.monotonic()
        with self._series_lock:
            found, note = mirror.using(self.database, partial(self._columns, run_id=run_id, key=key))
        if not found:
            raise NotFound(f"run {run_id} has no metric {key}")
        return Read(columns.series(run_id, key, found, note), columns.Mark.of(began))

    def close(self) -> None:
        """Let go of connections to the server."""
        self._rest.close()
        if self._registry is not None:
            self._registry.close()

    def _do(self, work: Callable[[sqlite3.Connection], None]) -> None:
        def claimed(connection: sqlite3.Connection) -> None:
            self._claim(connection)
            work(connection)

        with self._lock:
            mirror.using(self.database, claimed)

    def _refresh(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        began = now_ms()
        found = asking.experiments(self._rest)
        self._keep(connection, found)
        self._sweep(connection, [one.experiment_id for one in found], began, progress)
        if self._registry is not None:
            self._registry.read(connection)

    def _tick(
        self, connection: sqlite3.Connection, experiments: Collection[str] | None, others: bool, shown: Sequence[str]
    ) -> None:
        was = dict(connection.execute("select experiment_id, lifecycle_stage from experiments").fetchall())
        known = set(json.loads(mirror.note(connection, "known") or "[]"))
        found = asking.experiments(self._rest)
        # with an experiment its runs are deleted and restored
        moved = [e.experiment_id for e in found if was.get(e.experiment_id, e.lifecycle_stage) != e.lifecycle_stage]
        self._runs.sweep(connection, moved)
        self._keep(connection, found)
        self._runs.drop(connection)
        wanted = [
            one.experiment_id
            for one in found
            if experiments is None or one.experiment_id in experiments or one.experiment_id not in known
        ]
        seen = self._runs.newest(connection, wanted)
        if others:
            seen |= self._runs.newest(connection, [e.experiment_id for e in found if e.experiment_id not in wanted])
        seen |= self._runs.running(connection, set(wanted), seen)
        self._runs.shown(connection, shown, seen)
        with mirror.writing(connection):
            mirror.note(connection, "ticked_at", str(now_ms()))
        if self._registry is not None and self._registry.due:
            self._registry.read(connection)

    def _reread(
        self,
        connection: sqlite3.Connection,
        experiments: Collection[str] | None,
        limit: int | None,
        deleted: bool,
    ) -> None:
        there = [e for (e,) in connection.execute("select experiment_id from experiments")]
        wanted = there if experiments is None else [e for e in there if e in experiments]
        if limit is None and len(wanted) == len(there):
            self._sweep(connection, wanted, now_ms())
        elif limit is None:
            self._runs.sweep(connection, wanted)
        elif limit > 0:
            self._runs.newest(connection, wanted, enough=limit, deleted=deleted)

    def _sweep(
        self, connection: sqlite3.Connection, every: Sequence[str], began: int, progress: Progress | None = None
    ) -> None:
        """Read every run of `every` experiment there is, and note that all was read."""
        self._runs.sweep(connection, every, progress)
        with mirror.writing(connection):
            mirror.note(connection, "known", json.dumps(every))
            mirror.note(connection, "swept", json.dumps(Swept(began, now_ms() - began)))

    def _history(self, connection: sqlite3.Connection, run_id: str, key: str) -> list[points.Point]:
        try:
            found = asking.history(self._rest, run_id, key)
        except NotFound:
            raise
        except SourceError:
            if not (known := kept(connection, run_id, key)):
                raise
            return known
        keep(connection, run_id, key, found)
        return found

    def _columns(self, connection: sqlite3.Connection, run_id: str, key: str) -> tuple[list[points.Point], str]:
        try:
            found, note = columns.history(self._rest, run_id, key)
        except NotFound:
            raise
        except SourceError:
            if not (known := kept(connection, run_id, key)):
                raise
            return known, "as last read: the server does not answer"
        keep(connection, run_id, key, found)
        return found, note

    def _mine(self) -> str:
        return f"{self._rest.base} {self._registry.base if self._registry else ''}"

    def _claim(self, connection: sqlite3.Connection) -> None:
        """Empty the mirror if it was another server's."""
        if mirror.note(connection, "root") == self._mine():
            return
        with mirror.writing(connection):
            rows.clear(connection)
            mirror.moved(connection)
            mirror.note(connection, "root", self._mine())

    def _keep(self, connection: sqlite3.Connection, found: Sequence[ExperimentRecord]) -> None:
        def write() -> None:
            rows.replace_experiments(connection, found)
            mirror.moved(connection)

        mirror.renew(connection, "experiments", found, write)
