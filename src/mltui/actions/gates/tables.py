"""What ``frictionless validate --json`` says of a table, and which files of a dataset are tables.

Format: frictionless 5, ``Report``. It applies a schema to a single table only: of a directory, of several sources at
once and of JSON it says "valid" without having looked (seen in 5.21.0). So each file is asked for by itself, and only
an answer about a table with a number of rows counts.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Endings of files that may be tables, with what may be behind them.
_TABLES = (".csv", ".tsv", ".parquet", ".pq", ".xls", ".xlsx", ".ods", ".jsonl", ".ndjson", ".feather", ".arrow")
_PACKED = (".gz", ".zip", ".bz2", ".xz")
#: frictionless ends after so many errors of a table.
LIMIT = 1000
#: Errors that are told, and characters of each.
_TOLD, _SHOWN = 3, 200
_MOST = 64 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """What was said of one file. `trouble`: that it was not looked at as a table, whatever else was said."""

    valid: bool
    rows: int = 0
    errors: int = 0
    messages: tuple[str, ...] = ()
    trouble: str = ""


def tables_in(there: Path) -> tuple[list[Path], int]:
    """The files of a dataset that may be tables, sorted, and how many files there are: a file is its own dataset."""
    if not there.is_dir():
        return [there], 1
    every = [Path(folder, name) for folder, _, names in os.walk(there) for name in names if not _is_dvcs(name)]
    return sorted(path for path in every if _ends_as_table(path.name)), len(every)


def _is_dvcs(name: str) -> bool:
    return name.endswith(".dvc") or name == ".gitignore"


def _ends_as_table(name: str) -> bool:
    name = name.lower()
    plain = next((name.removesuffix(each) for each in _PACKED if name.endswith(each)), name)
    return plain.endswith(_TABLES)


def read_report(path: Path) -> Table | None:
    """What the report of one table says; None if it is no report."""
    try:
        if path.stat().st_size > _MOST:
            return None
        said = json.loads(path.read_bytes())
        return _read(said)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _read(said: dict[str, Any]) -> Table:
    tasks, valid = said["tasks"], said["valid"]
    errors = [*said.get("errors", ()), *(each for task in tasks for each in task["errors"])]
    messages = tuple(" ".join(str(each["message"]).split())[:_SHOWN] for each in errors[:_TOLD])
    rows, trouble = 0, ""
    if len(tasks) != 1 or tasks[0]["type"] != "table":
        kind = tasks[0]["type"] if len(tasks) == 1 else f"{len(tasks)} things"
        trouble = f"frictionless takes it for {kind} and no table: the schema was not applied"
    elif valid is True and not isinstance(tasks[0]["stats"].get("rows"), int):
        trouble = "frictionless counted no rows: the schema was not applied"
    else:
        rows = int(tasks[0]["stats"].get("rows") or 0)
    return Table(valid is True and not errors, rows, len(errors), messages, trouble)


def figure(tables: list[Table], files: int) -> str:
    """``12,004 rows, 0 errors``, of a directory with how many of its files are tables."""
    rows, errors = sum(each.rows for each in tables), sum(each.errors for each in tables)
    more = "+" if any(each.errors >= LIMIT for each in tables) else ""
    whole = f"{files:,}" if files == len(tables) else f"{len(tables):,} of {files:,}"
    among = "" if files == 1 else f" in {whole} files"
    counted = (f"{rows:,} row{'' if rows == 1 else 's'}{among}", f"{errors:,}{more} error{'' if errors == 1 else 's'}")
    return ", ".join(counted)
