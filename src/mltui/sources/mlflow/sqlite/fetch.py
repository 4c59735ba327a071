"""Statements whose whole answer comes in one step.

Python gives up its lock around every row of a cursor; while another thread computes, each row then costs up to 5 ms,
with the store's read lock held. So SQLite packs a page into one JSON text, which is also faster than rows. What JSON
cannot hold (blobs) and SQLite builds without JSON functions fall back to rows. Floating point values are never packed:
SQLite's text of a double is not exact for very large and very small ones.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from mltui.sources.mlflow.database import Pair, Row


def decode(value: bytes) -> str:
    """Text from outside; what is not UTF-8 becomes replacement characters."""
    return value.decode("utf-8", "replace")


def packed_rows(connection: sqlite3.Connection, columns: Sequence[str], select: str, args: Sequence[Any]) -> list[Row]:
    """The rows of `select`, whose result has `columns`; none of them may be floating point."""
    names = ", ".join(f'"{name}"' for name in columns)
    packed = _packed(connection, f"select json_group_array(json_array({names})) from ({select})", args)
    return rows(connection, select, args) if packed is None else packed


def packed_pairs(connection: sqlite3.Connection, table: str, where: str, args: Sequence[Any]) -> list[Pair]:
    """key and value of `table` as one dictionary per run."""
    packed = _packed(
        connection,
        "select '[' || ifnull(group_concat(pair), '') || ']' from (select '[' || json_quote(run_uuid) || ','"
        " || json_group_object(key, ifnull(value, '')) || ']' as pair"
        f" from {table} where {where} group by run_uuid)",
        args,
    )
    if packed is not None:
        return packed
    found: dict[str, dict[str, str]] = {}
    for run_id, key, value in rows(connection, f"select run_uuid, key, value from {table} where {where}", args):
        found.setdefault(str(run_id), {})[_text(key)] = _text(value)
    return list(found.items())


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
    connection.text_factory = bytes
    try:
        (text,) = connection.execute(select, args).fetchone()
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            raise
        return None
    finally:
        connection.text_factory = str
    try:
        array: list[Any] = json.loads(decode(text))
    except ValueError:
        return None
    return array


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return decode(value)
    return "" if value is None else str(value)
