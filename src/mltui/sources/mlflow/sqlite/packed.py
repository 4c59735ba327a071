"""Points of a series out of SQLite as columns of numbers, half a microsecond each, with the interpreter left alone.

Rows cost the interpreter's lock each (`fetch`), and a text of doubles its printing and parsing: see `scratch`.
"""

from __future__ import annotations

import math
import sqlite3
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mltui.sources.mlflow.points import Points
from mltui.sources.mlflow.sql.values import LARGEST
from mltui.sources.mlflow.sqlite import scratch

if TYPE_CHECKING:
    import numpy as np

#: value, timestamp, step, rowid.
_CELLS = scratch.Shape(4)
#: Whole numbers up to here are doubles.
_EXACT = float(1 << 53)
#: The value as a double: nan (which SQLite has not) as infinity, the infinities as MLflow stores them.
_VALUE = (
    "case when is_nan or typeof(value) not in ('real', 'integer') then 9e999"
    f" when value > {LARGEST!r} then {sys.float_info.max!r} when value < -{LARGEST!r} then -{sys.float_info.max!r}"
    " else cast(value as real) end"
)


def packed_columns(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> Points:
    """The points of `select`, (value, timestamp, step, is_nan, id) each, in its order. Belongs in a burst."""
    found = _packed(connection, select, args)
    return _rows(connection, select, args) if found is None else found


def _packed(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> Points | None:
    import numpy as np

    try:
        with scratch.table(connection, _CELLS.columns) as name:
            connection.execute(
                f"insert into {name} select {_VALUE}, cast(ifnull(timestamp, 0) as real),"
                f" cast(ifnull(step, 0) as real), cast(id as real) from ({select})",
                args,
            )
            data = scratch.written(connection)
        cells = _cells(data)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
            raise
        return None
    except ValueError:
        return None
    points: Any = np.ascontiguousarray(cells).view(">f8").astype(np.float64)
    if len(points) and float(np.abs(points[:, 1:]).max()) >= _EXACT:
        return None
    values = points[:, 0]
    values[values == math.inf] = math.nan
    values[values > LARGEST] = math.inf
    values[values < -LARGEST] = -math.inf
    return Points(values.copy(), *(points[:, n].astype(np.int64) for n in (1, 2, 3)))


def _cells(data: bytes) -> np.ndarray[Any, Any]:
    """The doubles' bytes of every cell in the order of rows. Raises `ValueError` if a cell is not as expected."""
    import numpy as np

    found: list[np.ndarray[Any, Any]] = []
    header = _CELLS.header
    for leaf in scratch.leaves(data, _CELLS):
        cells = np.frombuffer(leaf.page, np.uint8)[np.array(leaf.places)[:, None] + np.arange(_CELLS.cell)]
        if not (cells[:, 0] == _CELLS.payload).all() or not (cells[:, 5 : 5 + len(header)] == list(header)).all():
            raise ValueError("a cell is not of doubles")
        found.append(cells[:, 5 + len(header) :])
    return np.concatenate(found) if found else np.empty((0, 8 * _CELLS.columns), np.uint8)


def _rows(connection: sqlite3.Connection, select: str, args: Sequence[Any]) -> Points:
    """The same row by row: for a SQLite that can't serialize, and for steps and times a double can't hold exactly."""
    return Points.of_rows(connection.execute(select, args).fetchall())
