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


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path of one commit, against one of its parents.

    `status` is git's letter (A M D T; a rename is a D and an A), `old` and `new` blob ids (None where there is none).
    `path` is relative to the top of the repository, with undecodable bytes as surrogates (`os.fsencode` undoes that).
    """

    status: str
    old: str | None
    new: str | None
    path: str


@dataclass(frozen=True, slots=True)
class FileCommit:
    """A commit that changed one of the files asked for. A merge has what differs from any of its parents."""

    sha: str
    author: str
    email: str
    author_time: int
    time: int
    changes: tuple[FileChange, ...]


@dataclass(frozen=True, slots=True)
class FileChanges:
    """The history of some files, newest first. `problem` says why older commits are missing, if they are."""

    commits: tuple[FileCommit, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file of one commit against its first parent. `added` and `deleted` are lines; None for binary or unknown."""

    path: str
    added: int | None
    deleted: int | None


@dataclass(frozen=True, slots=True)
class CommitDetail:
    """What a list of commits leaves out. `message` is whole, subject included; times are epoch milliseconds."""

    sha: str
    parents: tuple[str, ...]
    author: str
    email: str
    author_time: int
    committer: str
    committer_email: str
    time: int
    message: str
    files: tuple[ChangedFile, ...]
