"""What a `Database` is asked, each as one statement over one table; how it is walked in pages is the database's own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Generic, TypeVar

from mltui.sources.mlflow.database import Numbers, Pair, Row
from mltui.sources.mlflow.schema import Schema
from mltui.sources.mlflow.sql.values import instant, text

#: What a page is asked of: a connection, or whatever a database needs to answer within it.
C = TypeVar("C")
T = TypeVar("T")
#: One page: of a connection, the condition that makes the page, and its arguments.
Page = Callable[[C, str, Sequence[Any]], T]


class Statements(ABC, Generic[C]):
    """The questions of `Database` that are the same everywhere. A page is one short read-only transaction."""

    @abstractmethod
    def schema(self) -> Schema:
        """The tables that are there now."""

    @abstractmethod
    def everywhere(self, table: str, page: Page[C, T]) -> Iterator[T]:
        """`page` with conditions that together hold once for every row of `table`."""

    @abstractmethod
    def among(self, column: str, values: Sequence[Any], page: Page[C, T]) -> Iterator[T]:
        """`page` with conditions that together hold for the rows whose `column` is one of `values`."""

    @abstractmethod
    def fetch(self, connection: C, table: str, columns: Sequence[str], select: str, args: Sequence[Any]) -> list[Row]:
        """The rows of `select`, whose result has these `columns`."""

    @abstractmethod
    def fetch_pairs(self, connection: C, table: str, where: str, args: Sequence[Any]) -> list[Pair]:
        """key and value of `table` as one dictionary per run."""

    @abstractmethod
    def fetch_numbers(self, connection: C, is_nan: str, where: str, args: Sequence[Any]) -> list[Numbers]:
        """key and value of ``latest_metrics`` as one dictionary per run. `is_nan` is that column, or ``0``."""

    def known(self) -> Schema:
        """The schema as it was when `schema` was last asked."""
        return self.schema()

    def rows(
        self, table: str, columns: Sequence[str], where: str = "", args: Sequence[Any] = ()
    ) -> Iterator[list[Row]]:
        return self.everywhere(table, self._selected(table, columns, where, args))

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
        return self.among(column, list(values), self._selected(table, columns, where, args))

    def newest(self, limit: int, where: str = "", args: Sequence[Any] = ()) -> list[str]:
        order = f" order by start_time is null, start_time desc, run_uuid limit {limit:d}"
        page = self._selected("runs", ("start_time", "run_uuid"), where, args, order)
        found: list[Row] = []
        for rows in self.everywhere("runs", page):
            found = sorted([*found, *rows], key=_newest_first)[:limit]
        return [text(row[1]) for row in found if row[1] is not None]

    def counts(self) -> list[tuple[str, int, int | None]]:
        columns = ("experiment_id", "n", "latest")

        def page(connection: C, inside: str, given: Sequence[Any]) -> list[Row]:
            select = (
                "select experiment_id, count(*) as n, max(start_time) as latest from runs"
                f" where {inside} and coalesce(lifecycle_stage, '') <> 'deleted' group by experiment_id"
            )
            return self.fetch(connection, "runs", columns, select, given)

        totals: dict[str, tuple[int, int | None]] = {}
        for rows in self.everywhere("runs", page):
            for experiment_id, count, latest in rows:
                before, latest_before = totals.get(text(experiment_id), (0, None))
                starts = (at for at in (instant(latest), latest_before) if at is not None)
                totals[text(experiment_id)] = before + count, max(starts, default=None)
        return [(experiment_id, *found) for experiment_id, found in totals.items()]

    def pairs(self, table: str, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Pair]]:
        def page(connection: C, where: str, args: Sequence[Any]) -> list[Pair]:
            return self.fetch_pairs(connection, table, where, args)

        return self._by_run(table, keys, runs, page)

    def numbers(self, keys: Collection[str] | None, runs: Collection[str] | None) -> Iterator[list[Numbers]]:
        is_nan = "is_nan" if self.known().has("latest_metrics", "is_nan") else "0"

        def page(connection: C, where: str, args: Sequence[Any]) -> list[Numbers]:
            return self.fetch_numbers(connection, is_nan, where, args)

        return self._by_run("latest_metrics", keys, runs, page)

    def distinct(self, table: str, column: str) -> set[str]:
        def page(connection: C, inside: str, given: Sequence[Any]) -> list[Row]:
            select = f'select distinct "{column}" from {table} where {inside}'
            return self.fetch(connection, table, (column,), select, given)

        return {text(row[0]) for rows in self.everywhere(table, page) for row in rows}

    def selected_in(
        self, table: str, columns: Sequence[str], select: str, args: Sequence[Any], runs: Collection[str]
    ) -> Iterator[list[Row]]:
        """The rows of `select` for these runs, in pages: ``{inside}`` in it stands for the condition that they are."""
        before = select.partition("{inside}")[0].count("?")

        def page(connection: C, inside: str, given: Sequence[Any]) -> list[Row]:
            values = (*args[:before], *given, *args[before:])
            return self.fetch(connection, table, columns, select.replace("{inside}", inside), values)

        return self.among("run_uuid", list(runs), page)

    def _selected(
        self, table: str, columns: Sequence[str], where: str, args: Sequence[Any], order: str = ""
    ) -> Page[C, list[Row]]:
        """Pages of these columns of the rows that satisfy `where`."""
        select = f"select {self.known().select(table, *columns)} from {table} where "
        also = f" and ({where})" if where else ""

        def page(connection: C, inside: str, given: Sequence[Any]) -> list[Row]:
            return self.fetch(connection, table, columns, f"{select}{inside}{also}{order}", (*given, *args))

        return page

    def _by_run(
        self, table: str, keys: Collection[str] | None, runs: Collection[str] | None, page: Page[C, T]
    ) -> Iterator[T]:
        """Pages of a table of keys and values: of all runs, or of some by their ids."""
        also = "" if keys is None else f' and "key" in ({marks(tuple(keys))})'
        wanted = () if keys is None else tuple(keys)

        def keyed(connection: C, inside: str, given: Sequence[Any]) -> T:
            return page(connection, inside + also, (*given, *wanted))

        return self.everywhere(table, keyed) if runs is None else self.among("run_uuid", list(runs), keyed)


def marks(values: Sequence[Any]) -> str:
    """``?, ?, ?`` for as many values."""
    return ", ".join("?" * len(values))


def _newest_first(row: Row) -> tuple[bool, int, str]:
    start = row[0] if isinstance(row[0], int) else None
    return start is None, -(start or 0), str(row[1])
