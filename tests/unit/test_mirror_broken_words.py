"""A mirror so broken that SQLite's own words about it are no text: made anew, as any broken one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mltui.sources.mlflow import mirror


def test_one_whose_schema_is_no_text_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    mirror.connect(path).close()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE", b"CREATE T\x89BLE"))
    with mirror.connect(path) as connection:
        assert connection.execute("select count(*) from mltui_notes").fetchone() == (0,)


def test_one_that_breaks_while_it_is_used_is_made_anew(tmp_path: Path) -> None:
    path, tries = tmp_path / "mirror.db", []

    def work(connection: sqlite3.Connection) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise UnicodeDecodeError("utf-8", b"\x89", 0, 1, "invalid start byte")
        return connection.execute("select 1").fetchone()[0]

    assert mirror.using(path, work) == 1 and len(tries) == 2
