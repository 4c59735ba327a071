"""Replace a file at once, for its owner only: whoever reads it sees the old one or the new one, whole."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def replace_file(path: Path, text: str, mode: int = 0o600) -> None:
    """Make `text` the content of `path`, on the disk before anything stands on it. Raises `OSError`: then nothing was
    replaced."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
