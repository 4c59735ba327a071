"""One file of a commit, by git and without fetching: what is not there is told from what could not be read."""

from __future__ import annotations

import os
from collections.abc import Sequence

from mltui.errors import Unreadable
from mltui.sources.git.command import git
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: Larger than any file that a person writes (bytes).
LARGEST = 8 << 20
_LINK, _FILES = "120000", ("100644", "100755")


def blobs_at(project: Project, runner: Runner, sha: str, paths: Sequence[str]) -> dict[str, str]:
    """The ids of those of `paths` (from the top) that are files of the commit. Raises `SourceError`: of a clone that
    lacks trees, and where a path is a symbolic link, for it may lead anywhere."""
    found: dict[str, str] = {}
    for line in git(project, runner, "ls-tree", "-z", "--full-tree", sha, "--", *paths).split(b"\0"):
        head, tab, name = line.partition(b"\t")
        if not tab:
            continue
        mode, _, blob = head.decode().split(" ")
        path = os.fsdecode(name)
        if mode == _LINK:
            raise Unreadable(f"{path} at {sha[:7]} is a symbolic link", "commit the file itself")
        if mode in _FILES and path in paths:
            found[path] = blob
    return found


def content(project: Project, runner: Runner, blob: str, path: str) -> str:
    """The text of a blob. Raises `SourceError`: a partial clone may lack it."""
    if int(git(project, runner, "cat-file", "-s", blob)) > LARGEST:
        raise Unreadable(f"{path} is too large to be read")
    try:
        return git(project, runner, "cat-file", "blob", blob).decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8", "write it as UTF-8") from error
