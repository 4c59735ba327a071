"""`Database` over a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mltui.errors import Unreadable
from mltui.model.part import Problem
from mltui.sources.mlflow.database import Numbers, Pair, Row
from mltui.sources.mlflow.schema import Schema
from mltui.sources.mlflow.sqlite import fetch, file, series
from mltui.sources.mlflow.sqlite.asking import ask
from mltui.sources.mlflow.sqlite.bursts import Bursts
from mltui.sources.mlflow.sqlite.pages import by_rowid, by_values, marks

T = TypeVar("T")
#: A page of a table of keys and values: of a connection, a condition and its arguments.
Fetch = Callable[[sqlite3.Connection, str, Sequence[Any]], T]


class SqliteDatabase:
    """A SQLite file with MLflow's tables. `copies` is where copies go if it can't be read in place."""

    def __init__(self, path: Path, copies: Path) -> None:
        self.path = path
        self._bursts = Bursts(path, copies)
        self._schema: Schema | None = None
        self._schema_of: Hashable = None
        self._problems: dict[str, Problem] = {}

    def schema(self) -> Schema:
        """Asked again when the file is another one; a migration of the same file changes ``schema_version``."""
        version = self._bursts.patiently(lambda c: c.execute("pragma schema_version").fetchone()[0])
        seen = file.look(self.path).main
        of = (seen and seen[0], version)
        if self._schema is None or of != self._schema_of:
            self._schema, self._schema_of = self._bursts.patiently(ask), of
        if not self._schema.is_mlflow():
            raise Unreadable(f"{self.path.name} has no tables of MLflow", "name the right file with --store")
        return self._schema

    def rows(
        self, table: str, columns: Sequence[str], where: str = "", args: Sequence[Any] = ()
    ) -> Iterator[list[Row]]:
        select = f"select {self._known().select(table, *columns)} from {table} where rowid > ? and rowid <= ?"
        if where:
            select += f" and ({where})"

        def page(connection: sqlite3.Connection, after: int, upto: int) -> list[Row]:
            return self._fetch(connection, table, columns, select, (after, upto, *args))

        return by_rowid(self._bursts, table, page, self._lost(table))

    def rows_in(
        self,
        table: str,
        columns: Sequence[str],
        column: str,
        values: Collection[Any],
        *,
        where: str = "",
        args: Sequence[Any] = (),
    ) -> Iterator[list[Row]]:
        select = f"select {self._known().select(table, *columns)} from {table} where "
        select += f"({where}) and " if where else ""

        def page(connection: sqlite3.Connection, chunk: Sequence[Any]) -> list[Row]:
            inside = f'"{column}" in ({marks(chunk)})'
            return self._fetch(connection, table, columns, select + inside, (*args, *chunk))

        return by_values(self._bursts, list(values), page)

    def newest(self, limit: int, where: str = "", args: Sequence[Any] = ()) -> list[str]:
        select = "select start_time, run_uuid from runs where rowid > ? and rowid <= ?"
        select += f" and ({where})" if where else ""
        select += f" order by start_time desc, run_uuid limit {limit:d}"

        def page(connection: sqlite3.Connection, after: int, upto: int) -> list[Row]:
            return fetch.packed_rows(connection, ("start_time", "run_uuid"), select, (after, upto, *args))

        found: list[Row] = []
        for rows in by_rowid(self._bursts, "runs", page, self._lost("runs")):
            found = sorted([*found, *rows], key=_newest_first)[:limit]
        return [str(row[1]) for row in found if row[1] is not None]

    def counts(self) -> list[tuple[str, int, int | None]]:
        columns = ("experiment_id", "n", "latest")
        select = (
            "select experiment_id, count(*) as n, max(start_time) as latest from runs"
            " where rowid > ? and rowid <= ? and ifnull(lifecycle_stage, '') <> 'deleted' group by experiment_id"
        )

        def page(connection: sqlite3.Connection, after: int, upto: int) -> list[Row]:
            return fetch.packed_rows(connection, columns, select, (after, upto))

        totals: dict[str, tuple[int, int | None]] = {}
        for rows in by_rowid(self._bursts, "runs", page, self._lost("runs")):
            for experiment_id, count, latest in rows:
                before, latest_before = totals.get(str(experiment_id), (0, None))
                newest = max((at for at in (latest, latest_before) if isinstance(at, int)), default=None)
                totals[str(experiment_id)] = before + count, newest
        return [(experiment_id, *found) for experiment_id, found in totals.items()]

    def pairs(self, table: str, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Pair]]:
        return self._by_run(table, keys, runs, partial(_pairs, table))

    def numbers(self, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Numbers]]:
        is_nan = "is_nan" if self._known().has("latest_metrics", "is_nan") else "0"
        return self._by_run("latest_metrics", keys, runs, partial(_numbers, is_nan))

    def _by_run(
        self, table: str, keys: Collection[str] | None, runs: Collection[str] | None, fetch_page: Fetch[T]
    ) -> Iterator[T]:
        """Pages of a table of keys and values: of all runs by rowid, of some by their ids."""
        where, args = "", tuple[str, ...]()
        if keys is not None:
            args = tuple(keys)
            where = f' and "key" in ({marks(args)})'
        if runs is None:

            def page(connection: sqlite3.Connection, after: int, upto: int) -> T:
                return fetch_page(connection, f"rowid > ? and rowid <= ?{where}", (after, upto, *args))

            return by_rowid(self._bursts, table, page, self._lost(table))

        def chunk(connection: sqlite3.Connection, some: Sequence[str]) -> T:
            return fetch_page(connection, f"run_uuid in ({marks(some)}){where}", (*some, *args))

        return by_values(self._bursts, list(runs), chunk)

    def distinct(self, table: str, column: str) -> set[str]:
        select = f'select distinct "{column}" from {table} where rowid > ? and rowid <= ?'

        def page(connection: sqlite3.Connection, after: int, upto: int) -> list[Row]:
            return fetch.packed_rows(connection, (column,), select, (after, upto))

        return {str(row[0]) for rows in by_rowid(self._bursts, table, page, self._lost(table)) for row in rows}

    def series(self, run_id: str, key: str, limit: int | None) -> Iterator[list[Row]]:
        schema = self._known()
        if schema.points_by_step:
            return series.by_step(self._bursts, schema, run_id, key, limit)
        if index := schema.by_run.get("metrics"):
            return series.by_run(self._bursts, schema, index, run_id, key)
        return series.by_table(self._bursts, schema, run_id, key, self._lost("metrics"))

    def fingerprint(self) -> Hashable:
        return file.fingerprint(self.path)

    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._problems.values())

    def close(self) -> None:
        self._bursts.close()

    def _known(self) -> Schema:
        return self._schema or self.schema()

    def _fetch(
        self, connection: sqlite3.Connection, table: str, columns: Sequence[str], select: str, args: Sequence[Any]
    ) -> list[Row]:
        if table == "metrics":  # floating point values
            return fetch.rows(connection, select, args)
        return fetch.packed_rows(connection, columns, select, args)

    def _lost(self, table: str) -> Any:
        def lost(first: int, last: int, error: Unreadable) -> None:
            summary = f"rows {first} to {last} of {table} can't be read: {error.summary}"
            self._problems.setdefault(table, Problem(str(self.path), summary, error.hint, str(self.path)))

        return lost


def _pairs(table: str, connection: sqlite3.Connection, where: str, args: Sequence[Any]) -> list[Pair]:
    return fetch.packed_pairs(connection, table, where, args)


def _numbers(is_nan: str, connection: sqlite3.Connection, where: str, args: Sequence[Any]) -> list[Numbers]:
    return fetch.packed_numbers(connection, is_nan, where, args)


def _newest_first(row: Row) -> tuple[bool, int, str]:
    start = row[0] if isinstance(row[0], int) else None
    return start is None, -(start or 0), str(row[1])
