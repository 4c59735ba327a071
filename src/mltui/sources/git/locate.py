"""What ``mltui`` was started in: the top of the git worktree, else of the DVC project, else the directory itself.

Found by looking for ``.git`` upwards, without a process. Formats: gitrepository-layout(5); gitlinks of linked
worktrees and submodules are one line ``gitdir: <path>``, a worktree's ``commondir`` one line, relative to its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mltui.errors import Denied, NotFound
from mltui.sources.git.command import QUIET, arguments, failure
from mltui.sources.places import Project, is_home
from mltui.sources.runner import Runner


def open_project(path: Path, runner: Runner) -> Project:
    """The project around `path` (a directory, or a file in one).

    As with git and lazygit, GIT_DIR and GIT_WORK_TREE in the environment decide for the current directory; a `path`
    elsewhere (``-C``) is taken at its word. Raises `NotFound` if there is no such path, `Denied` if it is closed to us.
    """
    try:
        start = path.expanduser().resolve(strict=True)
        start = start if start.is_dir() else start.parent
        os.scandir(start).close()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"there is no {path}") from error
    except (PermissionError, RuntimeError) as error:
        raise Denied(f"{path} can't be read: {error}") from error
    if os.environ.get("GIT_DIR") and start == Path.cwd():
        return _told(start, runner)
    for directory in _upwards(start):
        if found := _repository(directory):
            root, git_dir = found
            return Project(start, root, git_dir, common_dir(git_dir))
    for directory in _upwards(start):
        if (directory / ".dvc").is_dir() and not is_home(directory):
            return Project(start, directory)
    return Project(start, start)


def common_dir(git_dir: Path) -> Path:
    """Where a linked worktree shares refs and objects with the others; for any other repository `git_dir` itself."""
    try:
        named = (git_dir / "commondir").read_bytes().rstrip(b"\n")
    except OSError:
        return git_dir
    return Path(os.path.normpath(git_dir / os.fsdecode(named)))


def _upwards(start: Path) -> Iterator[Path]:
    """`start` and its parents, up to where the file system ends, as git does."""
    device = start.stat().st_dev
    for directory in (start, *start.parents):
        if directory.stat().st_dev != device and not os.environ.get("GIT_DISCOVERY_ACROSS_FILESYSTEM"):
            return
        yield directory


def _repository(directory: Path) -> tuple[Path, Path] | None:
    """Root and git directory of a repository that has its top in `directory`."""
    dot = directory / ".git"
    if dot.is_dir():
        return (directory, dot.resolve()) if _is_git_dir(dot) else None
    if dot.is_file():
        return directory, _gitlink(dot)
    if _is_git_dir(directory):  # bare, or we stand inside of a .git
        return (directory.parent if directory.name == ".git" else directory), directory
    return None


def _is_git_dir(path: Path) -> bool:
    """What git itself asks of a git directory (setup.c, is_git_directory)."""
    head = path / "HEAD"
    if not (head.is_symlink() or head.is_file()):
        return False
    common = common_dir(path)
    return (common / "objects").is_dir() and (common / "refs").is_dir()


def _gitlink(file: Path) -> Path:
    """The git directory a ``.git`` file names. It may be gone: then reading it says so."""
    try:
        text = file.read_bytes().strip()
    except OSError as error:
        raise Denied(f"{file} can't be read: {error.strerror}") from error
    named = os.fsdecode(text.removeprefix(b"gitdir:").strip())
    return Path(os.path.normpath(file.parent / named))


def _told(start: Path, runner: Runner) -> Project:
    """The project GIT_DIR and GIT_WORK_TREE name, asked of git, which knows how they go together."""
    told = tuple((key, os.environ[key]) for key in ("GIT_DIR", "GIT_WORK_TREE") if os.environ.get(key))
    env = {**QUIET, **dict(told)}
    done = runner.run(arguments("rev-parse", "--absolute-git-dir", "--show-toplevel"), cwd=start, env=env, reading=True)
    lines = [os.fsdecode(line) for line in done.stdout.splitlines()]
    if not lines:
        raise failure(done)
    git_dir = Path(lines[0])
    root = Path(lines[1]) if len(lines) > 1 and not done.code else git_dir
    fixed = [("GIT_DIR", str(git_dir))]
    if len(lines) > 1 and not done.code:
        fixed.append(("GIT_WORK_TREE", str(root)))
    return Project(start, root, git_dir, common_dir(git_dir), git_env=tuple(fixed))
