"""What a SQLite store is made of: tables, columns, indexes, revision."""

from __future__ import annotations

import sqlite3

from mltui.sources.mlflow.schema import Schema

#: The tables whose rows belong to runs, asked for their indexes.
OF_RUNS = ("metrics", "latest_metrics", "params", "tags")


def ask(connection: sqlite3.Connection) -> Schema:
    """The schema as it is. Belongs in a burst."""
    names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'").fetchall()]
    tables = {name: _columns(connection, name) for name in names if not name.startswith("sqlite_")}
    revision = ""
    if "version_num" in tables.get("alembic_version", ()):
        row = connection.execute("select version_num from alembic_version").fetchone()
        revision = "" if row is None else str(row[0])
    indexes = {name: _indexes(connection, name) for name in OF_RUNS if name in tables}
    by_run = {
        table: min((columns, index) for index, columns in found.items() if columns[:1] == ("run_uuid",))[1]
        for table, found in indexes.items()
        if any(columns[:1] == ("run_uuid",) for columns in found.values())
    }
    points = indexes.get("metrics", {}).items()
    ordered = next((index for index, columns in points if columns[:3] == ("run_uuid", "key", "step")), "")
    return Schema(tables, revision, by_run, ordered)


def _columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    name = table.replace('"', '""')
    return frozenset(row[1] for row in connection.execute(f'pragma table_info("{name}")').fetchall())


def _indexes(connection: sqlite3.Connection, table: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for row in connection.execute(f'pragma index_list("{table}")').fetchall():
        name = row[1].replace('"', '""')
        columns = connection.execute(f'pragma index_info("{name}")').fetchall()
        found[row[1]] = tuple(str(column[2]) for column in columns)
    return found
