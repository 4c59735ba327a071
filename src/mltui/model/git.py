"""What git knows: commits, refs and the state of the worktree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RefKind = Literal["head", "branch", "remote", "tag"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A name that points at a commit. `name` is short ("main", "origin/main", "v1.0")."""

    kind: RefKind
    name: str
    sha: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A git commit. Times are epoch milliseconds; text is decoded with replacement, never obeyed."""

    sha: str
    parents: tuple[str, ...]
    author: str
    email: str
    author_time: int
    time: int
    subject: str
    refs: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One path that differs from HEAD. `code` is porcelain v2's XY ("M.", ".M", "R.", "UU"), "??" for untracked."""

    code: str
    path: str


@dataclass(frozen=True, slots=True)
class GitState:
    """Where HEAD stands and what the worktree looks like.

    `branch` is None when detached, `commit` None when unborn (no commit yet). `ahead` and `behind` are None without an
    upstream. `untracked` counts entries as `git status` does (a new directory is one). `changes` are the tracked ones.
    """

    root: str
    branch: str | None
    commit: str | None
    dirty: bool
    untracked: int
    ahead: int | None
    behind: int | None
    upstream: str | None = None
    changes: tuple[Change, ...] = ()
    bare: bool = False
    shallow: bool = False
    partial: bool = False
    linked: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """The newest commits in date order. `complete` is False while older ones are still to be asked for."""

    commits: tuple[Commit, ...]
    complete: bool
