"""`Database` over a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from mltui.errors import Unreadable
from mltui.model.part import Problem
from mltui.sources.mlflow import points
from mltui.sources.mlflow.columns import Read
from mltui.sources.mlflow.database import Numbers, Pair, Row
from mltui.sources.mlflow.points import Points
from mltui.sources.mlflow.schema import Schema
from mltui.sources.mlflow.sqlite import by_run, columns, fetch, file, series
from mltui.sources.mlflow.sqlite.ahead import unpacked
from mltui.sources.mlflow.sqlite.arrays import Shapes
from mltui.sources.mlflow.sqlite.asking import ask
from mltui.sources.mlflow.sqlite.bursts import Bursts
from mltui.sources.mlflow.sqlite.pages import WITHIN, by_rowid, by_values
from mltui.sources.mlflow.sqlite.repeated import Repeated, Unpack
from mltui.sources.mlflow.statements import Page, Statements, marks

T = TypeVar("T")


class SqliteDatabase(Statements[sqlite3.Connection]):
    """A SQLite file with MLflow's tables. `copies` is where copies go if it can't be read in place."""

    def __init__(self, path: Path, copies: Path) -> None:
        self.path = path
        self._bursts = Bursts(path, copies)
        self._schema: Schema | None = None
        self._schema_of: Hashable = None
        self._problems: dict[str, Problem] = {}
        self._texts: dict[str, Repeated[Pair]] = {}
        self._numbers: Repeated[Numbers] = Repeated()

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

    def known(self) -> Schema:
        return self._schema or self.schema()

    def everywhere(self, table: str, page: Page[sqlite3.Connection, T]) -> Iterator[T]:
        def ranged(connection: sqlite3.Connection, after: int, upto: int) -> T:
            return page(connection, WITHIN, (after, upto))

        return self._whole(table, ranged)

    def among(self, column: str, values: Sequence[Any], page: Page[sqlite3.Connection, T]) -> Iterator[T]:
        def some(connection: sqlite3.Connection, chunk: Sequence[Any]) -> T:
            return page(connection, f'"{column}" in ({marks(chunk)})', chunk)

        return by_values(self._bursts, values, some)

    def fetch(
        self, connection: sqlite3.Connection, table: str, columns: Sequence[str], select: str, args: Sequence[Any]
    ) -> list[Row]:
        if table == "metrics":  # floating point values
            return fetch.rows(connection, select, args)
        return fetch.packed_rows(connection, columns, select, args)

    def fetch_pairs(self, connection: sqlite3.Connection, table: str, where: str, args: Sequence[Any]) -> list[Pair]:
        return fetch.pairs(connection, table, where, args)

    def fetch_numbers(
        self, connection: sqlite3.Connection, is_nan: str, where: str, args: Sequence[Any]
    ) -> list[Numbers]:
        return fetch.numbers(connection, is_nan, where, args)

    def pairs(self, table: str, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Pair]]:
        def packed(connection: sqlite3.Connection, where: str, args: Sequence[Any]) -> by_run.Packed | None:
            return by_run.packed_texts(connection, table, where, args)

        unpack: Unpack[Pair] = partial(by_run.texts, shapes=Shapes())
        if keys is None and runs is None:
            unpack = self._texts.setdefault(table, Repeated()).reading(unpack)
        plainly = partial(super().pairs, table, keys, runs)
        return unpacked(self._by_run(table, keys, runs, packed), unpack, plainly)

    def numbers(self, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Numbers]]:
        is_nan = "is_nan" if self.known().has("latest_metrics", "is_nan") else "0"

        def packed(connection: sqlite3.Connection, where: str, args: Sequence[Any]) -> by_run.Packed | None:
            return by_run.packed_numbers(connection, is_nan, where, args)

        unpack: Unpack[Numbers] = partial(by_run.numbers, shapes=Shapes())
        if keys is None and runs is None:
            unpack = self._numbers.reading(unpack)
        plainly = partial(super().numbers, keys, runs)
        return unpacked(self._by_run("latest_metrics", keys, runs, packed), unpack, plainly)

    def selected_in(
        self, table: str, columns: Sequence[str], select: str, args: Sequence[Any], runs: Collection[str]
    ) -> Iterator[list[Row]]:
        """Names the index: else SQLite walks the primary key of metrics, which begins with the key, over all runs."""
        schema = self.known()
        index = schema.points_by_step if table == "metrics" else ""
        if index := index or schema.by_run.get(table, ""):
            select = select.replace(f" from {table} where ", f' from {table} indexed by "{index}" where ')
        return super().selected_in(table, columns, select, args, runs)

    def series(self, run_id: str, key: str, limit: int | None) -> Iterator[list[Row]]:
        schema = self.known()
        if schema.points_by_step:
            return series.by_step(self._bursts, schema, run_id, key, limit)
        if index := schema.by_run.get("metrics"):
            return series.by_run(self._bursts, schema, index, run_id, key)
        return series.by_table(self._bursts, schema, run_id, key, self._lost("metrics"))

    def columns(self, run_id: str, key: str, former: Read | None) -> Read:
        schema = self.schema()
        if not schema.points_by_step:
            rows = chain.from_iterable(self.series(run_id, key, None))
            return Read(points.series(run_id, key, Points.of_rows(rows)))
        more = None
        if former is not None and isinstance(former.mark, columns.Mark):
            more = columns.further(self._bursts, schema, former.series, former.mark)
        return more or columns.whole(self._bursts, schema, run_id, key)

    def fingerprint(self) -> Hashable:
        return file.fingerprint(self.path)

    def problems(self) -> tuple[Problem, ...]:
        return tuple(self._problems.values())

    def close(self) -> None:
        self._bursts.close()

    def _whole(self, table: str, fetch: Callable[[sqlite3.Connection, int, int], T]) -> Iterator[T]:
        """The walk over a table. What an earlier one could not read is a problem no more when this one can."""
        report, failed = self._lost(table), False

        def lost(first: int, last: int, error: Unreadable) -> None:
            nonlocal failed
            failed = True
            report(first, last, error)

        yield from by_rowid(self._bursts, table, fetch, lost)
        if not failed:
            self._problems.pop(table, None)

    def _lost(self, table: str) -> Callable[[int, int, Unreadable], None]:
        def lost(first: int, last: int, error: Unreadable) -> None:
            summary = f"rows {first} to {last} of {table} can't be read: {error.summary}"
            self._problems.setdefault(table, Problem(str(self.path), summary, error.hint, str(self.path)))

        return lost
