"""What `H` found is told to DVC: its own hash database learns it, so that the next `dvc repro` does not hash again.

DVC's hash database (dvc_data.hashfile.state: SQLite by diskcache) lies outside the project. Rows go into it in one
short transaction; its triggers keep the counts. Nothing else of mltui writes it.
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from mltui.actions.gateway import Tell
from mltui.errors import Refused, SourceError
from mltui.model.ages import elapsed
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.sizes import size
from mltui.sources.dvc.hashing import Hashing

#: How long another process may keep DVC's database locked (seconds).
PATIENCE = 10.0
_COLUMNS = "key, raw, store_time, expire_time, access_time, access_count, tag, size, mode, filename, value"


class TellDvc:
    """The action: hashes of `hashing`, which was run, go into DVC's own database."""

    name = "hash"

    def __init__(self, hashing: Hashing) -> None:
        self._hashing = hashing

    @property
    def title(self) -> str:
        return f"tell DVC the hashes of {', '.join(self._hashing.paths)}"

    @property
    def note(self) -> Note:
        return Note(", ".join(self._hashing.paths), after=f"{size(self._hashing.size)} hashed")

    def commands(self) -> Sequence[str]:
        return [shlex.join(["dvc", "status", "--no-updates"])]

    def refusal(self) -> Refused | None:
        return None

    def act(self, tell: Tell) -> Outcome:
        return self._told(tell)

    def _told(self, tell: Tell) -> Outcome:
        databases = self._hashing.databases
        told = 0
        for number, (ours, theirs, paths) in enumerate(databases, start=1):
            tell(number, len(databases), "tell DVC the hashes")
            if theirs.is_file():
                try:
                    told += add(ours / "cache.db", theirs, paths)
                except sqlite3.Error as error:
                    return Outcome("failed", f"DVC's hash database: {error}", ("mltui knows the hashes, DVC does not",))
        new = f"DVC knows {told:,} new hash{'es' * (told != 1)}"
        return Outcome("done", new if told else "DVC knows them already, or keeps none")


class HashNow(TellDvc):
    """The action of the command line, which has nobody looking on meanwhile: hash, and then tell DVC."""

    @property
    def title(self) -> str:
        return f"hash {', '.join(self._hashing.paths)} ({size(self._hashing.size)})"

    def act(self, tell: Tell) -> Outcome:
        tell(1, 2, f"hash {size(self._hashing.size)}, about {elapsed(max(1, self._hashing.seconds))}")
        left = ("what was not hashed is as before",)
        try:
            self._hashing.run()
        except KeyboardInterrupt:
            self._hashing.stop()
            return Outcome("interrupted", "hashing was stopped", left)
        except SourceError as error:
            return Outcome("failed", error.summary, left)
        return self._told(lambda _number, _total, does: tell(2, 2, does))


def add(ours: Path, theirs: Path, paths: Sequence[str]) -> int:
    """Put what `ours` knows of `paths`, and of all below them, into `theirs`; how many rows. Raises `sqlite3.Error`."""
    found: dict[tuple[object, object], tuple[object, ...]] = {}  # a file may be an out and a dep: it is one row
    with closing(sqlite3.connect(f"file:{ours}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
        for path in paths:
            below = (path, f"{path}/", f"{path}0")  # "0" follows "/"
            where = "raw = 1 AND filename IS NULL AND (key = ? OR (key > ? AND key < ?))"
            rows = connection.execute(f"SELECT {_COLUMNS} FROM Cache WHERE {where}", below)  # noqa: S608
            found.update((row[:2], row) for row in rows)
    marks = ", ".join("?" * len(_COLUMNS.split(",")))
    with closing(sqlite3.connect(theirs, timeout=PATIENCE)) as connection, connection:
        # REPLACE would not fire the trigger that counts what goes
        connection.executemany("DELETE FROM Cache WHERE key = ? AND raw = ?", list(found))
        connection.executemany(f"INSERT INTO Cache ({_COLUMNS}) VALUES ({marks})", list(found.values()))  # noqa: S608
    return len(found)
