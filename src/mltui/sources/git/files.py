"""The history of files: which commit gave a path which content, by one ``git log --raw``.

Over HEAD, branches, tags and remote branches; never refs/pull, refs/exps or the stash. ``--full-history -m`` keeps the
side branches and merges that git's default simplification leaves out; a rename is a D and an A of the same blob id.
Format: git-log(1), "raw output format", with ``-z``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from mltui.errors import Unreadable
from mltui.model.documents import LATEST
from mltui.model.git import FileChange, FileChanges, FileCommit
from mltui.sources.git.command import attempt, failure, understood
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: What the history is walked from. HEAD may be unborn, and --ignore-missing forgives it.
TIPS = ("--branches", "--tags", "--remotes", "--ignore-missing", "HEAD")

#: Starts every commit, so that it can't be taken for a raw line, which starts with a colon.
_MARK = b"\x01"
_FORMAT = "--format=%x01%H%x00%an%x00%ae%x00%at%x00%ct"

#: A walk of 100,000 commits with trees takes some seconds; a network file system ten times that.
_TIMEOUT_S = 120.0


def file_changes(project: Project, runner: Runner, pathspecs: Sequence[str], seen: Iterable[str] = ()) -> FileChanges:
    """Every change of the files that match `pathspecs` (git's own, such as ``:(glob)**/dvc.lock``), newest first.

    `seen` are tips of an earlier walk: what they reach is left out (`still_reached` tells whether it still counts).
    A clone that lacks trees gives what could be read, and says so. Raises `SourceError` where nothing could.
    """
    if project.git_dir is None or not pathspecs:
        return FileChanges(())
    flags = ("log", "--raw", "-z", "--full-history", "-m", "--no-renames", "--no-abbrev", "--no-ext-diff")
    merges = ("-c", "log.diffMerges=separate")  # what -m means is a setting
    args = (*merges, *flags, "--no-textconv", _FORMAT, *TIPS, "--stdin", "--", *pathspecs)
    without = "".join(f"^{sha}\n" for sha in seen).encode()
    done = attempt(project, runner, *args, timeout=_TIMEOUT_S, stdin=without)
    commits = parse_log(done.stdout)
    if done.code == 0:
        return FileChanges(commits)
    if not commits:
        raise failure(done)
    return FileChanges(commits, failure(done).summary)


def still_reached(project: Project, runner: Runner, tips: Iterable[str]) -> bool:
    """Whether the present history contains all of `tips`: nothing was rewritten, no branch with commits of its own
    deleted, no object lost since they were read."""
    asked = "".join(f"{sha}\n" for sha in tips)
    done = attempt(project, runner, "rev-list", "-1", "--stdin", "--not", *TIPS, stdin=asked.encode())
    return done.code == 0 and not done.stdout


@understood
def parse_log(raw: bytes) -> tuple[FileCommit, ...]:
    """Commits of ``git log --raw -z`` with the format above. An entry cut short at the end is left out."""
    return tuple(_merged(list(entries)) for _, entries in groupby(_entries(raw), lambda entry: entry.sha))


def _entries(raw: bytes) -> Iterator[FileCommit]:
    """One entry for each commit and, in a merge, each parent."""
    tokens = raw.split(b"\0")
    position, last = 0, len(tokens) - 1  # behind the last NUL there is nothing, or a piece cut short
    names: dict[bytes, str] = {}
    while position + 5 <= last:
        sha, author, email, written, committed = tokens[position : position + 5]
        position += 5
        if not sha.startswith(_MARK):
            raise Unreadable("git log printed something that mltui does not understand", "please report it")
        changes: list[FileChange] = []
        while position + 1 < last and tokens[position].lstrip(b"\n").startswith(b":"):
            changes.append(_change(tokens[position].lstrip(b"\n"), tokens[position + 1], names))
            position += 2
        yield FileCommit(
            sha[1:].decode(),
            author.decode(errors="replace"),
            email.decode(errors="replace"),
            seconds_to_ms(written),
            seconds_to_ms(committed),
            tuple(changes),
        )


def _change(line: bytes, path: bytes, names: dict[bytes, str]) -> FileChange:
    _, _, old, new, status = line[1:].split(b" ")
    name = names.get(path)
    if name is None:
        name = names[path] = os.fsdecode(path)
    return FileChange(status[:1].decode(), _blob(old), _blob(new), name)


def _blob(name: bytes) -> str | None:
    return None if not name.strip(b"0") else name.decode()


def _merged(entries: list[FileCommit]) -> FileCommit:
    """A merge's entries as one commit; a change that two parents show alike counts once."""
    first = entries[0]
    if len(entries) == 1:
        return first
    changes = dict.fromkeys(change for entry in entries for change in entry.changes)
    return FileCommit(first.sha, first.author, first.email, first.author_time, first.time, tuple(changes))


def seconds_to_ms(text: bytes | str) -> int:
    """Epoch milliseconds of git's epoch seconds; a date git itself can't read prints as nothing and counts as 0, as
    does one that no calendar has: whoever made the commit wrote it."""
    try:
        ms = int(text) * 1000
    except ValueError:
        return 0
    return ms if abs(ms) < LATEST else 0
