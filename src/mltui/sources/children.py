"""What the parents of Python children share: a line of their answer, and whose modules they may import."""

from __future__ import annotations

import os
import selectors
import time
from pathlib import Path


def read_line(descriptor: int, deadline: float) -> bytes:
    """One line from a pipe. Raises TimeoutError at `deadline` (monotonic), EOFError's cousin ValueError at its end.

    Another thread may end the child and close the pipe meanwhile: that is its end too.
    """
    pieces: list[bytes] = []
    own = os.dup(descriptor)  # one that is closed wakes nobody who waits for it, and its number may be another file's
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(own, selectors.EVENT_READ)
            while not (pieces and pieces[-1].endswith(b"\n")):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                piece = os.read(own, 1 << 20)
                if not piece:
                    raise ValueError("end of file")
                pieces.append(piece)
    finally:
        os.close(own)
    return b"".join(pieces)


def python_path(root: Path) -> str | None:
    """PYTHONPATH without paths inside the repository at `root`, whose code is not to run; None if nothing is left."""
    kept = [
        entry
        for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)
        if entry and Path(entry).is_absolute() and not Path(entry).resolve().is_relative_to(root.resolve())
    ]
    return os.pathsep.join(kept) or None
