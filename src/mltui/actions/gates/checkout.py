"""A clean worktree of one commit, for as long as a gate command needs it, below mltui's cache.

Git's own: what a command asks git for is answered. Hooks don't run, submodules stay empty (nothing is fetched), a
sparse checkout is opened, Git LFS downloads nothing. It is removed whatever happens; what a killed mltui left is
removed by the next one. While it is there its lock file is locked, by mltui and by whoever watches the command.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

from mltui.errors import SourceError
from mltui.sources import cachedir
from mltui.sources.ending import held
from mltui.sources.git.command import environment, failure
from mltui.sources.places import Project, cache_dir
from mltui.sources.processes import host_name
from mltui.sources.runner import Done, Runner

#: Worktrees are called so, in git's list and in the cache, with the host: a repository may be shared between several,
#: and what is not there on one is at work on another.
PREFIX = f"mltui-gates-{zlib.crc32(os.fsencode(host_name())):08x}-"
#: Beside a worktree: its lock, and the reports of presets.
_LOCK, BESIDE = ".lock", (".xml", ".json")
#: Checking out a large commit, with Git LFS's filters (s).
SECONDS = 1800.0
#: Nothing of the repository runs, whatever its configuration asks for, and all files of the commit come.
_OPTIONS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sparseCheckout=false",
    "submodule.recurse=false",
    "advice.detachedHead=false",
)
#: Filters are the user's own (a repository can't bring one), and Git LFS would ask its server for what is not here.
_QUIET = {"GIT_LFS_SKIP_SMUDGE": "1"}


@contextlib.contextmanager
def clean_worktree(project: Project, runner: Runner, sha: str) -> Iterator[tuple[Path, Path]]:
    """The top of a clean worktree of the commit `sha`, and its lock file. Raises a `SourceError` if git can't make it.

    However the block ends, nothing of it is left, in git's list neither.
    """
    place = _place(project)
    path = place / f"{PREFIX}{secrets.token_hex(6)}"
    lock = path.with_suffix(_LOCK)
    with _locked(lock):
        try:
            done = _git(project, runner, "worktree", "add", "--quiet", "--detach", "--", str(path), sha)
            if done.code:
                raise failure(done)
            yield path, lock
        finally:
            with held if threading.current_thread() is threading.main_thread() else contextlib.nullcontext():
                _remove(project, runner, path)


@contextlib.contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """The lock file, there and locked: one who tidies up may find it in the moment before."""
    while True:
        with lock.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(lock.stat(), os.fstat(file.fileno())):
                    yield
                    return


def tidy(project: Project, runner: Runner) -> None:
    """Remove what a killed mltui left. What can't be removed now is left to the next one."""
    with contextlib.suppress(SourceError, OSError):
        place = _place(project)
        listed = _git(project, runner, "worktree", "list", "--porcelain", "-z").stdout.split(b"\0")
        paths = {Path(os.fsdecode(line.removeprefix(b"worktree "))) for line in listed if line.startswith(b"worktree ")}
        paths |= {path.with_suffix("") for path in place.iterdir()}
        for path in sorted(path for path in paths if path.parent == place and path.name.startswith(PREFIX)):
            _tidied(project, runner, path)


def _tidied(project: Project, runner: Runner, path: Path) -> None:
    """Remove it unless somebody is at it. Where its lock is gone with the cache, so is it."""
    try:
        with path.with_suffix(_LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(project, runner, path)
    except FileNotFoundError:
        _remove(project, runner, path)
    except BlockingIOError:
        return


def _place(project: Project) -> Path:
    place = cache_dir(project) / "gates"
    cachedir.create(str(place))
    return Path(os.path.realpath(place))


def _remove(project: Project, runner: Runner, path: Path) -> None:
    """The files first, however a command left them, then git's word of them: only of this worktree, since ``git
    worktree prune`` would take others with it."""
    remove_tree(path)
    with contextlib.suppress(SourceError):
        _git(project, runner, "worktree", "remove", "--force", "--force", "--", str(path))
    for beside in (*BESIDE, _LOCK):
        path.with_suffix(beside).unlink(missing_ok=True)


def remove_tree(path: Path) -> None:
    """Remove a directory with everything below it, also what was made unwritable; links are not followed."""
    shutil.rmtree(path, ignore_errors=True)
    if os.path.lexists(path):
        _open_up(path)
        shutil.rmtree(path, ignore_errors=True)


def _open_up(top: Path) -> None:
    """Let its owner into every directory."""
    look = [str(top)]
    while look:
        with contextlib.suppress(OSError):
            folder = look.pop()
            if stat.S_ISDIR(os.lstat(folder).st_mode):
                os.chmod(folder, 0o700)  # noqa: PTH101
                look += [each.path for each in os.scandir(folder) if each.is_dir(follow_symlinks=False)]


def _git(project: Project, runner: Runner, *args: str) -> Done:
    """It writes, and it goes on when others are ended: what it makes must be taken away again."""
    options = [word for each in _OPTIONS for word in ("-c", each)]
    argv = ("git", *options, *args)
    return runner.run(argv, cwd=project.root, env={**environment(project), **_QUIET}, timeout=SECONDS)
