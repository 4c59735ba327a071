"""Tables of runs, keys and values as one mapping per run, so that ten thousand runs take a tenth of a second.

SQLite makes a JSON array of each column, which needs no interpreter and takes a third of the time of grouping them by
run; numbers come as the doubles they are (`scratch`). Python puts them together: rows of a run stand beside each other
mostly, and runs of one experiment have the same keys (`arrays`).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple, TypeVar

from mltui.model.key_sharing import KeySharing
from mltui.sources.mlflow.database import Numbers, Pair
from mltui.sources.mlflow.sql.values import LARGEST, number
from mltui.sources.mlflow.sqlite import scratch
from mltui.sources.mlflow.sqlite.arrays import Keys, Shapes, array, spans
from mltui.sources.mlflow.sqlite.fetch import said

V = TypeVar("V")

_NAMES = "select json_group_array(run_uuid), json_group_array(key)"
_CELLS = scratch.Shape(1)


class Packed(NamedTuple):
    """A page: JSON arrays of run ids and keys, and the values: one JSON array, or cells of doubles.

    `nan` says, as a JSON array of 0 and 1, which of the doubles are none.
    """

    runs: bytes
    keys: bytes
    values: tuple[bytes, ...]
    nan: bytes = b""

    @property
    def parts(self) -> tuple[bytes, ...]:
        """All it says."""
        return self.runs, self.keys, self.nan, *self.values


def packed_texts(connection: sqlite3.Connection, table: str, where: str, args: Sequence[Any]) -> Packed | None:
    """What `texts` makes mappings of; None if it has values that JSON can't hold. Belongs in a burst."""
    row = said(connection, f"{_NAMES}, json_group_array(ifnull(value, '')) from {table} where {where}", args)
    return row and Packed(row[0], row[1], (row[2],))


def texts(page: Packed, shapes: Shapes) -> list[Pair]:
    """The page by run. One run may come in several pieces. Raises `ValueError` if its text is no JSON."""
    return list(_by_run(page, shapes.shared(array(page.values[0])), shapes))


def packed_numbers(connection: sqlite3.Connection, is_nan: str, where: str, args: Sequence[Any]) -> Packed | None:
    """What `numbers` makes mappings of; None if there are no doubles. `is_nan` is that column, or ``0``.

    Belongs in a burst.
    """
    with scratch.table(connection, 1) as name:
        with _at_one_moment(connection):
            row = said(connection, f"{_NAMES}, json_group_array({is_nan}) from latest_metrics where {where}", args)
            # What is no number is copied as it is, and its page can't be taken apart.
            connection.execute(f"insert into {name} select value from latest_metrics where {where}", args)
        try:
            cells = tuple(map(_cells, scratch.leaves(scratch.written(connection), _CELLS)))
        except ValueError:
            return None
        return row and Packed(row[0], row[1], cells, row[2])


def numbers(page: Packed, shapes: Shapes) -> list[Numbers]:
    """The page by run, nan and infinities as such. Raises `ValueError` if its text is no JSON."""
    values = tuple(chain.from_iterable(map(_column, page.values)))
    if b"1" in page.nan or (values and not -LARGEST <= min(values) <= max(values) <= LARGEST):
        values = tuple(map(number, values, array(page.nan)))
    return list(_by_run(page, values, shapes))


def _by_run(page: Packed, values: tuple[V, ...], shapes: Shapes) -> Iterator[tuple[str, KeySharing[V]]]:
    keys = Keys(page.keys, shapes)
    start = 0
    for run_id, count in spans(page.runs):
        yield run_id, KeySharing(keys.take(count), values[start : start + count])
        start += count
    if start != len(values) or not keys.ended():
        raise ValueError("its columns differ in length")


def _cells(leaf: scratch.Leaf) -> bytes:
    """The cells of a page of one column, the last first: they lie one before the other from the end of the page.

    Raises `ValueError` if they lie otherwise, or one is no double.
    """
    size, count = _CELLS.cell, len(leaf.places)
    first = leaf.places[-1]
    if leaf.places != tuple(range(first + size * (count - 1), first - 1, -size)):
        raise ValueError("cells of doubles have gaps")
    cells = bytes(leaf.page[first : first + size * count])
    head = size - 8 - len(_CELLS.header)
    if cells[::size] != bytes([_CELLS.payload]) * count or any(
        cells[head + at :: size] != bytes([byte]) * count for at, byte in enumerate(_CELLS.header)
    ):
        raise ValueError("a cell is no double")
    return cells


def _column(cells: bytes) -> tuple[float, ...]:
    """The numbers of `_cells`."""
    size = _CELLS.cell
    return struct.unpack(">" + f"{size - 8}xd" * (len(cells) // size), cells)[::-1]


@contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Several statements that see the store as it is at one moment."""
    connection.execute("begin")
    try:
        yield
    finally:
        if connection.in_transaction:  # an interrupted insert has rolled it back
            connection.execute("commit")  # nothing was written but in memory; the read lock must go whatever happened
