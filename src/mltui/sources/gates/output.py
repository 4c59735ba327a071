"""The kept output of a gate command, read: its last rows, however long it is."""

from __future__ import annotations

import os

#: The last rows are looked for in so many bytes at its end.
LAST_BYTES = 64 << 10


def last_rows(path: str, most: int = 20) -> tuple[bytes, ...]:
    """The last `most` rows of the file as they were printed, empty ones at its end left out; () where it can't be read.

    Of a row that is longer than `LAST_BYTES` the end is told.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            file.seek(max(0, os.fstat(file.fileno()).st_size - LAST_BYTES))
            text = file.read(LAST_BYTES)
    except OSError:
        return ()
    rows = text.rstrip(b"\r\n").split(b"\n") if text.strip() else []
    return tuple(rows[-most:])
