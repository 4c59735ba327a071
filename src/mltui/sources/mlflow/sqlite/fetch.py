"""Statements whose whole answer comes in one step.

Python gives up its lock around every row of a cursor; while another thread computes, each row then costs up to 5 ms,
with the store's read lock held. So SQLite packs a page into one JSON text, which is no slower than rows. What JSON
cannot hold (blobs) and SQLite builds without JSON functions, or whose text of a double is not exact, fall back to rows.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any

from mltui.sources.mlflow.database import Numbers, Pair, Row
from mltui.sources.mlflow.sql.values import LARGEST, number, text

#: A metric's value as JSON (Python's dialect has NaN; 1e999 is read as infinity). What is no number makes the page
#: invalid, and it is fetched as rows. ``!`` gives all the digits, so that every double is read as it was.
VALUE = (
    "case when {is_nan} then 'NaN' when typeof(value) not in ('real', 'integer') then 'none'"
    f" when value > {LARGEST!r} then '1e999' when value < -{LARGEST!r} then '-1e999' else printf('%!.20e', value) end"
)


def decode(value: bytes) -> str:
    """Text from outside; what is not UTF-8 becomes replacement characters."""
    return value.decode("utf-8", "replace")


def packed_rows(connection: sqlite3.Connection, columns: Sequence[str], select: str, args: Sequence[Any]) -> list[Row]:
    """The rows of `select`, whose result has `columns`; none of them may be floating point."""
    arrays = ", ".join(f'json_group_array("{name}")' for name in columns)
    row = said(connection, f"select {arrays} from ({select})", args)
    try:
        found = row and [json.loads(decode(text)) for text in row]
    except ValueError:
        found = None
    return list(zip(*found, strict=True)) if found else rows(connection, select, args)


def pairs(connection: sqlite3.Connection, table: str, where: str, args: Sequence[Any]) -> list[Pair]:
    """key and value of `table` as one dictionary per run."""
    found: dict[str, dict[str, str]] = {}
    for run_id, key, value in rows(connection, f"select run_uuid, key, value from {table} where {where}", args):
        found.setdefault(text(run_id), {})[text(key)] = text(value)
    return list(found.items())


def numbers(connection: sqlite3.Connection, is_nan: str, where: str, args: Sequence[Any]) -> list[Numbers]:
    """The same of latest_metrics. `is_nan` is that column, or ``0`` if there is none."""
    select = f"select run_uuid, key, value, {is_nan} from latest_metrics where {where}"
    found: dict[str, dict[str, float]] = {}
    for run_id, key, value, nan in rows(connection, select, args):
        metrics = found.setdefault(text(run_id), {})
        try:
            metrics[text(key)] = number(value, nan)
        except ValueError:  # text in a column of numbers: this metric can't be read, the others can
            continue
    return list(found.items())


def packed_points(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> list[Row]:
    """The rows of `select`, which are (value, timestamp, step, is_nan, rowid)."""
    if _exact():
        parts = (VALUE.format(is_nan="is_nan"), "ifnull(timestamp, 0)", "ifnull(step, 0)", "ifnull(is_nan, 0)", "id")
        point = " || ',' || ".join(parts)
        packed = _packed(
            connection, f"select '[' || ifnull(group_concat('[' || {point} || ']'), '') || ']' from ({select})", args
        )
        if packed is not None:
            return packed
    return rows(connection, select, args)


def rows(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> list[Row]:
    """The rows of `select` as tuples."""
    try:
        return connection.execute(select, args).fetchall()
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
    connection.text_factory = decode
    try:
        return connection.execute(select, args).fetchall()
    finally:
        connection.text_factory = str


def _packed(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> list[Any] | None:
    """The array that `select` makes; None if this SQLite or these values can't make one."""
    row = said(connection, select, args)
    try:
        array: list[Any] | None = row and json.loads(decode(row[0]))
    except ValueError:
        return None
    return array


def said(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> Any:
    """The one row that `select` makes, its texts as bytes; None if this SQLite or these values can't make one."""
    connection.text_factory = bytes
    try:
        return connection.execute(select, args).fetchone()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            raise
        return None
    finally:
        connection.text_factory = str


@cache
def _exact() -> bool:
    """Whether this SQLite's text of a double is the double: it computes with ``long double``, where there is one."""
    samples = [
        sign * math.ldexp(1 + part / 7, power)
        for power in range(-1074, 1023, 31)
        for part in range(7)
        for sign in (1, -1)
    ]
    connection = sqlite3.connect(":memory:")
    try:
        return all(
            float(connection.execute("select printf('%!.20e', ?)", (sample,)).fetchone()[0]) == sample
            for sample in samples
        )
    finally:
        connection.close()
