"""Where things lie: the project's root, mltui's cache and its state. See CONTRACT, "Where things lie"."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mltui.errors import Denied
from mltui.sources import cachedir


@dataclass(frozen=True, slots=True)
class Project:
    """What was opened. `start` is where the user stood, `root` the top of the git worktree, else of the DVC project,
    else `start`. `git_dir` and `common_dir` are None outside git. `server` is set for ``mltui http://server``.
    """

    start: Path
    root: Path
    git_dir: Path | None = None
    common_dir: Path | None = None
    server: str | None = None
    git_env: tuple[tuple[str, str], ...] = ()  #: GIT_DIR and GIT_WORK_TREE, where the user named them himself

    @property
    def name(self) -> str:
        return self.server or self.root.name or str(self.root)

    @property
    def key(self) -> str:
        """16 hex digits that name this project in caches and user state: by its git common directory, else root."""
        return hashlib.sha256(os.fsencode(self.server or self.common_dir or self.root)).hexdigest()[:16]


def user_state_dir() -> Path:
    """``$XDG_STATE_HOME/mltui``: recent projects, trust, primary metric."""
    base = os.environ.get("XDG_STATE_HOME", "")
    return Path(base if base.startswith("/") else cachedir.within_home(".local", "state")) / "mltui"


def is_home(directory: Path) -> bool:
    """Whether it is the user's home: all somebody has, and no project."""
    home = cachedir.home()
    return bool(home) and directory == Path(home)


def state_dirs(project: Project) -> tuple[Path, ...]:
    """Where the project's own state may lie, the place that is wanted first: in git's common directory, so that all
    worktrees share it, else below the user's state. Not created here."""
    below_user = user_state_dir() / project.key
    return (project.common_dir / "mltui", below_user) if project.common_dir and not project.server else (below_user,)


def cache_root() -> Path:
    """Where all caches are (cachedir.py). Not created here."""
    return Path(cachedir.cache_root())


def cache_dir(project: Project) -> Path:
    """The project's own part of the cache, created 0700. Everything in it may be deleted at any time.

    Where the cache can't be written, as in a read-only home, a temporary directory of this process stands in for it.
    Raises `Denied` if there is nowhere to write.
    """
    path = cache_root() / project.key
    with suppress(OSError):
        cachedir.create(str(path))
    if not os.access(path, os.W_OK | os.X_OK):
        path = _makeshift() / project.key
        cachedir.create(str(path))
    return path


@cache
def _makeshift() -> Path:
    """A cache until this process ends."""
    import atexit
    import shutil
    import tempfile

    try:
        path = tempfile.mkdtemp(prefix="mltui-")  # created 0700
    except OSError as error:
        raise Denied(f"no cache can be written: {error.strerror}", "set MLTUI_CACHE_DIR") from error
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return Path(path)
