"""Where things lie: the project's root, mltui's cache and its state. See CONTRACT, "Where things lie"."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mltui.errors import Denied
from mltui.sources import cachedir

#: What a stand-in for the cache is called, in the directory for temporary files.
MAKESHIFT = "mltui-cache-"
#: Older than this, a half-written file of the cache is of somebody who was killed (seconds).
LEFT_S = 3600


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
        _tidy(path)
    if not os.access(path, os.W_OK | os.X_OK):
        cachedir.note_unwritten(f"it is not writable ({cachedir.cache_root()})")
        return stand_in(project)
    return path


def stand_in(project: Project) -> Path:
    """A directory that stands in for the project's part of the cache until this process ends. Raises `Denied`."""
    path = _makeshift() / project.key
    cachedir.create(str(path))
    return path


@cache
def _tidy(path: Path) -> None:
    """Remove what a killed mltui left half-written in the cache, an hour later: until then it may be somebody's."""
    for folder in (path, path.parent / "standing", path.parent / "glance"):
        with suppress(OSError):
            for each in folder.glob("*.part"):
                if abs(time.time() - each.lstat().st_mtime) > LEFT_S:
                    each.unlink()


@cache
def _makeshift() -> Path:
    """A cache until this process ends, which holds a lock in it: those of processes that were killed have none."""
    import atexit
    import fcntl
    import shutil
    import tempfile

    try:
        path = Path(tempfile.mkdtemp(prefix=MAKESHIFT))  # created 0700
        descriptor = os.open(path / "taking", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)  # open until the end
        with suppress(OSError):  # where nobody can lock, nobody will find that it is let go
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            (path / "taking").rename(path / "lock")
    except OSError as error:
        raise Denied(f"no cache can be written: {error.strerror}", "set MLTUI_CACHE_DIR") from error
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    for other in path.parent.glob(f"{MAKESHIFT}*"):
        with suppress(OSError):
            if other != path and _is_left(other):
                shutil.rmtree(other, ignore_errors=True)
    return path


def _is_left(makeshift: Path) -> bool:
    """Whether it is of a process of ours that ended without removing it."""
    import fcntl

    if makeshift.is_symlink() or makeshift.stat().st_uid != os.getuid():
        return False
    descriptor = os.open(makeshift / "lock", os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
