"""Tables of runs, keys and values as one dictionary per run, so that ten thousand runs take a tenth of a second.

SQLite makes a JSON array of each column, which needs no interpreter and takes a third of the time of grouping them by
run; numbers come as the doubles they are (`scratch`). Python puts them together: rows of a run stand beside each other
mostly, and runs of one experiment have the same keys.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby
from typing import Any, NamedTuple, TypeVar

from mltui.model.key_sharing import KeySharing, places
from mltui.sources.mlflow.database import Numbers, Pair
from mltui.sources.mlflow.sql.values import LARGEST, number
from mltui.sources.mlflow.sqlite import scratch
from mltui.sources.mlflow.sqlite.fetch import decode, said

V = TypeVar("V")

_NAMES = "select json_group_array(run_uuid), json_group_array(key)"
_CELLS = scratch.Shape(1)


class Shapes(dict[tuple[str, ...], dict[str, int]]):
    """The places of values by the keys they belong to: the same object for the same keys."""

    def __missing__(self, keys: tuple[str, ...]) -> dict[str, int]:
        return self.setdefault(keys, places(keys))


class Packed(NamedTuple):
    """A page: JSON arrays of run ids and keys, and the values, as JSON or as a database of doubles."""

    runs: bytes
    keys: bytes
    values: bytes


def packed_texts(connection: sqlite3.Connection, table: str, where: str, args: Sequence[Any]) -> Packed | None:
    """What `texts` makes dictionaries of; None if it has values that JSON can't hold. Belongs in a burst."""
    row = said(connection, f"{_NAMES}, json_group_array(ifnull(value, '')) from {table} where {where}", args)
    return row and Packed(*row)


def texts(page: Packed, shapes: Shapes) -> list[Pair]:
    """The page by run. One run may come in several pieces. Raises `ValueError` if its text is no JSON."""
    return list(_by_run(page, tuple(_array(page.values)), shapes))


def packed_numbers(connection: sqlite3.Connection, is_nan: str, where: str, args: Sequence[Any]) -> Packed | None:
    """What `numbers` makes dictionaries of; None if a value is no number. `is_nan` is that column, or ``0``.

    Belongs in a burst.
    """
    value = scratch.VALUE.format(is_nan=is_nan)
    bad = f"ifnull(sum(not {is_nan} and typeof(value) not in ('real', 'integer')), 0)"
    with scratch.table(connection, 1) as name:
        with _at_one_moment(connection):
            row = said(connection, f"{_NAMES}, {bad} from latest_metrics where {where}", args)
            if row is not None and not row[2]:
                connection.execute(f"insert into {name} select {value} from latest_metrics where {where}", args)
        return None if row is None or row[2] else Packed(row[0], row[1], scratch.written(connection))


def numbers(page: Packed, shapes: Shapes) -> list[Numbers]:
    """The page by run, nan and infinities as such. Raises `ValueError` if its numbers lie as none are known to."""
    values = tuple(chain.from_iterable(_column(leaf) for leaf in scratch.leaves(page.values, _CELLS)))
    if values and not -LARGEST <= min(values) <= max(values) <= LARGEST:
        values = tuple(number(value, value == scratch.NAN) for value in values)
    return list(_by_run(page, values, shapes))


def _by_run(page: Packed, values: tuple[V, ...], shapes: Shapes) -> Iterator[tuple[str, KeySharing[V]]]:
    runs, keys = _array(page.runs), tuple(_array(page.keys))
    if not len(runs) == len(keys) == len(values):
        raise ValueError("its columns differ in length")
    shape, places = (), shapes[()]
    start = 0
    for run_id, rows in groupby(runs):
        end = start + len(list(rows))
        found = keys[start:end]
        if found != shape:
            shape, places = found, shapes[found]
        yield run_id, KeySharing(places, values[start:end])
        start = end


def _array(text: bytes) -> list[Any]:
    """The texts of a JSON array; null is "", as everywhere."""
    array: list[Any] = json.loads(decode(text))
    return [one or "" for one in array] if None in array else array


def _column(leaf: scratch.Leaf) -> tuple[float, ...]:
    """The numbers of a page with one column. Cells lie one before the other from the end of the page."""
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
    return struct.unpack(">" + f"{size - 8}xd" * count, cells)[::-1]


@contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Several statements that see the store as it is at one moment."""
    connection.execute("begin")
    try:
        yield
    finally:
        connection.execute("commit")  # nothing was written but in memory; the read lock must go whatever happened
