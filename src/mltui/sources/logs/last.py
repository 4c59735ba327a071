"""The last lines of a log, for a detail that shows a few."""

from __future__ import annotations

import os

#: The last lines of a log are looked for in so many bytes at its end.
LAST_BYTES = 16_000


def last_lines(path: str, most: int = 8) -> tuple[str, ...]:
    """The last lines of a log as text; none where it can't be read. A progress bar is as it was drawn last."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            file.seek(max(0, os.fstat(file.fileno()).st_size - LAST_BYTES))
            text = file.read(LAST_BYTES).decode(errors="replace")
    except OSError:
        return ()
    lines = (each.rstrip("\r").rpartition("\r")[2] for each in text.split("\n"))
    return tuple(each for each in lines if each.strip())[-most:]
