"""The DVC child's part of the cache, looked at before a child starts: dvc itself would fail on what is damaged there,
at each start again, and call every stage unreadable."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mltui.sources.cachedir import discard, only_file, put
from mltui.sources.places import Project, stand_in

#: A larger database is not read whole before each start (bytes); dvc's words say then that it is damaged.
LARGEST = 16 << 20
#: Where dvc keeps the hashes of files, and which it linked: databases of diskcache, made anew where they are missing.
DATABASES = ("repo/*/hashes/local/cache.db", "repo/*/links/cache.db")
#: What SQLite keeps beside a database.
BESIDE = ("-wal", "-shm", "-journal")
#: Less room than this is none (bytes): dvc would call each stage unreadable because it can't note a hash.
ROOM = 1 << 20


def with_room(site: Path, project: Project) -> Path:
    """`site`, or another one until this process ends, where the disk is full. Raises `Denied` if there is neither."""
    room = site / "room"
    try:
        put(str(room), bytes(ROOM))
        room.unlink(missing_ok=True)
    except OSError:
        return stand_in(project) / "dvc"
    return site


def mend(site: Path) -> None:
    """Remove what is damaged in the directory `site`, as far as it can be seen without asking what a hash should be."""
    for name in ("tmp", "repo", "parsed"):
        if (place := site / name).is_symlink() or (place.exists() and not place.is_dir()):
            discard(str(place))
    only_file(str(site / "tmp" / "btime"))  # glob passes over a link to nowhere that is called by its name
    for pattern in ("parsed/*", *(f"{database}*" for database in DATABASES)):
        for path in site.glob(pattern):
            only_file(str(path))
    for path in (found for database in DATABASES for found in site.glob(database)):
        if not _is_whole(path):
            for suffix in BESIDE:
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            discard(str(path))


def _is_whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with how it is built; True also where it can't be asked."""
    try:
        if path.stat().st_size > LARGEST:
            return True
        connection = sqlite3.connect(path, timeout=1)
    except (OSError, sqlite3.Error):
        return True
    try:
        return bool(connection.execute("pragma quick_check(1)").fetchone() == ("ok",))
    except sqlite3.OperationalError:
        return True  # another child writes, or the file system is to blame
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False
    finally:
        connection.close()
