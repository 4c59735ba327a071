"""A SQLite store's runs, copied into another one. Standard library, Python 3.8 (collecting.py).

In many short transactions, so that a training that writes there is never kept waiting. What belongs to a run, a logged
model or a trace comes before itself: till then nobody sees any of it, and a copy that was cut off is made whole by the
next one, which finds what is there already by its keys.

The tables are MLflow's (mlflow/store/tracking/dbmodels/models.py). Both stores must be of one schema: then every column
of the one is a column of the other, and nothing has to be understood that is only carried.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from typing import Any

if __package__:
    from .collecting_places import Moves
else:
    from collecting_places import Moves  # type: ignore[import-not-found,no-redef]

#: How long the store at home may be busy with a training (s); MLflow's own patience is shorter than this.
PATIENCE = 60.0
#: How long the store is held at once, about (s), and the rows that are tried for that: first, at least, at most.
HELD = 0.05
FIRST, LEAST, MOST = 1000, 50, 20_000
#: Columns that hold addresses of artifacts.
ADDRESSES = frozenset(("artifact_uri", "artifact_location", "storage_location"))
#: What is copied of whom, before itself.
BY_RUN = ("metrics", "latest_metrics", "params", "tags")
BY_MODEL = ("logged_model_metrics", "logged_model_params", "logged_model_tags")
BY_TRACE = ("trace_tags", "trace_request_metadata", "trace_metrics", "spans", "assessments")


class Kept(Exception):
    """Why a store was not copied: it is kept as it is."""


def is_store(path: str) -> bool:
    """Whether a file is MLflow's database."""
    try:
        with open(path, "rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                return False
        with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as store:
            names = {row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except (OSError, sqlite3.Error):
        return False
    return {"runs", "experiments", "alembic_version"} <= names


def collect(source: str, target: str, top: str, home: str) -> list[str]:
    """Copy what `source` has and `target` has not. Raises `Kept`, sqlite3.Error, OSError: then no run is there that is
    not whole."""
    moves = Moves(top, home)
    if not os.path.exists(target) and _whole(source, target, moves):
        return ["collected whole, as there was none"]
    store = sqlite3.connect(target, timeout=PATIENCE, isolation_level=None)
    with contextlib.closing(store):
        store.execute("PRAGMA foreign_keys = OFF")
        store.execute("ATTACH DATABASE ? AS job", (source,))
        mine, its = (_column(store, f"SELECT version_num FROM {each}.alembic_version") for each in ("main", "job"))
        if mine != its:
            raise Kept(f"the job's store has schema {', '.join(its)}, the one at home {', '.join(mine)}")
        return _Merge(store, moves).all()


def _whole(source: str, target: str, moves: Moves) -> bool:
    """All of it, where there is nothing yet; False if somebody made one meanwhile."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    beside = f"{target}.{os.getpid()}"
    try:
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(beside)) as new:
            old.backup(new)
            new.create_function("moved", 1, moves.moved)
            for table, column in _addresses(new):
                for (address,) in new.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():
                    moves.copy(address)
                new.execute(f"UPDATE {table} SET {column} = moved({column})")
            if "trace_tags" in _tables(new, "main"):
                new.execute("UPDATE trace_tags SET value = moved(value) WHERE key = 'mlflow.artifactLocation'")
            new.commit()
        try:
            os.link(beside, target)
        except FileExistsError:  # of the target's only: what stands in an artifact's way is an error
            return False
    finally:
        with contextlib.suppress(OSError):
            os.unlink(beside)
    return True


def _addresses(store: sqlite3.Connection) -> list[tuple[str, str]]:
    found = [(table, column) for table in _tables(store, "main") for column in _columns(store, "main", table)]
    return [(table, column) for table, column in found if column in ADDRESSES]


class _Merge:
    """One copy. The store is `main`, the job's is attached as `job`; what is chosen is in temporary tables."""

    def __init__(self, store: sqlite3.Connection, moves: Moves) -> None:
        self.store, self.moves, self.rows = store, moves, FIRST
        self.tables = set(_tables(store, "main")) & set(_tables(store, "job"))
        store.create_function("moved", 1, moves.moved)

    def all(self) -> list[str]:
        self._choose()
        count = len(_column(self.store, "SELECT id FROM temp.new_runs"))
        if not count and not _column(self.store, "SELECT id FROM temp.new_models"):
            return ["no run in it that is not at home"]
        self._experiments()
        for address in self._artifacts():
            self.moves.copy(address)
        self._datasets()
        for table in BY_RUN:
            self._copy(table, "run_uuid", "new_runs")
        for table in BY_MODEL:
            self._copy(table, "model_id", "new_models")
        for table in BY_TRACE:
            self._copy(table, "request_id", "new_traces")
            self._copy(table, "trace_id", "new_traces")
        self._copy("trace_info", "request_id", "new_traces")
        self._copy("logged_models", "model_id", "new_models")
        self._copy("runs", "run_uuid", "new_runs")
        said = [f"{count} run{'s' * (count != 1)} collected"]
        if names := self._registered():
            said.append(f"models registered there are not collected: {', '.join(names)}")
        return said

    def _choose(self) -> None:
        """What is new."""
        run = self.store.execute
        known = "SELECT run_uuid AS id FROM job.runs WHERE run_uuid NOT IN (SELECT run_uuid FROM main.runs)"
        run(f"CREATE TEMP TABLE new_runs AS {known}")
        for name, table, key in (
            ("new_models", "logged_models", "model_id"),
            ("new_traces", "trace_info", "request_id"),
        ):
            known = f"SELECT {key} AS id FROM job.{table} WHERE {key} NOT IN (SELECT {key} FROM main.{table})"
            run(f"CREATE TEMP TABLE {name} AS {known if table in self.tables else 'SELECT 0 AS id WHERE 0'}")
        run("CREATE TEMP TABLE experiments_of (old, new, there)")
        run("CREATE TEMP TABLE datasets_of (old, new)")

    def _experiments(self) -> None:
        """Those that home has none of that name of, and their tags; where experiments and artifacts will be. A number
        is free only while nobody else writes."""
        run = self.store.execute
        with self._held():
            last = max(map(int, _column(self.store, "SELECT experiment_id FROM main.experiments")), default=0)
            homes = {
                name: (id, place)
                for id, name, place in run("SELECT experiment_id, name, artifact_location FROM main.experiments")
            }
            for id, name, place in run("SELECT experiment_id, name, artifact_location FROM job.experiments").fetchall():
                if name in homes:
                    new, there = homes[name]
                else:
                    last += 1
                    new, there = last, _renumbered(self.moves.moved(place), id, last)
                run("INSERT INTO temp.experiments_of VALUES (?, ?, ?)", (id, new, name in homes))
                self.moves.add(place, there)
            for table in ("experiments", "experiment_tags"):
                missing = "experiment_id IN (SELECT old FROM temp.experiments_of WHERE NOT there)"
                if table in self.tables:
                    run(self._insertion(table, missing))

    @contextlib.contextmanager
    def _held(self) -> Any:
        """A transaction that writes."""
        self.store.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.store.execute("COMMIT")
        except BaseException:
            self.store.execute("ROLLBACK")
            raise

    def _artifacts(self) -> list[str]:
        found = _column(
            self.store, "SELECT artifact_uri FROM job.runs WHERE run_uuid IN (SELECT id FROM temp.new_runs)"
        )
        if "logged_models" in self.tables:
            found += _column(
                self.store,
                "SELECT artifact_location FROM job.logged_models WHERE model_id IN (SELECT id FROM temp.new_models)",
            )
        if "trace_tags" in self.tables:
            found += _column(
                self.store,
                "SELECT value FROM job.trace_tags WHERE key = 'mlflow.artifactLocation' "
                "AND request_id IN (SELECT id FROM temp.new_traces)",
            )
        return found

    def _datasets(self) -> None:
        """Datasets, and who used them; of one that home has already, by name and digest, its id there."""
        if not {"inputs", "datasets"} <= self.tables:
            return
        used = "SELECT source_id FROM job.inputs WHERE destination_id IN (SELECT id FROM temp.new_runs)"
        self._insert("datasets", f"dataset_uuid IN ({used})")
        self.store.execute(
            "INSERT INTO temp.datasets_of SELECT its.dataset_uuid, mine.dataset_uuid FROM job.datasets its "
            "JOIN temp.experiments_of e ON e.old = its.experiment_id JOIN main.datasets mine "
            "ON mine.experiment_id = e.new AND mine.name = its.name AND mine.digest = its.digest"
        )
        chosen = "SELECT id FROM temp.new_runs UNION SELECT id FROM temp.new_models"
        which = f"destination_id IN ({chosen}) OR source_id IN ({chosen})"
        self._insert("inputs", which)
        self._insert("input_tags", f"input_uuid IN (SELECT input_uuid FROM job.inputs WHERE {which})")

    def _copy(self, table: str, key: str, chosen: str) -> None:
        if table in self.tables and key in _columns(self.store, "job", table):
            self._insert(table, f"{key} IN (SELECT id FROM temp.{chosen})")

    def _insert(self, table: str, which: str) -> None:
        """Some rows at a time; whoever waits for the store has as much time in between as this took."""
        if table not in self.tables:
            return
        sql, done = self._insertion(table, which), -1
        some = f"SELECT max(rowid) FROM (SELECT rowid FROM job.{table} WHERE rowid > ? ORDER BY rowid LIMIT ?)"
        while (end := self.store.execute(some, (done, self.rows)).fetchone()[0]) is not None:
            began = time.monotonic()
            with self._held():
                self.store.execute(f"{sql} AND t.rowid > ? AND t.rowid <= ?", (done, end))
            took, done = time.monotonic() - began, end
            if took > HELD:
                self.rows = max(LEAST, self.rows // 2)
            elif took < HELD / 2:
                self.rows = min(MOST, self.rows * 2)
            pause(took)

    def _insertion(self, table: str, which: str) -> str:
        columns = [each for each in _columns(self.store, "job", table) if each in _columns(self.store, "main", table)]
        names = ", ".join(f'"{each}"' for each in columns)
        values = ", ".join(self._value(table, each) for each in columns)
        return f"INSERT OR IGNORE INTO main.{table} ({names}) SELECT {values} FROM job.{table} AS t WHERE ({which})"

    def _value(self, table: str, column: str) -> str:
        """What becomes of a column on its way."""
        if column == "experiment_id":
            return "(SELECT new FROM temp.experiments_of WHERE old = t.experiment_id)"
        if column == "dataset_uuid" or (table == "inputs" and column == "source_id"):
            return f"COALESCE((SELECT new FROM temp.datasets_of WHERE old = t.{column}), t.{column})"
        if column in ADDRESSES or (table == "trace_tags" and column == "value"):
            return f"moved(t.{column})"
        return f't."{column}"'

    def _registered(self) -> list[str]:
        if "registered_models" not in self.tables:
            return []
        known = (
            "SELECT name FROM job.registered_models WHERE name IN (SELECT name FROM job.model_versions WHERE run_id IN"
        )
        return _column(self.store, f"{known} (SELECT id FROM temp.new_runs))")


def pause(took: float) -> None:
    """Leave the store to others."""
    time.sleep(max(took, 0.005))


def _renumbered(place: object, old: object, new: object) -> object:
    """``…/mlruns/1`` of an experiment that is number 7 at home."""
    end = f"/{old}"
    return f"{place[: -len(end)]}/{new}" if isinstance(place, str) and place.endswith(end) else place


def _tables(store: sqlite3.Connection, schema: str) -> list[str]:
    return _column(store, f"SELECT name FROM {schema}.sqlite_master WHERE type = 'table'")


def _columns(store: sqlite3.Connection, schema: str, table: str) -> list[str]:
    return [row[1] for row in store.execute(f"PRAGMA {schema}.table_info({table})")]


def _column(store: sqlite3.Connection, sql: str) -> list[str]:
    return [row[0] for row in store.execute(sql).fetchall()]
