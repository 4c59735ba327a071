"""Which branch is the default one, and what of it is read: docs/gates.md says whose word counts.

Full names of refs are used throughout: a branch or tag may be called ``origin/main``.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass

from mltui.errors import NotFound
from mltui.model.shell import join
from mltui.sources.git.command import git
from mltui.sources.git.refs import read_head
from mltui.sources.git.revs import full_sha
from mltui.sources.places import Project
from mltui.sources.runner import Runner

_FORMAT = "--format=%(refname)%00%(symref)%00%(objectname)"
_HEADS, REMOTES = "refs/heads/", "refs/remotes/"
_USUAL = ("main", "master")


@dataclass(frozen=True, slots=True)
class Tip:
    """A branch as a person calls it ("origin/main", "main", "HEAD"), and the full sha of its commit."""

    name: str
    sha: str


def default_branch(project: Project, runner: Runner) -> Tip | None:
    """The tip of the committed default branch; None if nothing is committed yet.

    ``origin/HEAD``'s branch as the remote has it, else ``origin/main`` or ``origin/master``; without a remote called
    origin those of the only other one; else the local ``main`` or ``master``; else HEAD, where nothing was ever fetched
    or pushed. A clone of nothing but a branch under review has a remote and not its default branch: that one's word
    would be the reviewed branch's own. Raises `SourceError`, `NotFound` of such a clone.
    """
    names = [REMOTES, *(f"{_HEADS}{name}" for name in _USUAL)]
    refs = _refs(git(project, runner, "for-each-ref", _FORMAT, *names))
    remote = main_remote({name.removeprefix(REMOTES).split("/")[0] for name in refs if name.startswith(REMOTES)})
    wanted = [f"{REMOTES}{remote}/{name}" for name in ("HEAD", *_USUAL)] if remote else []
    for name in (*wanted, *(f"{_HEADS}{name}" for name in _USUAL)):
        if name in refs:
            symref, sha = refs[name]
            return Tip((symref or name).removeprefix(REMOTES).removeprefix(_HEADS), sha)
    if any(name.startswith(REMOTES) for name in refs):
        known = remote or "REMOTE"
        fetch = join(("git", "fetch", known, f"main:{REMOTES}{known}/main"))
        hint = f"{join(('git', 'remote', 'set-head', known, '-a'))}, or {fetch}"
        raise NotFound(f"which branch is the default one of {remote or 'the remotes'} is not known here", hint)
    at = full_sha(project, runner, "HEAD")
    current = read_head(project, runner).ref or "HEAD"
    return Tip(current.removeprefix(_HEADS), at) if at else None


def main_remote(remotes: Collection[str]) -> str:
    """The remote whose word counts: origin, else the only one there is; "" if nobody knows which."""
    return "origin" if "origin" in remotes else next(iter(remotes)) if len(remotes) == 1 else ""


def _refs(raw: bytes) -> dict[str, tuple[str, str]]:
    """(what it stands for, sha) by full name."""
    rows = [os.fsdecode(line).split("\0") for line in raw.split(b"\n")]
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == 3}
