"""A mirror database: opened, rebuilt when it is of another version or broken, written in short transactions.

A mirror is a cache: it may be deleted at any time, lives in a 0700 directory with mode 0600, and never in WAL mode (the
cache may be on a network file system). Two mltui processes may refresh one mirror at once: each batch is one
``begin immediate`` transaction that replaces whole runs, so that the later writer wins and nothing is half there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from mltui.errors import Busy, Denied, SourceError, Unreadable
from mltui.model.part import Problem
from mltui.sources.cachedir import create, discard, only_file
from mltui.sources.mlflow.tables import VERSION, schema

T = TypeVar("T")

#: Another mltui process that refreshes the same mirror holds the lock for one batch, well under a second.
BUSY_SECONDS = 15.0

#: Whoever only wants to know whether there is something new waits so long for a batch that is being written.
LOOK_SECONDS = 0.5

#: Words of sqlite3's errors after which the mirror is not thrown away: it is busy, or its place is to blame.
_NOT_BROKEN = ("locked", "unable to open", "readonly", "disk I/O", "full")

#: What to do about a mirror that even a rebuild does not mend.
_HINT = "it is a cache: delete it and start again"


def connect(path: Path) -> sqlite3.Connection:
    """Open the mirror at `path` for writing, made anew if it is missing, broken or of another version.

    Transactions are explicit (`writing`). Raises `Busy`, `Denied` or `Unreadable`.
    """
    try:
        create(str(path.parent))
        for name in (path, _journal(path)):
            only_file(str(name))
        try:
            return _open(path)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not _broken(error):
                raise
        _discard(path)
        return _open(path)
    except sqlite3.Error as error:
        raise translate(error, path) from error
    except OSError as error:
        raise Denied(f"the cache can't be written: {error.strerror} ({path.parent})", "set MLTUI_CACHE_DIR") from error


def _open(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("pragma journal_mode = delete").fetchone()
        connection.execute("pragma synchronous = off")
        connection.execute("pragma cache_size = -8000")
        if _version(connection) != VERSION:
            with writing(connection):
                if _version(connection) != VERSION:  # another process may have made it meanwhile
                    for statement in schema():
                        connection.execute(statement)
        connection.execute("select count(*) from mltui_notes").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _broken(error: Exception) -> bool:
    if isinstance(error, UnicodeDecodeError):
        return True  # SQLite's own words about it, which quote what is broken
    return isinstance(error, sqlite3.DatabaseError) and not any(word in str(error) for word in _NOT_BROKEN)


def _discard(path: Path) -> None:
    discard(str(path))
    _journal(path).unlink(missing_ok=True)


def _journal(path: Path) -> Path:
    return path.with_name(path.name + "-journal")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that holds the write lock from its first statement; rolled back if anything raises."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def using(path: Path, work: Callable[[sqlite3.Connection], T]) -> T:
    """Do `work` with a connection. If the mirror turns out to be broken meanwhile, once more with a new one.

    What sqlite3 raises else is translated.
    """
    try:
        try:
            return _with_connection(path, work)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not _broken(error):
                raise
        _discard(path)
        return _with_connection(path, work)
    except sqlite3.Error as error:
        raise translate(error, path) from error


def _with_connection(path: Path, work: Callable[[sqlite3.Connection], T]) -> T:
    connection = connect(path)
    try:
        return work(connection)
    finally:
        connection.close()


def translate(error: sqlite3.Error, path: Path) -> SourceError:
    """sqlite3's error in mltui's words."""
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return Busy(f"another mltui is writing {path.name}", "it will be read again")
    return Unreadable(f"the mirror {path} can't be used: {error}", _HINT)


def note(connection: sqlite3.Connection, name: str, value: str | None = None) -> str | None:
    """Read a note, or write it when `value` is given."""
    if value is not None:
        connection.execute("insert or replace into mltui_notes values (?, ?)", (name, value))
        return value
    row = connection.execute("select value from mltui_notes where name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def renew(connection: sqlite3.Connection, name: str, value: object, write: Callable[[], object]) -> None:
    """Let `write` put `value` into the mirror, in one transaction, unless it is what was put there last as `name`."""
    digest = digest_of(value)
    if note(connection, name) != digest:
        with writing(connection):
            write()
            note(connection, name, digest)


def digest_of(value: object) -> str:
    """Equal for equal records."""
    return hashlib.blake2b(repr(value).encode("utf-8", "replace"), digest_size=12).hexdigest()


def moved(connection: sqlite3.Connection) -> None:
    """Note in a transaction that changes rows that it does: whoever else reads this mirror sees it (`generation`).

    A name and no number, for a mirror that was emptied or made anew must not come to one that it had before.
    """
    note(connection, "generation", secrets.token_hex(8))


def generation(path: Path) -> str | None:
    """Which rows the mirror at `path` holds: another name after each transaction that changed some, in any process.

    None while there is none or it can't be read. One small query, never longer than `LOOK_SECONDS`.
    """
    if not path.is_file():
        return None
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=LOOK_SECONDS)
    except sqlite3.Error:
        return None
    try:
        return note(connection, "generation")
    except sqlite3.Error:
        return None
    finally:
        connection.close()


def problems(path: Path, source: str) -> tuple[Problem, ...]:
    """What the mirror at `path` holds of unreadable things, as a person should meet it."""
    sql = "select path, reason, hint from mltui_problems order by rowid"
    rows = using(path, lambda connection: connection.execute(sql).fetchall())
    return tuple(Problem(source, str(reason), str(hint), str(where)) for where, reason, hint in rows)


def chunks(items: Iterable[str], size: int = 500) -> Iterator[list[str]]:
    """Lists of at most `size` items, within SQLite's limit of variables in every build."""
    chunk: list[str] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
