"""Metric series that were asked for, kept in the mirror for when the server is silent."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from mltui.sources.mlflow import mirror, rows
from mltui.sources.mlflow.files.points import Point
from mltui.sources.mlflow.records import DBL_MAX


def keep(connection: sqlite3.Connection, run_id: str, key: str, found: Sequence[Point]) -> None:
    """Put the points of one metric in the place of those kept before."""
    with mirror.writing(connection):
        connection.execute("delete from metrics where run_uuid = ? and key = ?", (run_id, key))
        connection.executemany(
            "insert into metrics (key, value, timestamp, step, is_nan, run_uuid) values (?, ?, ?, ?, ?, ?)",
            [
                (key, number, time, step, is_nan, run_id)
                for step, time, value in found
                for number, is_nan in (rows.stored(value),)
            ],
        )


def kept(connection: sqlite3.Connection, run_id: str, key: str) -> list[Point]:
    """The points kept, in the order the server gave them; empty if there are none."""
    return [
        (step, time, _number(value, is_nan))
        for step, time, value, is_nan in connection.execute(
            "select step, timestamp, value, is_nan from metrics where run_uuid = ? and key = ? order by rowid",
            (run_id, key),
        )
    ]


def _number(value: float, is_nan: int) -> float:
    if is_nan:
        return float("nan")
    return value if abs(value) < DBL_MAX else float("inf") * value
