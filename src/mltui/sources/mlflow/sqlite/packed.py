"""Points of a series out of SQLite as columns of numbers, half a microsecond each, with the interpreter left alone.

Rows cost the interpreter's lock each (`fetch`), and a text of doubles its printing and parsing. So one statement copies
a page of points into a database in memory, ``serialize`` gives that database's bytes, and numpy reads the numbers out
of its pages: https://sqlite.org/fileformat2.html. Every cell has the same shape, because every column is stored as a
double (serial type 7) and row numbers start where their varint has four bytes.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mltui.sources.mlflow.points import Points
from mltui.sources.mlflow.records import DBL_MAX
from mltui.sources.mlflow.sql.values import LARGEST

if TYPE_CHECKING:
    import numpy as np

#: value, timestamp, step, rowid.
COLUMNS = 4
#: The name the database in memory is attached by, and the size of its pages, the largest there is.
_NAME, _PAGE = "mltui_points", 65536
#: The row number before the first: from the next one to 2**28 - 1 varints have four bytes.
_BEFORE = (1 << 21) - 1
#: Size of payload (one byte), row number (four), size of the record's header, its serial types, the doubles.
_HEADER = bytes([COLUMNS + 1] + [7] * COLUMNS)
_CELL = 1 + 4 + len(_HEADER) + 8 * COLUMNS
#: Whole numbers up to here are doubles.
_EXACT = float(1 << 53)

#: The value as a double: nan (which SQLite has not) as infinity, the infinities as MLflow stores them.
_VALUE = (
    "case when is_nan or typeof(value) not in ('real', 'integer') then 9e999"
    f" when value > {LARGEST!r} then {DBL_MAX!r} when value < -{LARGEST!r} then -{DBL_MAX!r}"
    " else cast(value as real) end"
)


def packed_columns(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> Points:
    """The points of `select`, (value, timestamp, step, is_nan, id) each, in its order. Belongs in a burst."""
    found = _packed(connection, select, args)
    return _rows(connection, select, args) if found is None else found


def _packed(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> Points | None:
    import numpy as np

    try:
        _attach(connection)
        connection.execute(
            f"insert into {_NAME}.points select {_VALUE}, cast(ifnull(timestamp, 0) as real),"
            f" cast(ifnull(step, 0) as real), cast(id as real) from ({select})",
            args,
        )
        data = connection.serialize(name=_NAME)
        connection.execute(f"detach {_NAME}")  # its memory is free again
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            raise
        return None
    cells = _cells(data)
    if cells is None:
        return None
    points: Any = np.ascontiguousarray(cells).view(">f8").astype(np.float64)
    if len(points) and float(np.abs(points[:, 1:]).max()) >= _EXACT:
        return None
    values = points[:, 0]
    values[values == math.inf] = math.nan
    values[values > LARGEST] = math.inf
    values[values < -LARGEST] = -math.inf
    return Points(values.copy(), *(points[:, n].astype(np.int64) for n in (1, 2, 3)))


def _attach(connection: sqlite3.Connection) -> None:
    """The database in memory, empty but for the row before the first."""
    if any(row[1] == _NAME for row in connection.execute("pragma database_list").fetchall()):
        connection.execute(f"detach {_NAME}")  # of a burst that was interrupted
    connection.execute(f"attach ':memory:' as {_NAME}")
    connection.execute(f"pragma {_NAME}.page_size = {_PAGE}")
    connection.execute(f"pragma {_NAME}.journal_mode = off")
    connection.execute(f"create table {_NAME}.points (value, time, step, id)")
    connection.execute(f"insert into {_NAME}.points (rowid) values ({_BEFORE})")


def _cells(data: bytes) -> np.ndarray[Any, Any] | None:
    """The doubles' bytes of every cell in the order of row numbers; None if a cell is not as expected.

    A leaf page of a table begins with 13, the number of its cells stands at 3, the offsets of its cells, in the order
    of row numbers, from 8 on. Pages that rows were deleted from are kept as free pages or empty leaves.
    """
    import numpy as np

    pages = np.frombuffer(data, np.uint8).reshape(-1, _PAGE)
    found: list[tuple[int, np.ndarray[Any, Any]]] = []
    for index in _leaves(pages):
        page = pages[index]
        count = int(page[3]) << 8 | int(page[4])
        places = page[8 : 8 + 2 * count].view(">u2").astype(np.int64)
        first = places[0]
        skipped = 1 if int(page[first]) != _CELL - 5 else 0  # the row before the first
        places = places[skipped:]
        if not len(places):
            continue
        if int(places.max()) + _CELL > _PAGE:
            return None
        cells = page[places[:, None] + np.arange(_CELL)]
        if not (cells[:, 0] == _CELL - 5).all() or not (cells[:, 5 : 5 + len(_HEADER)] == list(_HEADER)).all():
            return None
        rowid = 0
        for byte in cells[0, 1:5]:
            rowid = rowid << 7 | int(byte) & 127
        found.append((rowid, cells[:, 5 + len(_HEADER) :]))
    found.sort(key=lambda one: one[0])
    return np.concatenate([cells for _, cells in found]) if found else np.empty((0, 8 * COLUMNS), np.uint8)


def _leaves(pages: np.ndarray[Any, Any]) -> list[int]:
    """The leaves below the table's root (page 2), by following its interior pages."""
    found, todo = [], [1]
    while todo:
        index = todo.pop()
        page = pages[index]
        count = int(page[3]) << 8 | int(page[4])
        if page[0] == 13:
            found += [index] if count else []
        elif page[0] == 5:
            places = [int(page[12 + 2 * n]) << 8 | int(page[13 + 2 * n]) for n in range(count)]
            children = [int.from_bytes(page[at : at + 4].tobytes(), "big") for at in places]
            todo += [child - 1 for child in (*children, int.from_bytes(page[8:12].tobytes(), "big"))]
    return found


def _rows(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> Points:
    """The same row by row: for a SQLite that can't serialize, and for steps and times a double can't hold exactly."""
    return Points.of_rows(connection.execute(select, args).fetchall())
