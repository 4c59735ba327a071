"""Where HEAD stands and what the worktree looks like: one ``git status --porcelain=v2 --branch -z``.

Format: git-status(1), "Porcelain Format Version 2".
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from mltui.errors import NotFound, SourceError
from mltui.model.git import Change, GitState
from mltui.sources.git.command import attempt, failure, understood
from mltui.sources.git.refs import read_head, refs_fingerprint
from mltui.sources.gitquiet import STATUS
from mltui.sources.places import Project
from mltui.sources.runner import Done, Runner

#: An edit of a tracked file moves nothing below .git, so the fingerprint is a status of its own; it is asked again
#: after this many times what it cost (0.5 % of a core), and at most twice a second.
_REST = 200
_LEAST_S = 0.5


@dataclass(frozen=True, slots=True)
class _Asked:
    """The answer of a status with when it was given and how long that took, in seconds."""

    digest: str
    at: float
    seconds: float


class GitSource:
    """The state of the worktree. Raises `NotFound` outside git, `Denied` with git's own hint for dubious ownership."""

    name = "git"

    def __init__(self, project: Project, runner: Runner, clock: Callable[[], float] = time.monotonic) -> None:
        self._project = project
        self._runner = runner
        self._clock = clock
        self._asked: _Asked | None = None

    def fingerprint(self) -> Hashable:
        refs = refs_fingerprint(self._project)
        if self._project.git_dir is None:
            return refs
        asked = self._asked
        if asked is None or self._clock() - asked.at > max(_LEAST_S, _REST * asked.seconds):
            try:
                asked = self._ask(_status(self._project, self._runner))
            except SourceError as error:
                return (refs, error.summary)
        return (refs, asked.digest)

    def load(self) -> GitState:
        project = self._project
        if project.git_dir is None:
            raise NotFound("no git repository here", "git init")
        done = _status(project, self._runner)
        self._ask(done)
        common = project.common_dir or project.git_dir
        if done.code == 0:
            state = parse_status(done.stdout, os.fspath(project.root))
        elif "must be run in a work tree" in done.stderr:
            state = _bare(project, self._runner)
        else:
            raise failure(done)
        shallow = common / "shallow"
        return replace(
            state,
            shallow=shallow.is_file() and shallow.stat().st_size > 0,
            partial=is_partial(project),
            linked=common != project.git_dir,
        )

    def _ask(self, done: Done) -> _Asked:
        digest = hashlib.sha1(done.stdout + done.stderr.encode(), usedforsecurity=False).hexdigest()
        self._asked = _Asked(digest, self._clock(), done.seconds)
        return self._asked


def is_partial(project: Project) -> bool:
    """Whether objects may be missing by intent: git marks the packs of a partial clone."""
    if project.common_dir is None:
        return False
    return next((project.common_dir / "objects" / "pack").glob("*.promisor"), None) is not None


def _status(project: Project, runner: Runner) -> Done:
    # Looking for renames reads blobs, which a partial clone need not have.
    renames = ("--no-renames",) if is_partial(project) else ()
    return attempt(project, runner, *STATUS, *renames)


def _bare(project: Project, runner: Runner) -> GitState:
    """A repository without a worktree has a HEAD and nothing else."""
    ref = read_head(project, runner).ref
    done = attempt(project, runner, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    branch = ref.removeprefix("refs/heads/") if ref else None
    commit = done.stdout.decode().strip() or None
    return GitState(os.fspath(project.root), branch, commit, False, 0, None, None, bare=True)


@understood
def parse_status(raw: bytes, root: str) -> GitState:
    """The state that ``git status --porcelain=v2 --branch -z`` printed. Lines of later gits are passed over."""
    head: dict[str, str] = {}
    changes: list[Change] = []
    untracked = 0
    tokens = iter(raw.split(b"\0"))
    for token in tokens:
        kind, _, rest = token.partition(b" ")
        if kind == b"#":
            key, _, value = os.fsdecode(rest).partition(" ")
            head[key] = value
        elif kind == b"?":
            untracked += 1
        elif kind in _FIELDS_BEFORE_PATH:
            fields = os.fsdecode(rest).split(" ", _FIELDS_BEFORE_PATH[kind])
            changes.append(Change(fields[0], fields[-1]))
            if kind == b"2":
                next(tokens, b"")  # where it was renamed from
    ahead, behind = _ahead_behind(head.get("branch.ab", ""))
    commit = head.get("branch.oid")
    branch = head.get("branch.head")
    return GitState(
        root=root,
        branch=None if branch == "(detached)" else branch,
        commit=None if commit == "(initial)" else commit,
        dirty=bool(changes),
        untracked=untracked,
        ahead=ahead,
        behind=behind,
        upstream=head.get("branch.upstream"),
        changes=tuple(changes),
    )


#: Kind of a changed entry -> how many blank-separated fields stand before its path.
_FIELDS_BEFORE_PATH = {b"1": 7, b"2": 8, b"u": 9}


def _ahead_behind(text: str) -> tuple[int | None, int | None]:
    """``+3 -1`` as (3, 1); None for both without an upstream, or with one that is gone."""
    ahead, _, behind = text.partition(" ")
    if not (ahead[1:].isdigit() and behind[1:].isdigit()):
        return None, None
    return int(ahead[1:]), int(behind[1:])
