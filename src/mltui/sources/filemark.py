"""Whether a file was written: what a stat says of it, looked at each tick."""

from __future__ import annotations

import os
from collections.abc import Hashable
from pathlib import Path


def file_mark(path: Path) -> Hashable:
    """Moves when the file is written or another takes its place; None where there is none to look at."""
    try:
        status = os.stat(path)  # noqa: PTH116 - once a tick
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
