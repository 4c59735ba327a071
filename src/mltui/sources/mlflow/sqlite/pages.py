"""Walking a table in bursts: by ranges of rowid (old schemas have no index on run_uuid), or by chunks of values."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from mltui.errors import Busy, Unreadable
from mltui.sources.mlflow.sqlite.bursts import Bursts, Interrupted

T = TypeVar("T")

#: Rows of a page: some 5 ms of work, and all alike, so that those that say the same again are known (`repeated`).
FIRST_PAGE = MOST_ROWS = 16_384
#: The condition of a page of rows. MLflow never runs ANALYZE, and without statistics SQLite takes the index by key for
#: ``key in (…)``: each page then looks at every row of those keys, and all pages take the square of all rows. That a
#: page is a small part of its table it believes when it is told so.
WITHIN = "likelihood(rowid > ?, 0.0001) and likelihood(rowid <= ?, 0.0001)"
#: A page that took less than this may be twice as long the next time.
EASY_SECONDS = 0.012
#: Values in one ``in (…)``: within SQLite's limit of variables in every build.
CHUNK = 500
#: One row that takes longer than a burst is tried so often.
TRIES = 20
#: A range that holds unreadable pages is given up when it is this small.
CORRUPT_ROWS = 16
#: After so many lost ranges the next ones are skipped in growing steps, after twice as many the walk ends.
CORRUPT_RANGES = 50


class Sizes:
    """How much one burst asks for: halved by an interruption, doubled after easy pages."""

    def __init__(self, path: Path, size: int = FIRST_PAGE, most: int = MOST_ROWS) -> None:
        self.size = size
        self._path = path
        self._most = most
        self._tries = 0

    def attempt(self, bursts: Bursts, fetch: Callable[[sqlite3.Connection], T]) -> T | None:
        """One burst; None if it was interrupted and a smaller one should be tried. Raises `Busy` if none succeeds."""
        start = time.monotonic()
        try:
            page = bursts.run(fetch)
        except Interrupted:
            self._tries = self._tries + 1 if self.size == 1 else 0
            self.size = max(1, self.size // 2)
            if self._tries > TRIES:
                raise Busy(f"{self._path.name} answers too slowly", "is its disk or network overloaded?") from None
            return None
        if time.monotonic() - start < EASY_SECONDS:
            self.size = min(self.size * 2, self._most)
        return page


def by_rowid(
    bursts: Bursts,
    table: str,
    fetch: Callable[[sqlite3.Connection, int, int], T],
    lost: Callable[[int, int, Unreadable], None],
) -> Iterator[T]:
    """``fetch(connection, after, upto)`` for ranges of rowid that cover `table` as it is now.

    An interrupted range is halved. A range that can't be read is cut down, then reported through `lost` and skipped.
    """
    ends = bursts.patiently(lambda connection: _ends(connection, table))
    if ends is None:
        return
    after, high = ends[0] - 1, ends[1]
    sizes, ranges = Sizes(bursts.path), 0
    while after < high:
        upto = min((after // sizes.size + 1) * sizes.size, high)  # the same pages each time: see `repeated`
        try:
            page = sizes.attempt(bursts, partial(_range, table, fetch, after, upto))
        except Unreadable as error:
            if upto - after > CORRUPT_ROWS and ranges < CORRUPT_RANGES:
                sizes.size = max(CORRUPT_ROWS, (upto - after) // 4)
                continue
            ranges += 1
            lost(after + 1, upto, error)
            if ranges > 2 * CORRUPT_RANGES:
                raise
            after, sizes.size = upto, CORRUPT_ROWS if ranges < CORRUPT_RANGES else sizes.size * 2
            continue
        if page is None:
            continue
        yield page[0]
        if page[1] is None:
            return
        if page[1] <= upto:  # pages that lead back: the walk would never end
            lost(upto + 1, high, Unreadable(f"{bursts.path.name} is damaged: rows of {table} are out of order"))
            return
        after = page[1] - 1  # the next row there is: ids may have wide gaps


def by_values(
    bursts: Bursts, values: Sequence[Any], fetch: Callable[[sqlite3.Connection, Sequence[Any]], T]
) -> Iterator[T]:
    """``fetch(connection, some of values)`` until all had their turn."""
    sizes, done = Sizes(bursts.path, CHUNK, CHUNK), 0
    while done < len(values):
        chunk = values[done : done + sizes.size]
        page = sizes.attempt(bursts, partial(_chunk, fetch, chunk))
        if page is not None:
            yield page[0]
            done += len(chunk)


def _range(
    table: str,
    fetch: Callable[[sqlite3.Connection, int, int], T],
    after: int,
    upto: int,
    connection: sqlite3.Connection,
) -> tuple[T, int | None]:
    return fetch(connection, after, upto), _next(connection, table, upto)


def _chunk(
    fetch: Callable[[sqlite3.Connection, Sequence[Any]], T], chunk: Sequence[Any], connection: sqlite3.Connection
) -> tuple[T]:
    return (fetch(connection, chunk),)


def _ends(connection: sqlite3.Connection, table: str) -> tuple[int, int] | None:
    low = connection.execute(f"select min(rowid) from {table}").fetchone()[0]
    return None if low is None else (low, connection.execute(f"select max(rowid) from {table}").fetchone()[0])


def _next(connection: sqlite3.Connection, table: str, after: int) -> int | None:
    found: tuple[int | None] = connection.execute(f"select min(rowid) from {table} where rowid > {after:d}").fetchone()
    return found[0]
