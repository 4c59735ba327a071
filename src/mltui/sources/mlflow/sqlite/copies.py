"""A copy in the cache of a store that can't be read in place: a WAL nobody has open, a journal left by a crash."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

from mltui.errors import Busy, Denied
from mltui.sources.cachedir import create, only_file
from mltui.sources.mlflow.gate import reads_paused
from mltui.sources.mlflow.sqlite.file import AGAIN, beside, look

#: Copies are taken of files nobody should be writing; if somebody is, a few tries are enough to say so.
TRIES = 5
SUFFIXES = ("-wal", "-journal")


def copy_of(path: Path, copies: Path) -> Path:
    """The path of an up-to-date, settled copy of the database at `path`: WAL merged in, crashed transaction undone.

    Raises `Denied` if the cache can't be written, `Busy` if the database changes all the time, `sqlite3.Error` if the
    copy makes no sense.
    """
    for _ in range(TRIES):
        before = _state(path)
        name = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:16]
        stamp = hashlib.sha256(repr(before).encode()).hexdigest()[:16]
        target = copies / f"{name}-{stamp}.db"
        only_file(str(target))
        if target.exists():
            return target
        fresh = copies / f"{name}-{stamp}-{os.getpid()}.part"
        try:
            _take(path, fresh, copies)
            if _state(path) == before:
                _settle(fresh)
                _forget(copies, name)
                fresh.replace(target)
                return target
        except OSError as error:
            raise Denied(f"no copy of {path.name} can be made: {error.strerror}", "set MLTUI_CACHE_DIR") from error
        finally:
            for suffix in ("", "-shm", *SUFFIXES):
                beside(fresh, suffix).unlink(missing_ok=True)
    raise Busy(f"{path.name} changes while it is copied", AGAIN)


def _state(path: Path) -> tuple[object, ...]:
    journal = beside(path, "-journal")
    return look(path).main, look(path).wal, journal.stat().st_mtime_ns if journal.exists() else None


def _take(path: Path, fresh: Path, copies: Path) -> None:
    create(str(copies))
    with reads_paused():
        for suffix in ("", *SUFFIXES):
            if beside(path, suffix).exists():
                shutil.copyfile(beside(path, suffix), beside(fresh, suffix))
                beside(fresh, suffix).chmod(0o600)


def _settle(fresh: Path) -> None:
    """Let SQLite recover the copy, and leave one plain file: WAL must not be used on a network file system."""
    connection = sqlite3.connect(fresh, isolation_level=None)
    try:
        connection.execute("pragma journal_mode = delete").fetchone()
        connection.execute("select count(*) from sqlite_master").fetchone()
    finally:
        connection.close()


def _forget(copies: Path, name: str) -> None:
    for old in copies.glob(f"{name}-*.db"):
        old.unlink(missing_ok=True)
