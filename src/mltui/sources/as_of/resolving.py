"""Which moment a word means: a date or time, a span back, or a revision of git."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from mltui.errors import SourceError, UsageError
from mltui.model.as_of import AsOf
from mltui.model.filters.values import moment, span
from mltui.sources.git.command import attempt
from mltui.sources.git.refs import read_refs
from mltui.sources.git.revs import full_sha
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

FORMS = "a date (2026-11-01), a time (2026-11-01T14:30), a span back (3d) or a revision (v1.0, HEAD~3)"
#: A bare number is epoch ms from here on (1973); below it is too easily something else.
EPOCH_MS = 100_000_000_000
SHORT = 7


def resolve(word: str, workspace: Workspace, now: int | None = None) -> AsOf:
    """The moment that `word` names; a revision's is its committer date. A date is the end of that day, of today now.

    What could be both is a revision, and `AsOf.note` says so. Raises `UsageError` for what is neither, or is still to
    come.
    """
    now = now_ms() if now is None else now
    word = word.strip()
    if not word:
        raise UsageError("no date and no revision was named", FORMS)
    said = _dated(word, now)
    if (sha := full_sha(workspace.project, workspace.runner, word)) is not None:
        note = f"{word} is a date too; it is taken for the revision" if said is not None else ""
        named = "" if sha.startswith(word.lower()) else f"{word}, "
        return AsOf(_date(sha, workspace), sha, word, f"{named}{sha[:SHORT]}", note)
    if said is None:
        raise UsageError(f"{word!r} names no commit of this clone, and is no date", _near(word, workspace))
    first, last = said
    if first > now:
        raise UsageError(f"{word} is still to come", "as of looks back: " + FORMS)
    at = min(last, now)
    newest = _newest(at, workspace)
    if newest is None and workspace.project.git_dir is not None:
        return AsOf(at, None, word, "before the first commit")
    return AsOf(at, newest, word, newest[:SHORT] if newest else "")


def _dated(word: str, now: int) -> tuple[int, int] | None:
    """The first and the last millisecond that the word names."""
    if (back := span(word)) is not None:
        return (now - int(back),) * 2
    if word.isdecimal() and int(word) < EPOCH_MS:
        return None
    found = moment(word)
    if found is None:
        return None
    try:
        first, end = map(int, found)
    except (ValueError, OverflowError):  # nan and inf are numbers too
        return None
    return first, max(first, end - 1)


def _date(sha: str, workspace: Workspace) -> int:
    done = attempt(workspace.project, workspace.runner, "show", "--no-patch", "--format=%ct", sha, "--")
    try:
        return int(done.stdout) * 1000
    except ValueError:
        raise UsageError(f"git does not say when {sha[:SHORT]} was committed", FORMS) from None


def _newest(at: int, workspace: Workspace) -> str | None:
    """The newest commit of HEAD's first-parent line up to then; None if there was none."""
    if workspace.project.git_dir is None:
        return None
    asked = ("rev-list", "--first-parent", "--max-count=1", f"--min-age={at // 1000}", "HEAD", "--")
    done = attempt(workspace.project, workspace.runner, *asked)
    return None if done.code else done.stdout.decode("ascii", "replace").strip() or None


def _near(word: str, workspace: Workspace) -> str:
    try:
        refs = read_refs(workspace.project, workspace.runner) if workspace.project.git_dir else ()
    except SourceError:
        refs = ()
    near = get_close_matches(word, [ref.name for ref in refs], n=3)
    return f"did you mean {' or '.join(near)}?" if near else FORMS
