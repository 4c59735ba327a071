"""`Database` over a database server."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from mltui.errors import Unreadable
from mltui.model.part import Problem
from mltui.sources.mlflow import points
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.database import Numbers, Pair, Row
from mltui.sources.mlflow.dbms.drivers import MYSQL_SCHEMA, connect, exact, letters, translate
from mltui.sources.mlflow.schema import Schema
from mltui.sources.mlflow.sql.values import number, text
from mltui.sources.mlflow.statements import Page, Statements, marks

T = TypeVar("T")
#: Ids in one ``in (…)``.
CHUNK = 1000
#: A server tells nobody about changes: it is asked again after so many seconds.
EVERY_SECONDS = 30


class ServerDatabase(Statements[None]):
    """The tables behind a SQLAlchemy-style `uri`. Connects when first asked; each statement is its own transaction.

    The server holds nobody up for a reader: a statement is not cut into ranges, only a long list of values is.
    """

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

    def everywhere(self, table: str, page: Page[None, T]) -> Iterator[T]:
        yield page(None, "1 = 1", ())

    def among(self, column: str, values: Sequence[Any], page: Page[None, T]) -> Iterator[T]:
        for start in range(0, len(values), CHUNK):
            some = values[start : start + CHUNK]
            yield page(None, f'"{column}" in ({marks(some)})', some)

    def fetch(
        self, connection: None, table: str, columns: Sequence[str], select: str, args: Sequence[Any]
    ) -> list[Row]:
        return self._all(select, args)

    def fetch_pairs(self, connection: None, table: str, where: str, args: Sequence[Any]) -> list[Pair]:
        found: dict[str, dict[str, str]] = {}
        for run_id, key, value in self._all(f'select run_uuid, "key", value from {table} where {where}', args):
            found.setdefault(text(run_id), {})[text(key)] = text(value)
        return list(found.items())

    def fetch_numbers(self, connection: None, is_nan: str, where: str, args: Sequence[Any]) -> list[Numbers]:
        found: dict[str, dict[str, float]] = {}
        select = f'select run_uuid, "key", value, {is_nan} from latest_metrics where {where}'
        for run_id, key, value, nan in self._all(select, args):
            found.setdefault(text(run_id), {})[text(key)] = number(value, nan)
        return list(found.items())

    def pairs(self, table: str, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Pair]]:
        return _only(super().pairs(table, keys, runs), keys)

    def numbers(self, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Numbers]]:
        return _only(super().numbers(keys, runs), keys)

    def distinct(self, table: str, column: str) -> set[str]:
        self._open()
        name = letters(column) if self._namespace == MYSQL_SCHEMA else f'"{column}"'
        return {text(row[0]) for row in self._all(f"select distinct {name} from {table}")}

    def series(self, run_id: str, key: str, limit: int | None) -> Iterator[list[Row]]:
        columns = self.schema().select("metrics", "value", "timestamp", "step", "is_nan")
        select = f'select {columns} from metrics where run_uuid = ? and "key" = ?'
        if limit is not None:
            select += f' order by step desc, "timestamp" desc limit {limit:d}'
        yield self._all(select, (run_id, key))

    def columns(self, run_id: str, key: str, former: Read | None) -> Read:
        """Count and latest time tell whether the series moved; points of that time and later are read again."""
        where = 'from metrics where run_uuid = ? and "key" = ?'
        state = tuple(self._all(f'select count(*), max("timestamp") {where}', (run_id, key))[0])
        if former is not None and former.mark == state:
            return former
        names = self.schema().select("metrics", "value", "timestamp", "step", "is_nan")
        if former is not None and isinstance(former.mark, tuple) and former.mark[1] is not None:
            since = former.mark[1]
            rows = self._all(f'select {names} {where} and "timestamp" >= ?', (run_id, key, since))
            more = points.extended(points.before(former.series, since), points.Points.of_rows(rows))
            if len(more) == state[0]:
                return Read(more, state)
        rows = self._all(f"select {names} {where}", (run_id, key))
        return Read(points.series(run_id, key, points.Points.of_rows(rows)), state)

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
            if self._namespace == MYSQL_SCHEMA:
                select, args = exact(select, args)
            try:
                with connection.cursor() as cursor:
                    cursor.execute(select.replace("?", "%s"), tuple(args))
                    return list(cursor.fetchall())
            except self._errors as error:
                self.close()  # whatever state it is in, the next question gets a fresh one
                raise translate(error, self._uri) from error


def _only(
    pages: Iterator[list[tuple[str, Mapping[str, T]]]], keys: Collection[str] | None
) -> Iterator[list[tuple[str, Mapping[str, T]]]]:
    """`pages` with these keys and no others that a collation takes for the same; None is all keys."""
    if keys is None:
        yield from pages
        return
    wanted = frozenset(keys)
    for page in pages:
        kept = [(run_id, {key: value for key, value in found.items() if key in wanted}) for run_id, found in page]
        yield [one for one in kept if one[1]]
