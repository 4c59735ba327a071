"""The dataset of a gate as the version's commit has it, put into the clean worktree: a copy, never a link to the cache.

What git has is there already. What DVC tracks at that commit is taken from DVC's cache by its hash; nothing is fetched.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mltui.errors import NotFound, Unreadable
from mltui.model.data_files import FileHash
from mltui.model.shell import quote
from mltui.sources.dvc.cached import Cache
from mltui.sources.places import Project
from mltui.sources.reproducing.commit import CommitFiles
from mltui.sources.runner import Runner

#: linux/fs.h: the copy shares its blocks with the object until one of them is written.
_FICLONE = 0x40049409
_PIECE = 1 << 20


def place_dataset(project: Project, runner: Runner, sha: str, path: str, tree: Path) -> Path:
    """Have the dataset at `path` (from the top) of the commit `sha` stand in the worktree `tree`; where it stands.

    Raises `NotFound` if the commit has none or the cache has not all of it, `Unreadable` if what the cache has is not
    what it should be, or `path` leads out of the worktree.
    """
    files = CommitFiles(project, runner, sha)
    path = os.path.normpath(path)
    if path.startswith(("/", "..")):
        raise Unreadable(f"{path} leads out of the repository", "name a path in it")
    for name, relative, digest in _wanted(project, files, path):
        cache = Cache(project.root / files.root_of(name))
        if not digest.endswith(".dir"):
            _put(cache, digest, tree, relative, name)
            continue
        _within(tree, relative).mkdir(parents=True, exist_ok=True)
        for inner, md5 in _listed(cache, digest, name):
            _put(cache, md5, tree, f"{relative}/{inner}", name)
    there = _within(tree, path)
    if not there.exists():
        raise NotFound(f"there is no {path} at {sha[:7]}", "neither git nor DVC has it at that commit")
    return there


def _wanted(project: Project, files: CommitFiles, path: str) -> Iterator[tuple[str, str, str]]:
    """(path of what DVC tracks, where it goes, md5) of all that makes up `path`."""
    for name, each in files.tracked.items():
        digest = (each.entry.hash or "").removeprefix("md5:")
        if name == path or name.startswith(f"{path}/") or path == ".":
            if not digest:
                raise NotFound(f"no hash of {name} stands at {files.sha[:7]}", "dvc commit, and commit that")
            yield name, name, digest
        elif path.startswith(f"{name}/") and digest.endswith(".dir"):
            cache, inner = Cache(project.root / files.root_of(name)), path[len(name) + 1 :]
            for relative, md5 in _listed(cache, digest, name):
                if relative == inner or relative.startswith(f"{inner}/"):
                    yield name, f"{name}/{relative}", md5


def _listed(cache: Cache, digest: str, name: str) -> Iterator[FileHash]:
    """The files of the directory of that hash."""
    try:
        yield from cache.files(digest)
    except NotFound as error:
        raise _not_here(name) from error


def _not_here(name: str) -> NotFound:
    hint = f"dvc fetch --all-commits {quote(name)} brings it, if the remote has it"
    return NotFound(f"{name} of that commit is not in DVC's cache", hint)


def _put(cache: Cache, md5: str, tree: Path, relative: str, name: str) -> None:
    source = cache.place(md5)
    if source is None:
        raise _not_here(name)
    target = _within(tree, relative)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = _copied(source, target)
    except OSError as error:
        raise Unreadable(f"{relative} can't be copied into the worktree: {error.strerror}") from error
    new_kind = source.parent.parent.name == "md5"  # before DVC 3 a text's hash was that of other line ends
    if new_kind and digest != md5:
        raise Unreadable(f"{relative}: DVC's cache is damaged: {source}", "dvc fetch, after the object is removed")


def _within(tree: Path, relative: str) -> Path:
    """A place in the worktree, and not one that a link of the commit leads to."""
    place, top = tree / relative, os.path.realpath(tree)
    real = os.path.realpath(place)
    if ".." in Path(relative).parts or not (real == top or real.startswith(top + os.sep)):
        raise Unreadable(f"{relative} leads out of the worktree", "name a path in it")
    return place


def _copied(source: Path, target: Path) -> str:
    """Copy a file, which nobody may have put there, and tell the MD5 of the copy."""
    hashed = hashlib.md5(usedforsecurity=False)
    with suppress(FileNotFoundError):
        target.unlink()
    with source.open("rb") as read, target.open("xb") as written:
        cloned = False
        with suppress(OSError):
            fcntl.ioctl(written.fileno(), _FICLONE, read.fileno())
            cloned = True
        while piece := read.read(_PIECE):
            hashed.update(piece)
            if not cloned:
                written.write(piece)
    return hashed.hexdigest()
