"""A tracking server as a mirror: pages as they come, newest runs first; what a silent server last said stays."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from functools import partial
from pathlib import Path

from mltui.errors import NotFound, SourceError
from mltui.model.part import Problem
from mltui.model.runs import MetricPoint
from mltui.sources.mlflow import mirror, rows
from mltui.sources.mlflow.files import points
from mltui.sources.mlflow.records import ExperimentRecord, Flaw, RegistryRecord, RunRecord
from mltui.sources.mlflow.server import asking, translate
from mltui.sources.mlflow.server.login import login
from mltui.sources.mlflow.server.pages import delete, digest_of, forget, write_page
from mltui.sources.mlflow.server.rest import Rest
from mltui.sources.mlflow.server.series import keep, kept
from mltui.sources.port import now_ms

#: Logged models asked for in one refresh, each by a request of its own.
LOGGED_MODELS = 50

#: Runs in the page of a `tick`, and running runs that are asked for one by one in it, newest first.
TICK_RUNS, TICK_RUNNING = 200, 50

#: Between ticks the registry, which changes rarely, is asked every so often.
REGISTRY_SECONDS = 60.0

#: Where the registry's failure stands among what could not be read.
REGISTRY_PATH = "models/registry"

#: Told after each page how many runs are read so far, and that more are to come.
Progress = Callable[[int, bool], None]


class ServerMirror:
    """Mirrors the tracking server at `uri` into `database`.

    `environ` gives the login (``MLFLOW_TRACKING_*``) and ``MLFLOW_REGISTRY_URI``; nothing of it is kept in the mirror.
    `timeout` (seconds, whole requests) only shortens the usual 10. Runs have no time of change: `refresh` reads all of
    them, page by page, and finds edits and deletions; with `pages` only the newest so many pages. `tick` looks for what
    is new and what runs. A registry that fails is a problem of its own, and runs are read none the less. Nothing is
    contacted before these are called. Any thread may call.
    """

    def __init__(self, uri: str, database: Path, environ: Mapping[str, str], *, timeout: float | None = None) -> None:
        self.database = database
        self._rest = Rest(login(uri, environ, timeout))
        registry = environ.get("MLFLOW_REGISTRY_URI", "")
        elsewhere = registry.startswith(("http://", "https://"))
        self._registry = Rest(login(registry, environ, timeout)) if elsewhere else self._rest
        self._keeps_registry = elsewhere or not registry
        self._elsewhere = elsewhere
        self._registry_due = 0.0
        self._known: frozenset[str] = frozenset()
        self._changes = 0
        self._lock = threading.Lock()
        self._series_lock = threading.Lock()

    @property
    def uri(self) -> str:
        """The server's address without secrets."""
        return self._rest.base

    def fingerprint(self) -> Hashable:
        """Constant until `refresh` brought something new; never asks the server."""
        return self._changes

    def refresh(
        self,
        progress: Progress | None = None,
        *,
        pages: int | None = None,
        experiments: Collection[str] | None = None,
    ) -> None:
        """Read the server; every page is committed as it comes. Raises `SourceError`, and what came before stays.

        With `pages` the newest so many pages of runs only; then nothing is found to be deleted. `experiments` (ids)
        cuts a shared server to some of its experiments; runs of others stay as they were last seen.
        """
        work = partial(self._refresh, progress=progress, pages=pages, experiments=experiments)
        with self._lock:
            mirror.using(self.database, work)

    def tick(self, experiments: Collection[str] | None = None) -> None:
        """Ask a server that was swept for little: experiments, the newest runs until a known one, running ones.

        `experiments` are the ids that matter; those that came since the last sweep always do. What else was edited or
        deleted the next `refresh` finds. Raises `SourceError`, and what came before stays.
        """
        with self._lock:
            mirror.using(self.database, partial(self._tick, experiments=experiments))

    def problems(self) -> tuple[Problem, ...]:
        """What of the server's answers could not be read."""
        return mirror.problems(self.database, "mlflow")

    def read_at(self) -> int | None:
        """When the server was last read, by a tick or all of it, epoch ms; None if all of it never was."""

        def notes(connection: sqlite3.Connection) -> tuple[str | None, str | None]:
            return mirror.note(connection, "swept_at"), mirror.note(connection, "ticked_at")

        swept, ticked = mirror.using(self.database, notes)
        return None if swept is None else max(int(swept), int(ticked or 0))

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

    def close(self) -> None:
        """Let go of connections to the server."""
        self._rest.close()
        self._registry.close()

    def _refresh(
        self,
        connection: sqlite3.Connection,
        progress: Progress | None,
        pages: int | None,
        experiments: Collection[str] | None,
    ) -> None:
        self._claim(connection)
        found = self._experiments(connection)
        wanted = [e.experiment_id for e in found if experiments is None or e.experiment_id in experiments]
        self._runs(connection, wanted, progress, pages)
        self._known = frozenset(e.experiment_id for e in found)
        with mirror.writing(connection):
            mirror.note(connection, "ticked_at" if pages is not None else "swept_at", str(now_ms()))
        self._models(connection)

    def _tick(self, connection: sqlite3.Connection, experiments: Collection[str] | None) -> None:
        self._claim(connection)
        found = [e.experiment_id for e in self._experiments(connection)]
        wanted = [e for e in found if experiments is None or e in experiments or e not in self._known]
        seen = self._newest(connection, wanted)
        self._running(connection, set(wanted), seen)
        with mirror.writing(connection):
            mirror.note(connection, "ticked_at", str(now_ms()))
        if time.monotonic() >= self._registry_due:
            self._models(connection)

    def _newest(self, connection: sqlite3.Connection, experiment_ids: Sequence[str]) -> set[str]:
        """Pages of the newest runs until one holds a run that is known; the ids of all that came."""
        seen: set[str] = set()
        for page in asking.runs(self._rest, experiment_ids, TICK_RUNS) if experiment_ids else ():
            records = [record for item in page if (record := translate.run(item)) is not None]
            seen.update(record.run_uuid for record in records)
            if self._keep(connection, records, unread=len(page) - len(records)):
                break
        return seen

    def _running(self, connection: sqlite3.Connection, experiment_ids: Collection[str], seen: Collection[str]) -> None:
        """Ask for each run that was running when last seen, and is none of those just `seen`."""
        running = connection.execute(
            """select run_uuid, experiment_id from runs where status in ('RUNNING', 'SCHEDULED')
               and lifecycle_stage = 'active' order by start_time desc"""
        )
        asked = [run for run, experiment in running if run not in seen and experiment in experiment_ids]
        gone, records = [], []
        for run in asked[:TICK_RUNNING]:
            item = asking.run(self._rest, run)
            if item is None:
                gone.append(run)
            elif (record := translate.run(item)) is not None:
                records.append(record)
        self._keep(connection, records)
        self._changes += delete(connection, gone)

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

    def _claim(self, connection: sqlite3.Connection) -> None:
        """Empty the mirror if it was another server's."""
        mine = f"{self._rest.base} {self._registry.base if self._keeps_registry else ''}"
        if mirror.note(connection, "root") == mine:
            return
        with mirror.writing(connection):
            rows.clear(connection)
            mirror.note(connection, "root", mine)

    def _experiments(self, connection: sqlite3.Connection) -> list[ExperimentRecord]:
        found = asking.experiments(self._rest)
        digest = digest_of(found)
        if mirror.note(connection, "experiments") != digest:
            with mirror.writing(connection):
                rows.replace_experiments(connection, found)
                mirror.note(connection, "experiments", digest)
            self._changes += 1
        return found

    def _runs(
        self,
        connection: sqlite3.Connection,
        experiment_ids: Sequence[str],
        progress: Progress | None,
        most: int | None,
    ) -> None:
        seen: set[str] = set()
        count = 0
        for count, page in enumerate(asking.runs(self._rest, experiment_ids) if experiment_ids else (), 1):
            records = [record for item in page if (record := translate.run(item)) is not None]
            seen.update(record.run_uuid for record in records)
            self._keep(connection, records, unread=len(page) - len(records))
            if progress is not None:
                progress(len(seen), most is None or count < most)
            if count == most:
                return
        self._changes += forget(connection, experiment_ids, seen)

    def _keep(self, connection: sqlite3.Connection, records: Sequence[RunRecord], unread: int | None = None) -> bool:
        """Keep a page, or runs asked for one by one. True if any of them was known."""
        known, changed = write_page(connection, records, unread=unread)
        self._changes += changed
        return known

    def _models(self, connection: sqlite3.Connection) -> None:
        """Read the registry. If that fails, what was known of it stays, and the failure is kept for `problems`."""
        failure = ""
        started = time.monotonic()
        try:
            self._read_registry(connection)
        except SourceError as error:
            failure = error.summary
        now = time.monotonic()
        self._registry_due = now + max(REGISTRY_SECONDS, 10 * (now - started))
        former = connection.execute("select reason from mltui_problems where path = ?", (REGISTRY_PATH,)).fetchall()
        if former == ([(failure,)] if failure else []):
            return
        with mirror.writing(connection):
            connection.execute("delete from mltui_problems where path = ?", (REGISTRY_PATH,))
            if failure:
                rows.insert_flaws(connection, [Flaw(REGISTRY_PATH, failure)])
        self._changes += 1

    def _read_registry(self, connection: sqlite3.Connection) -> None:
        found = asking.registry(self._registry, needed=self._elsewhere) if self._keeps_registry else ()
        digest = digest_of(found)
        if mirror.note(connection, "registry") != digest:
            with mirror.writing(connection):
                rows.replace_registry(connection, RegistryRecord(found))
                mirror.note(connection, "registry", digest)
            self._changes += 1
        self._logged_models(connection)

    def _logged_models(self, connection: sqlite3.Connection) -> None:
        """Ask for the logged models behind versions that name no run: they know it."""
        missing = connection.execute(
            """select distinct model_id from model_versions where coalesce(run_id, '') = '' and model_id is not null
               and model_id not in (select model_id from logged_models) limit ?""",
            (LOGGED_MODELS,),
        ).fetchall()
        found = [model for (name,) in missing if (model := asking.logged_model(self._rest, name)) is not None]
        if found:
            with mirror.writing(connection):
                rows.insert_logged_models(connection, found)
            self._changes += 1
