"""`Database` over a database server."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from typing import Any

from mltui.errors import Unreadable
from mltui.model.part import Problem
from mltui.sources.mlflow.database import Numbers, Pair, Row
from mltui.sources.mlflow.dbms.drivers import connect, translate
from mltui.sources.mlflow.schema import Schema
from mltui.sources.mlflow.sql.values import number, text

#: Rows handed on at a time, and ids in one ``in (…)``.
PAGE = 10_000
CHUNK = 1000
#: A server tells nobody about changes: it is asked again after so many seconds.
EVERY_SECONDS = 30


class ServerDatabase:
    """The tables behind a SQLAlchemy-style `uri`. Connects when first asked; each statement is its own transaction."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._connection: Any = None
        self._errors: tuple[type[Exception], ...] = (OSError,)
        self._namespace = ""
        self._schema: Schema | None = None
        self._lock = threading.RLock()

    def schema(self) -> Schema:
        if self._schema is None:
            tables: dict[str, set[str]] = defaultdict(set)
            self._open()
            for table, column in self._all(
                f"select table_name, column_name from information_schema.columns where table_schema = {self._namespace}"
            ):
                tables[text(table)].add(text(column))
            found = self._all("select version_num from alembic_version") if "alembic_version" in tables else []
            names = {table: frozenset(columns) for table, columns in tables.items()}
            revision = text(found[0][0]) if found else ""
            self._schema = Schema(names, revision, dict.fromkeys(names, "run_uuid"))
        if not self._schema.is_mlflow():
            raise Unreadable("the database has no tables of MLflow", "check the database's name in the tracking URI")
        return self._schema

    def rows(
        self, table: str, columns: Sequence[str], where: str = "", args: Sequence[Any] = ()
    ) -> Iterator[list[Row]]:
        select = f"select {self.schema().select(table, *columns)} from {table}"
        yield from _pages(self._all(f"{select} where {where}" if where else select, args))

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
        select = f"select {self.schema().select(table, *columns)} from {table} where "
        select += f"({where}) and " if where else ""
        wanted = list(values)
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            yield self._all(f'{select}"{column}" in ({_marks(some)})', (*args, *some))

    def newest(self, limit: int, where: str = "", args: Sequence[Any] = ()) -> list[str]:
        select = f"select run_uuid from runs where {where or '1 = 1'}"
        select += f" order by start_time is null, start_time desc, run_uuid limit {limit:d}"
        return [text(row[0]) for row in self._all(select, args)]

    def counts(self) -> list[tuple[str, int, int | None]]:
        select = (
            "select experiment_id, count(*), max(start_time) from runs"
            " where coalesce(lifecycle_stage, '') <> 'deleted' group by experiment_id"
        )
        return [(text(experiment_id), count, newest) for experiment_id, count, newest in self._all(select)]

    def pairs(self, table: str, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Pair]]:
        for page in self._by_run(table, ("run_uuid", "key", "value"), keys, runs):
            texts: dict[str, dict[str, str]] = {}
            for run_id, key, value in page:
                texts.setdefault(run_id, {})[text(key)] = text(value)
            yield list(texts.items())

    def numbers(self, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Numbers]]:
        for page in self._by_run("latest_metrics", ("run_uuid", "key", "value", "is_nan"), keys, runs):
            metrics: dict[str, dict[str, float]] = {}
            for run_id, key, value, is_nan in page:
                metrics.setdefault(run_id, {})[text(key)] = number(value, is_nan)
            yield list(metrics.items())

    def _by_run(
        self, table: str, columns: Sequence[str], keys: Collection[str] | None, runs: Collection[str] | None
    ) -> Iterator[list[Row]]:
        where, args = "", tuple[str, ...]()
        if keys is not None:
            args = tuple(keys)
            where = f'"key" in ({_marks(args)})'
        if runs is None:
            return self.rows(table, columns, where, args)
        return self.rows_in(table, columns, "run_uuid", runs, where=where, args=args)

    def distinct(self, table: str, column: str) -> set[str]:
        return {text(row[0]) for row in self._all(f'select distinct "{column}" from {table}')}

    def series(self, run_id: str, key: str, limit: int | None) -> Iterator[list[Row]]:
        columns = self.schema().select("metrics", "value", "timestamp", "step", "is_nan")
        select = f'select {columns} from metrics where run_uuid = ? and "key" = ?'
        if limit is not None:
            select += f' order by step desc, "timestamp" desc limit {limit:d}'
        yield from _pages(self._all(select, (run_id, key)))

    def fingerprint(self) -> Hashable:
        """Moves with time: the server is not asked for the sake of a fingerprint."""
        return int(time.monotonic() / EVERY_SECONDS)

    def problems(self) -> tuple[Problem, ...]:
        return ()

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _open(self) -> Any:
        if self._connection is None:
            self._connection, self._errors, self._namespace = connect(self._uri)
        return self._connection

    def _all(self, select: str, args: Sequence[Any] = ()) -> list[Row]:
        with self._lock:
            connection = self._open()
            try:
                with connection.cursor() as cursor:
                    cursor.execute(select.replace("?", "%s"), tuple(args))
                    return list(cursor.fetchall())
            except self._errors as error:
                self.close()  # whatever state it is in, the next question gets a fresh one
                raise translate(error, self._uri) from error


def _pages(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), PAGE):
        yield rows[start : start + PAGE]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
