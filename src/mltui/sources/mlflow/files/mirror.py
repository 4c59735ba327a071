"""A file store as a mirror: what moved is read again, newest runs first, the rest stays."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mltui.errors import Denied, NotFound, SourceError, Unreadable
from mltui.model.part import Problem
from mltui.model.runs import LoggedModel, MetricPoint
from mltui.sources.mlflow import mirror, rows
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.files import columns, disk, logged, points
from mltui.sources.mlflow.files.experiments import ExperimentDirectory, find_experiments, read_experiment
from mltui.sources.mlflow.files.registry import read_registry
from mltui.sources.mlflow.files.runs import Head, deep, read_head, read_run, still
from mltui.sources.mlflow.files.watch import Watch
from mltui.sources.mlflow.records import ExperimentRecord, Seen
from mltui.sources.port import now_ms

#: Told how many of how many changed runs are in the mirror.
Progress = Callable[[int, int], None]

#: Runs in the first transaction: the newest so many are on screen before older ones are read. Later ones double.
BATCH = 100

#: Runs in any transaction: no lock is held long.
LARGEST_BATCH = 400

#: A run counts as being written until so long after its end: late tags and metrics come then.
RECENT_MS = 3_600_000

#: At most so many running and recent runs are looked at file by file in each refresh.
LIVE = 300


@dataclass(slots=True)
class _Survey:
    """What one look at all directories found."""

    heads: list[Head] = field(default_factory=list)
    experiments: list[ExperimentRecord] = field(default_factory=list)
    present: set[str] = field(default_factory=set)


class FileMirror:
    """Mirrors the file store at `root` (a ``mlruns`` directory) into `database`. Reads only, never writes at `root`.

    `refresh` is incremental: a run is read again if its ``meta.yaml`` or one of its directories moved, or, for running
    and recently ended runs, any of its files; `full` (by itself every ten minutes) looks at every file of every run.
    Any thread may call, one at a time.
    """

    def __init__(self, root: Path, database: Path) -> None:
        self.root = root
        self.database = database
        self._root = str(root)
        self._watch = Watch(self._root)
        self._remembered = False
        self._lock = threading.Lock()

    def fingerprint(self) -> Hashable:
        """Equal as long as nothing at `root` was seen to move; a few hundred stats."""
        with self._lock:
            if not self._remembered and self.database.exists():
                mirror.using(self.database, partial(self._remember, swept=False))
            return self._watch.fingerprint()

    def refresh(self, progress: Progress | None = None, *, full: bool = False) -> None:
        """Bring the mirror up to date. Raises `NotFound`, `Denied` or `Unreadable` if `root` can't be listed."""
        with self._lock:
            mirror.using(self.database, partial(self._refresh, progress=progress, full=full))

    def problems(self) -> tuple[Problem, ...]:
        """What could not be read at the last refresh."""
        return mirror.problems(self.database, "mlflow")

    def series(self, run_id: str, key: str, limit: int | None = None) -> tuple[MetricPoint, ...]:
        """The points of one metric of one run by step, then time, read from its file; with `limit` the newest so many.

        At most `points.SERIES_POINTS`, the newest; `problems` says which series are longer.
        Raises `NotFound` if there is no such run or metric, `Denied` or `Unreadable` if its file can't be read.
        """
        path, growing = self._run(run_id)
        for name, file in disk.walk(f"{path}/metrics").files:
            if name == key:
                most = points.SERIES_POINTS if limit is None else min(limit, points.SERIES_POINTS)
                pieces = disk.pieces(file, points.PIECE_BYTES)
                try:
                    return points.series(points.newest(pieces, growing=growing, limit=most))
                except OSError as error:
                    raise _translate(error, file) from error
        raise NotFound(f"run {run_id} has no metric {key}")

    def columns(self, run_id: str, key: str, former: Read | None = None) -> Read:
        """As `series`, by columns; with `former` what came to its file since."""
        path, growing = self._run(run_id)
        file = disk.file_of(f"{path}/metrics", key)
        if file is None:
            raise NotFound(f"run {run_id} has no metric {key}")
        try:
            return columns.read(file, run_id, key, growing=growing, former=former)
        except FileNotFoundError:
            raise NotFound(f"run {run_id} has no metric {key}") from None
        except OSError as error:
            raise _translate(error, file) from error

    def logged(self, run_id: str, models: tuple[LoggedModel, ...]) -> tuple[LoggedModel, ...]:
        """`models` of a run with their metrics, params and tags, which no refresh reads."""
        try:
            experiment = os.path.dirname(self._run(run_id)[0])  # noqa: PTH120
        except NotFound:
            return models
        return tuple(logged.filled(experiment, model) for model in models)

    def _refresh(self, connection: sqlite3.Connection, progress: Progress | None, *, full: bool) -> None:
        full = full or self._watch.sweep_due
        self._claim(connection)
        survey = self._survey(connection, full=full)
        experiments = survey.experiments
        mirror.renew(connection, "experiments", experiments, lambda: rows.replace_experiments(connection, experiments))
        self._forget(connection, survey.present, {head.where.name for head in survey.heads})
        registry = read_registry(self._root)
        mirror.renew(connection, "registry", registry, lambda: rows.replace_registry(connection, registry))
        self._write_runs(connection, survey.heads, progress)
        self._forget(connection, survey.present)
        self._remember(connection, swept=full)

    def _run(self, run_id: str) -> tuple[str, bool]:
        sql = """select s.path, r.status = 'RUNNING' from mltui_seen s left join runs r using (run_uuid)
                 where s.run_uuid = ?"""
        row = mirror.using(self.database, lambda connection: connection.execute(sql, (run_id,)).fetchone())
        if row is None:
            raise NotFound(f"no run {run_id} in {self.root}")
        return f"{self._root}/{row[0]}", bool(row[1])

    def _claim(self, connection: sqlite3.Connection) -> None:
        """Empty the mirror if it was another store's."""
        mine = os.path.realpath(self._root)
        if mirror.note(connection, "root") == mine:
            return
        with mirror.writing(connection):
            rows.clear(connection)
            mirror.note(connection, "root", mine)

    def _remember(self, connection: sqlite3.Connection, *, swept: bool) -> None:
        self._watch.remember(connection, swept=swept)
        self._remembered = True

    def _survey(self, connection: sqlite3.Connection, *, full: bool) -> _Survey:
        known = {
            path: (stamp, digest)
            for path, stamp, digest in connection.execute("select path, stamp, deep from mltui_seen")
        }
        readable = {run for (run,) in connection.execute("select run_uuid from runs")}
        live = _live(connection)
        survey = _Survey()
        taken: set[str] = set()
        try:
            directories = list(find_experiments(self._root))
        except OSError as error:
            raise _translate(error, self._root) from error
        for directory in directories:
            if directory.problem:  # shut for now: what was known of its runs stays
                survey.present.update(key for key in known if key.startswith(f"{directory.key}/"))
            heads = []
            has_runs = False
            for run in directory.runs:
                if run.name in taken:
                    continue
                before = known.get(run.key)
                if before is not None and still(run.path, before[0]):
                    moved = (full or run.name in live) and deep(run.path) != before[1]
                    if not moved:
                        taken.add(run.name)
                        survey.present.add(run.key)
                        has_runs |= run.name in readable
                        continue
                head = read_head(run)
                if head is not None:
                    heads.append(head)
                    has_runs |= head.meta is not None
            self._add(survey, directory, heads, taken, has_runs=has_runs)
        survey.heads.sort(key=lambda head: -head.start)
        return survey

    @staticmethod
    def _add(
        survey: _Survey, directory: ExperimentDirectory, heads: list[Head], taken: set[str], *, has_runs: bool
    ) -> None:
        experiment = read_experiment(directory, has_runs=has_runs)
        if experiment is None:
            return
        survey.experiments.append(experiment)
        survey.heads.extend(heads)
        survey.present.update(head.where.key for head in heads)
        taken.update(head.where.name for head in heads)

    @staticmethod
    def _write_runs(connection: sqlite3.Connection, heads: list[Head], progress: Progress | None) -> None:
        end, size = 0, BATCH
        while end < len(heads):
            start, end, size = end, min(end + size, len(heads)), min(2 * size, LARGEST_BATCH)
            batch = [(head, *read_run(head)) for head in heads[start:end]]
            read_at = now_ms()
            with mirror.writing(connection):
                rows.replace_runs(connection, [record for _, record, _, _ in batch])
                rows.replace_seen(
                    connection,
                    [
                        Seen(head.where.key, record.run_uuid, stamp, digest, read_at)
                        for head, record, stamp, digest in batch
                    ],
                )
            if progress is not None:
                progress(end, len(heads))

    @staticmethod
    def _forget(connection: sqlite3.Connection, present: set[str], unread: Collection[str] = ()) -> None:
        """Forget the runs whose directories are gone (a run that moved to the trash is there under its new path).

        Runs in `unread` stay: they are about to be replaced.
        """
        gone = [
            (path, run)
            for path, run in connection.execute("select path, run_uuid from mltui_seen")
            if path not in present and run not in unread
        ]
        if not gone:
            return
        with mirror.writing(connection):
            connection.executemany("delete from mltui_seen where path = ?", [(path,) for path, _ in gone])
            left = {run for (run,) in connection.execute("select run_uuid from mltui_seen")}
            rows.delete_runs(connection, [run for _, run in gone if run not in left])


def _live(connection: sqlite3.Connection) -> set[str]:
    found = connection.execute(
        """select run_uuid from runs where status in ('RUNNING', 'SCHEDULED') or end_time > ?
           order by start_time desc limit ?""",
        (now_ms() - RECENT_MS, LIVE),
    )
    return {run for (run,) in found}


def _translate(error: OSError, path: str) -> SourceError:
    if isinstance(error, FileNotFoundError):
        return NotFound(f"{path} is not there")
    if isinstance(error, PermissionError):
        return Denied(f"{path} may not be read", "ask its owner for read permission")
    return Unreadable(f"{path} can't be read: {disk.reason(error)}")
