"""One metric's points, by key ranges of whichever index the store's schema has."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import TypeVar

from mltui.errors import Unreadable
from mltui.sources.mlflow.database import Row
from mltui.sources.mlflow.schema import Schema
from mltui.sources.mlflow.sqlite.bursts import Bursts
from mltui.sources.mlflow.sqlite.fetch import packed_points
from mltui.sources.mlflow.sqlite.pages import WITHIN, Sizes, by_rowid

T = TypeVar("T")
COLUMNS = ("value", "timestamp", "step", "is_nan")


def by_step(bursts: Bursts, schema: Schema, run_id: str, key: str, limit: int | None) -> Iterator[list[Row]]:
    """Where an index (run_uuid, key, step) exists: in the order of steps, or the newest `limit` backwards."""
    sign, direction = (">", "") if limit is None else ("<", " desc")
    columns = schema.select("metrics", *COLUMNS)
    sizes, left = Sizes(bursts.path), limit
    after: tuple[int, int] | None = None
    while left is None or left > 0:
        count = sizes.size if left is None else min(sizes.size, left)
        further = "" if after is None else f" and (step, rowid) {sign} (?, ?)"
        select = (
            f'select {columns}, rowid as id from metrics where run_uuid = ? and "key" = ?{further}'
            f" order by step{direction}, rowid{direction} limit {count:d}"
        )
        page = sizes.attempt(bursts, _points(select, (run_id, key, *(after or ()))))
        if page is None:
            continue
        if page:
            yield page
            after = (max if limit is None else min)((row[2], row[4]) for row in page)
        if len(page) < count:
            return
        left = None if left is None else left - len(page)


def by_run(bursts: Bursts, schema: Schema, index: str, run_id: str, key: str) -> Iterator[list[Row]]:
    """Where an index (run_uuid) exists: through all points of the run, in the order they were written.

    The index is named, lest SQLite walk the primary key, which begins with the metric's name, over all runs again and
    again. A page is so many points of the run and not of the metric: a rare metric must not make it long.
    """
    columns = schema.select("metrics", *COLUMNS)
    sizes, after = Sizes(bursts.path), -1
    while True:
        inner = (
            f'from metrics indexed by "{index}" where run_uuid = ? and rowid > {after:d}'
            f" order by rowid limit {sizes.size:d}"
        )
        wanted = f'select {columns}, rowid as id from metrics where rowid in (select rowid {inner}) and "key" = ?'
        reached = f"select max(id) from (select rowid as id {inner})"

        def fetch(
            connection: sqlite3.Connection, wanted: str = wanted, reached: str = reached
        ) -> tuple[list[Row], int | None]:
            return packed_points(connection, wanted, (run_id, key)), connection.execute(reached, (run_id,)).fetchone()[
                0
            ]

        page = sizes.attempt(bursts, fetch)
        if page is None:
            continue
        points, last = page
        if points:
            yield points
        if last is None:
            return
        after = last


def by_table(
    bursts: Bursts, schema: Schema, run_id: str, key: str, lost: Callable[[int, int, Unreadable], None]
) -> Iterator[list[Row]]:
    """Where no index helps (before MLflow 1.27): through the whole table."""
    columns = schema.select("metrics", *COLUMNS)

    def fetch(connection: sqlite3.Connection, after: int, upto: int) -> list[Row]:
        select = f'select {columns}, rowid as id from metrics where {WITHIN} and run_uuid = ? and "key" = ?'
        return packed_points(connection, select, (after, upto, run_id, key))

    return by_rowid(bursts, "metrics", fetch, lost)


def _points(select: str, args: tuple[object, ...]) -> Callable[[sqlite3.Connection], list[Row]]:
    return lambda connection: packed_points(connection, select, args)
