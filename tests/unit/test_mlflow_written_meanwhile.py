"""A store that is written while it is read looks damaged for a moment: nobody is told of that."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from mltui.errors import Unreadable
from mltui.sources.mlflow.sqlite.bursts import Bursts


def malformed() -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


@pytest.fixture
def still(tmp_path: Path) -> Path:
    """In WAL mode, and nobody has it open: it is read without a lock."""
    path = tmp_path / "mlflow.db"
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table t (x)")
    connection.commit()
    connection.close()
    return path


def test_what_looks_damaged_while_it_is_written_is_read_again(still: Path, tmp_path: Path) -> None:
    bursts, times = Bursts(still, tmp_path / "copies"), 0

    def read(connection: sqlite3.Connection) -> int:
        nonlocal times
        times += 1
        if times == 1:
            writer = sqlite3.connect(still)
            writer.execute("insert into t values (7)")
            writer.commit()
            writer.close()
            os.utime(still)
            raise malformed()
        found: int = connection.execute("select x from t").fetchone()[0]
        return found

    assert bursts.run(read) == 7
    bursts.close()


def test_what_is_damaged_is_said_at_once(still: Path, tmp_path: Path) -> None:
    bursts, times = Bursts(still, tmp_path / "copies"), 0

    def read(connection: sqlite3.Connection) -> int:
        nonlocal times
        times += 1
        raise malformed()

    with pytest.raises(Unreadable, match="malformed"):
        bursts.run(read)
    assert times == 1
    bursts.close()
