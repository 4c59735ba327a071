"""What DVC itself already hashed: its hash database is copied, never opened in place, and its rows taken over.

The child keeps a hash database of its own in mltui's cache (dvc_data.hashfile.state: SQLite by diskcache, a row a
path). A big file that ours doesn't know may be known to DVC's, when a training has just written and hashed it.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

#: Copying more than this to learn something costs more than it saves.
LARGEST_BYTES = 512 << 20
_COLUMNS = "key, raw, store_time, expire_time, access_time, access_count, tag, size, mode, filename, value"


def take_over(theirs: Path, ours: Path, paths: Sequence[str] | None) -> bool:
    """Copy DVC's rows of `paths` (None: all of them) into our database; True if there was anything new to copy.

    `ours` is the directory of our database. A copy torn by a writer is of no use and is dropped.
    """
    copy = ours.with_name("dvc.db")
    database = ours / "cache.db"
    if not database.exists() or not _copied(theirs, copy):
        return False
    rows = f"SELECT {_COLUMNS} FROM dvc.Cache WHERE raw = 1 AND filename IS NULL"  # noqa: S608
    try:
        with closing(sqlite3.connect(database, timeout=10)) as connection:
            connection.execute("ATTACH ? AS dvc", (str(copy),))
            with connection:
                if paths is None:  # ours may be newer
                    connection.execute(f"INSERT OR IGNORE INTO main.Cache ({_COLUMNS}) {rows}")
                for path in paths or ():
                    below = (path, f"{path}/", f"{path}0")  # "0" follows "/"
                    where = " AND (key = ? OR (key > ? AND key < ?))"
                    connection.execute(f"INSERT OR REPLACE INTO main.Cache ({_COLUMNS}) {rows}{where}", below)
    except sqlite3.Error:
        return False
    return True


def _copied(database: Path, copy: Path) -> bool:
    logs = [(database.with_name(database.name + end), copy.with_name(copy.name + end)) for end in ("-wal", "-shm")]
    wal, wal_copy = logs[0]
    try:
        size = database.stat().st_size
        newest = max(path.stat().st_mtime for path in (database, wal) if path.exists())
        if size > LARGEST_BYTES or (copy.exists() and copy.stat().st_mtime >= newest):
            return False
        for _, old in logs:
            old.unlink(missing_ok=True)
        shutil.copyfile(database, copy)
        copy.chmod(0o600)
        if wal.exists():
            shutil.copyfile(wal, wal_copy)
            wal_copy.chmod(0o600)
    except OSError:
        return False
    return True
