"""Where the cache is, as text. Imports next to nothing: a start-up passes here."""

from __future__ import annotations

import os
import sys


def cache_root() -> str:
    """``$MLTUI_CACHE_DIR``, else ``mltui/<host>`` in the platform's cache directory. Not created here."""
    if chosen := os.environ.get("MLTUI_CACHE_DIR"):
        return chosen
    return os.path.join(_platform_cache(), "mltui", os.uname().nodename)  # noqa: PTH118 - pathlib costs 4 ms


def _platform_cache() -> str:
    """The platform's cache directory. On Linux that is one variable: platformdirs would cost 5 ms of every start."""
    if not sys.platform.startswith("linux"):
        from platformdirs import user_cache_dir

        return user_cache_dir()
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return chosen if chosen.startswith("/") else os.path.expanduser("~/.cache")  # noqa: PTH111
