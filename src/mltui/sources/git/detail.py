"""One commit in full, through GitPython (imported when first asked for: 70 ms nobody at start-up should pay)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mltui.errors import NotFound, Unreadable
from mltui.model.git import ChangedFile, CommitDetail
from mltui.sources.git.command import QUIET, arguments, failure, understood
from mltui.sources.git.files import seconds_to_ms
from mltui.sources.places import Project
from mltui.sources.runner import Done

if TYPE_CHECKING:
    from git import Git

_TIMEOUT_S = 30.0
_FIELDS = ("%H", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B")
_FORMAT = "--format=tformat:" + "%x00".join(_FIELDS)
_DIFF = ("diff-tree", "-z", "-r", "--root", "--no-commit-id", "--no-renames", "--no-ext-diff", "--no-textconv")


def commit_detail(project: Project, sha: str) -> CommitDetail:
    """The commit `sha` (hex digits) with the files it changed against its first parent.

    Where a partial clone lacks a blob, lines can't be counted and are None. Raises `NotFound` if there is no such
    commit or no repository, `Unreadable` for whatever else git says.
    """
    if project.git_dir is None or not re.fullmatch(r"[0-9a-f]{4,64}", sha):
        raise NotFound(f"there is no commit {sha}")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")  # without git GitPython would refuse to be imported
    from git import Git
    from git.exc import GitCommandError, GitCommandNotFound

    shell = Git(project.root)
    shell.update_environment(**_overlay(project))
    try:
        raw = _call(shell, "log", "-1", "-z", "--no-show-signature", _FORMAT, f"{sha}^{{commit}}", "--")
        detail = parse_detail(raw)
        files = _files(shell, detail)
    except GitCommandNotFound as error:
        raise NotFound("git is not installed or not on PATH", "install git") from error
    except GitCommandError as error:
        said = str(error.stderr).strip().removeprefix("stderr: '").removesuffix("'")
        if "bad revision" in said or "bad object" in said:
            raise NotFound(f"there is no commit {sha} in this repository") from error
        raise failure(Done(("git",), 128, b"", said, 0.0)) from error
    return replace(detail, files=files)


def _overlay(project: Project) -> dict[str, str]:
    """What GitPython lays over the environment. It can't take a variable away, so one that is there is put right."""
    overlay = {key: value for key, value in QUIET.items() if value is not None} | dict(project.git_env)
    if "GIT_DIR" in os.environ:
        overlay["GIT_DIR"] = str(project.git_dir)
    return overlay


def _call(shell: Git, *args: str) -> bytes:
    return shell.execute(arguments(*args), stdout_as_string=False, kill_after_timeout=_TIMEOUT_S)


@understood
def parse_detail(raw: bytes) -> CommitDetail:
    """The commit that ``git log -1 -z`` printed in the format above, without files."""
    fields = raw.decode(errors="replace").split("\0")
    if len(fields) < len(_FIELDS):
        raise Unreadable("git printed no commit")
    sha, parents, author, email, written, committer, committer_email, committed, message = fields[: len(_FIELDS)]
    return CommitDetail(
        sha=sha,
        parents=tuple(parents.split()),
        author=author,
        email=email,
        author_time=seconds_to_ms(written),
        committer=committer,
        committer_email=committer_email,
        time=seconds_to_ms(committed),
        message=message.rstrip("\n"),
        files=(),
    )


def _files(shell: Git, detail: CommitDetail) -> tuple[ChangedFile, ...]:
    from git.exc import GitCommandError

    between = (detail.parents[0], detail.sha) if detail.parents else (detail.sha,)
    try:
        return tuple(parse_numstat(_call(shell, *_DIFF, "--numstat", *between, "--")))
    except GitCommandError:  # a blob, or beyond a shallow boundary the parent, is not here
        pass
    try:
        names = _call(shell, *_DIFF, "--name-only", *between, "--")
    except GitCommandError:
        return ()
    return tuple(ChangedFile(os.fsdecode(name), None, None) for name in names.split(b"\0") if name)


def parse_numstat(raw: bytes) -> Iterator[ChangedFile]:
    """Files of ``--numstat -z``: ``<added>\\t<deleted>\\t<path>``, dashes for binary files."""
    for entry in raw.split(b"\0"):
        added, _, rest = entry.partition(b"\t")
        deleted, _, path = rest.partition(b"\t")
        if path:
            yield ChangedFile(os.fsdecode(path), _lines(added), _lines(deleted))


def _lines(text: bytes) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else None
