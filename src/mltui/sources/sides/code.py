"""Which files differ between two commits, or a commit and the worktree, and by how many lines and hunks.

One quiet ``git diff`` for the files, and one without context for the hunks of some: neither runs a driver or a filter
that the repository names, and none fetches. Formats: git-diff(1), "Other diff formats" and ``-z``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from mltui.errors import SourceError
from mltui.model.difference import CodeChange
from mltui.sources.git.command import failure, understood
from mltui.sources.git.own_index import diff
from mltui.sources.git.state import is_partial
from mltui.sources.places import Project
from mltui.sources.runner import Runner
from mltui.sources.sides.files import untracked

_QUIET = ("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty", "--no-prefix", "--no-relative")
#: Hunks are counted of so many files, as long as they have so many changed lines together.
MOST_FILES, MOST_LINES = 100, 50_000
_TIMEOUT_S = 60.0
#: git -U0's head of a hunk; of a file that begins, ``diff --git``.
_HUNK = re.compile(rb"^@@ ", re.MULTILINE)


def code_changes(project: Project, runner: Runner, ends: tuple[str | None, str | None]) -> tuple[CodeChange, ...]:
    """The files that differ between two `ends`, full shas or None for the worktree, by path.

    Renames are found where no object may be missing. Raises `SourceError`.
    """
    between, reverse = _between(*ends)
    renames = "--no-renames" if is_partial(project) else "-M"
    done = diff(
        project,
        runner,
        *_QUIET,
        renames,
        *reverse,
        "--raw",
        "--numstat",
        "--abbrev=40",
        "-z",
        *between,
        "--",
        timeout=_TIMEOUT_S,
    )
    if done.code:  # a blob to count lines in is not here
        done = diff(
            project,
            runner,
            *_QUIET,
            "--no-renames",
            *reverse,
            "--raw",
            "-z",
            *between,
            "--",
            timeout=_TIMEOUT_S,
        )
    if done.code:
        raise failure(done)
    found = list(parse_changes(done.stdout))
    if None in ends:
        status = "?" if ends[1] is None else "D"
        found += [CodeChange(path, status) for path in untracked(project, runner)]
    return tuple(sorted(found, key=lambda change: change.path))


def with_hunks(
    project: Project,
    runner: Runner,
    ends: tuple[str | None, str | None],
    changes: Sequence[CodeChange],
    paths: Collection[str],
) -> tuple[CodeChange, ...]:
    """The same changes with the hunks of those at `paths` counted, as far as they are not too many."""
    counted = [each for each in changes if each.path in paths and each.lines is not None and not each.binary][
        :MOST_FILES
    ]
    if not counted or sum(each.lines or 0 for each in counted) > MOST_LINES:
        return tuple(changes)
    between, reverse = _between(*ends)
    renames = "--no-renames" if is_partial(project) else "-M"
    names = [f":(literal,top){path}" for each in counted for path in (each.path, each.former) if path]
    args = (*_QUIET, renames, *reverse, "-U0", *between, "--", *names)
    try:
        done = diff(project, runner, *args, timeout=_TIMEOUT_S)
    except SourceError:
        return tuple(changes)
    if done.code:
        return tuple(changes)
    pieces = re.split(rb"^(?=diff --git )", done.stdout, flags=re.MULTILINE)
    # git tells them in the order of its own listing, which is that of the names' bytes
    numbers = [len(_HUNK.findall(piece)) for piece in pieces if piece.startswith(b"diff --git ")]
    order = sorted(counted, key=lambda each: os.fsencode(each.path))
    if len(numbers) != len(order):
        return tuple(changes)
    hunks = dict(zip((each.path for each in order), numbers, strict=True))
    return tuple(replace(each, hunks=hunks.get(each.path)) for each in changes)


def _between(old: str | None, new: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What git is to compare, and whether the other way round: it compares commits with the worktree, not back."""
    if old is None:
        return ((new,) if new else ("HEAD",)), ("-R",)
    return ((old, new) if new else (old,)), ()


@understood
def parse_changes(raw: bytes) -> Sequence[CodeChange]:
    """Files of ``git diff --raw --numstat -z``: first ``:modes ids status NUL path NUL`` (of a rename two paths), then
    ``added TAB deleted TAB path NUL`` (of a rename ``added TAB deleted TAB NUL old NUL new NUL``)."""
    tokens = iter(raw.split(b"\0"))
    found: dict[str, CodeChange] = {}
    for token in tokens:
        if token.startswith(b":"):
            status = token.split(b" ")[4][:1].decode()
            former = os.fsdecode(next(tokens, b"")) if status in "RC" else ""
            path = os.fsdecode(next(tokens, b""))
            found[path] = CodeChange(path, status, former=former if status == "R" else "")
        elif b"\t" in token:
            added, deleted, name = token.split(b"\t", 2)
            if not name:
                next(tokens, b"")
                name = next(tokens, b"")
            if (change := found.get(os.fsdecode(name))) is not None:
                found[change.path] = replace(
                    change,
                    added=int(added) if added.isdigit() else None,
                    deleted=int(deleted) if deleted.isdigit() else None,
                    binary=added == b"-",
                )
    return list(found.values())
