"""How a SQLite file may be opened so that nothing is written beside it and none of its rows are missed.

Formats: https://sqlite.org/fileformat2.html (header: bytes 18 and 19 are 2 in WAL mode, 24 to 28 the change counter),
https://sqlite.org/walformat.html, https://sqlite.org/c3ref/open.html (``mode``, ``immutable``), and ``readonly_shm``
of SQLite's ``os_unix.c``. Tried: ``mode=ro`` on a WAL database creates ``-shm`` and ``-wal``, ``immutable=1`` loses the
WAL's rows.
"""

from __future__ import annotations

import os
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from mltui.errors import Denied, NotFound, SourceError, Unreadable
from mltui.sources.mlflow.gate import reads_paused

MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100
#: MLflow creates its tables first: their text lies near the beginning.
_TEXT_BYTES = 256 << 10

#: What to do about a store that was busy.
AGAIN = "try again in a moment; the screens do so by themselves"

#: live: a rollback journal database, shared: WAL with its -shm, still: WAL mode without a WAL, copy: read a copy.
Access = Literal["live", "shared", "still", "copy"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as stat saw it: (inode, bytes, mtime in ns); None if it is not there."""

    main: tuple[int, int, int] | None
    wal: tuple[int, int, int] | None
    shm: bool

    @property
    def shape(self) -> Hashable:
        """What decides how the file is opened."""
        return self.main and self.main[0], self.wal is not None, self.shm


@dataclass(frozen=True, slots=True)
class Plan:
    """How to open the file, and how it looked when that was decided."""

    access: Access
    seen: Seen


def beside(path: Path, suffix: str) -> Path:
    """SQLite keeps WAL, shared memory and journal beside the file itself, not beside a symbolic link to it."""
    real = path.resolve()
    return real.with_name(real.name + suffix)


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise Denied(f"{path} can't be read: {error.strerror}", "ask its owner for permission") from error
    return found.st_ino, found.st_size, found.st_mtime_ns


def look(path: Path) -> Seen:
    """Stat the database, its WAL and its shared memory."""
    return Seen(_stat(path), _stat(beside(path, "-wal")), beside(path, "-shm").exists())


def read_head(path: Path, count: int = HEADER_BYTES) -> bytes:
    """The first bytes of a database file, read while no burst is open (see `gate`)."""
    try:
        with reads_paused(), path.open("rb") as file:
            return file.read(count)
    except FileNotFoundError as error:
        raise NotFound(f"there is no {path}") from error
    except IsADirectoryError as error:
        raise Unreadable(f"{path} is a directory, not a database") from error
    except OSError as error:
        raise Denied(f"{path} can't be read: {error.strerror}", "ask its owner for permission") from error


def tells_of_mlflow(path: Path) -> bool:
    """Whether a database that can't be opened, as a copy cut short, was made with MLflow's tables: by its text."""
    try:
        head = read_head(path, _TEXT_BYTES)
    except SourceError:
        return False
    return head.startswith(MAGIC) and b"experiment_id" in head and b"lifecycle_stage" in head


def plan(path: Path) -> Plan:
    """Decide how to open the database at `path`. Raises `NotFound`, `Denied`, `Unreadable`."""
    seen = look(path)
    if seen.main is None:
        raise NotFound(f"there is no {path}")
    if not path.is_file() and not path.is_dir():  # opening a pipe would wait for ever
        raise Unreadable(f"{path.name} is no regular file", "name the right file with --store")
    head = read_head(path)
    if problem := not_a_database(path, head):
        raise problem
    if seen.wal is None and not (head[18] == 2 or head[19] == 2):
        return Plan("live", seen)
    if seen.wal is not None and seen.shm:
        return Plan("shared", seen)
    if seen.wal is not None and seen.wal[1]:
        return Plan("copy", seen)
    return Plan("still", seen)


def not_a_database(path: Path, head: bytes) -> SourceError | None:
    """Why a file with these first bytes can't be a database; None if it can."""
    if not head:
        return Unreadable(f"{path.name} is empty (0 bytes)", "delete it, or log a run into it")
    if not head.startswith(MAGIC):
        return Unreadable(f"{path.name} is not a SQLite database", "name the right file with --store")
    if len(head) < HEADER_BYTES:
        return Unreadable(f"{path.name} is cut short ({len(head)} bytes)", "copy it again, or restore it from a backup")
    return None


def uri(path: Path, access: Access) -> str:
    """The SQLite URI that opens `path` without writing anything beside it."""
    flags = {
        "live": "mode=ro",
        "shared": "mode=ro&readonly_shm=1",
        "still": "mode=ro&immutable=1",
        "copy": "mode=ro&immutable=1",
    }[access]
    return f"file:{quote(os.fsencode(path.absolute()))}?{flags}"


def fingerprint(path: Path) -> Hashable:
    """Moves with every write: stat of database and WAL, the change counter, the WAL's header (salts, checkpoints).

    SQLite's ``data_version`` says the same, but only within one connection, and not when the file is replaced.
    """
    seen = look(path)
    if seen.main is None:
        return None
    try:
        counter = read_head(path)[24:28]
        wal = read_head(beside(path, "-wal"), 32) if seen.wal else b""
    except SourceError as error:
        return seen.main, seen.wal, error.summary
    return seen.main, seen.wal, counter, wal
