"""Where a peer is, if it is installed."""

from __future__ import annotations

import os
import shutil

from bench.projects import BIN


def found(name: str) -> str | None:
    """Its path: beside this Python, or on PATH."""
    return shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")


def against(name: str, what: str) -> str:
    """For a figure's column: the peer, or that it was left out."""
    return what if found(name) else f"{name} is not installed: left out"
