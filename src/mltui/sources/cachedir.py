"""Where the cache is, as text, and how it is written: for its owner only. Imports next to nothing: a start-up passes.

Names of runs, metrics and branches are nobody else's business, and homes on clusters are often open to all.
"""

# pathlib costs 4 ms:
# ruff: noqa: PTH102, PTH105, PTH108, PTH110, PTH112, PTH120

from __future__ import annotations

import os
import sys


def cache_root() -> str:
    """``$MLTUI_CACHE_DIR``, else ``mltui/<host>`` in the platform's cache directory. Not created here."""
    if chosen := os.environ.get("MLTUI_CACHE_DIR"):
        return chosen
    return os.path.join(_platform_cache(), "mltui", os.uname().nodename)  # noqa: PTH118 - pathlib costs 4 ms


def home() -> str:
    """The user's home: ``$HOME``, else what the system's list of users says. "" where there is none, as in a container
    that runs under a number: nothing is looked for there then, and nothing written."""
    said = os.environ.get("HOME", "")
    if said.startswith("/"):
        return said  # a relative one would be a directory of whatever project one stands in
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_dir
    except (ImportError, KeyError):
        return ""


def within_home(*names: str) -> str:
    """A path below the home directory; where there is none, one at which nothing is and nothing can be made."""
    return os.path.join(home() or os.devnull, *names)  # noqa: PTH118 - pathlib costs 4 ms


def create(directory: str) -> None:
    """Create `directory` and every one above it that is missing, 0700. Raises `OSError`."""
    missing = []
    while directory and not os.path.isdir(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    for one in reversed(missing):
        try:
            os.mkdir(one, 0o700)
        except FileExistsError:
            if not os.path.isdir(one):  # else another process was faster
                raise


def put(path: str, data: bytes) -> None:
    """Make `data` the content of the file at `path`, 0600, whole or not at all. Raises `OSError`."""
    temporary = f"{path}.{os.getpid()}"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _platform_cache() -> str:
    """The platform's cache directory. On Linux that is one variable: platformdirs would cost 5 ms of every start."""
    if not sys.platform.startswith("linux"):
        from platformdirs import user_cache_dir

        return user_cache_dir()
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return chosen if chosen.startswith("/") else within_home(".cache")
