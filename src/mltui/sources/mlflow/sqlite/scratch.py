"""Doubles out of SQLite as they are stored: no row of them costs the interpreter's lock, no text its printing.

One statement copies a page of numbers into a database in memory, ``serialize`` gives that database's bytes, and the
numbers are read out of its pages: https://sqlite.org/fileformat2.html. Every cell has the same shape, because every
column is stored as a double (serial type 7) and row numbers start where their varint has four bytes.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

#: The size of pages, the largest there is.
PAGE = 65536
#: The name the database in memory is attached by.
_NAME = "mltui_numbers"
#: The row number before the first: from the next one to 2**28 - 1 varints have four bytes.
_BEFORE = (1 << 21) - 1


class Leaf(NamedTuple):
    """A page of cells. `places` are their offsets in it, in the order of rows."""

    page: memoryview
    places: tuple[int, ...]


class Shape(NamedTuple):
    """How cells of so many doubles look: size of payload (one byte), row number (four), then `header`, the doubles."""

    columns: int

    @property
    def header(self) -> bytes:
        """The size of the record's header and its serial types."""
        return bytes([self.columns + 1] + [7] * self.columns)

    @property
    def payload(self) -> int:
        return len(self.header) + 8 * self.columns

    @property
    def cell(self) -> int:
        return 5 + self.payload


@contextmanager
def table(connection: sqlite3.Connection, columns: int) -> Iterator[str]:
    """The name of an empty table of so many columns in memory, which is gone afterwards. Belongs in a burst."""
    if any(row[1] == _NAME for row in connection.execute("pragma database_list").fetchall()):
        connection.execute(f"detach {_NAME}")  # of a burst that was interrupted
    connection.execute(f"attach ':memory:' as {_NAME}")
    connection.execute(f"pragma {_NAME}.page_size = {PAGE}")
    connection.execute(f"pragma {_NAME}.journal_mode = off")
    names = ", ".join(f"c{n}" for n in range(columns))
    connection.execute(f"create table {_NAME}.doubles ({names})")
    connection.execute(f"insert into {_NAME}.doubles (rowid) values ({_BEFORE})")
    yield f"{_NAME}.doubles"
    connection.execute(f"detach {_NAME}")  # its memory is free again


def written(connection: sqlite3.Connection) -> bytes:
    """The bytes of the database that `table` made."""
    return connection.serialize(name=_NAME)


def leaves(data: bytes, shape: Shape) -> list[Leaf]:
    """The pages of the table's cells, in the order of their rows. Raises `ValueError` if a cell can't be as expected.

    A leaf page of a table begins with 13, the number of its cells stands at 3, the offsets of its cells, in the order
    of row numbers, from 8 on. Pages that rows were deleted from are kept as free pages or empty leaves.
    """
    whole = memoryview(data)
    found: list[tuple[int, Leaf]] = []
    for page in _below_the_root(whole):
        places = struct.unpack_from(f">{_count(page)}H", page, 8)
        if places and page[places[0]] != shape.payload:  # the row before the first
            places = places[1:]
        if not places:
            continue
        if max(places) + shape.cell > PAGE:
            raise ValueError("a cell goes beyond its page")
        rowid = 0
        for byte in page[places[0] + 1 : places[0] + 5]:
            rowid = rowid << 7 | byte & 127
        found.append((rowid, Leaf(page, places)))
    return [leaf for _, leaf in sorted(found, key=lambda one: one[0])]


def _below_the_root(whole: memoryview) -> Iterator[memoryview]:
    """The leaves below the table's root (page 2), by following its interior pages."""
    todo = [1]
    while todo:
        index = todo.pop()
        page = whole[index * PAGE : (index + 1) * PAGE]
        if page[0] == 13:
            yield page
        elif page[0] == 5:
            places = struct.unpack_from(f">{_count(page)}H", page, 12)
            todo += [struct.unpack_from(">I", page, at)[0] - 1 for at in (*places, 8)]


def _count(page: memoryview) -> int:
    return page[3] << 8 | page[4]
