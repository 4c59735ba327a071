"""Why two things differ: both sides read, and what lies between them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.data_files import DirectoryChanges, changes
from mltui.model.difference import Between, CodeChange, Content, Difference, NotRead, differences
from mltui.model.metric import PrimaryMetric
from mltui.model.side import Datum, Side
from mltui.sources.contents import Contents, Pair
from mltui.sources.contents.comparing import is_table
from mltui.sources.sides.code import code_changes, with_hunks
from mltui.sources.sides.data import EdgesOf
from mltui.sources.sides.named import Named
from mltui.sources.sides.reading import Say, SideReader

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Files of a directory whose rows are compared.
MOST_INSIDE = 20


class Differ:
    """Says why two things of one project differ, as often as it is asked, from any thread.

    `edges_of` gives the edges into a run of the lineage graph (the workspace's own by default).
    """

    def __init__(self, workspace: Workspace, edges_of: EdgesOf | None = None) -> None:
        self._workspace = workspace
        self._one = threading.Lock()
        self._reader = SideReader(workspace, edges_of)
        self._contents = Contents(workspace.runner, workspace.project.root)

    def difference(
        self, old: Named, new: Named, primary: PrimaryMetric | None = None, say: Say = lambda _: None
    ) -> Difference:
        """What differs from `old` to `new`. `say` is told what is being read. Raises `SourceError`."""
        with self._one:
            self._reader.look_again()
            one, other = self._reader.read(old, say), self._reader.read(new, say)
            code, unknown = self._code(one, other, say)
            contents = self._compared(one, other, say)
        between = Between(code, unknown, contents, tuple(_not_read(contents)))
        return differences(one, other, between, self._workspace.config.goals, primary)

    def stop(self) -> None:
        """Leave off what takes longest, comparing rows: whoever asked is gone. What else is being read is read."""
        self._contents.stop()

    close = stop

    # Code

    def _code(self, old: Side, new: Side, say: Say) -> tuple[tuple[CodeChange, ...] | None, str]:
        ends = _end(old), _end(new)
        if None in ends:
            lacking = dict.fromkeys(side.label for side, end in zip((old, new), ends, strict=True) if end is None)
            return None, f"the code of {' and '.join(lacking)} is not known"
        if ends[0] == ends[1]:
            return (), ""
        say("comparing the code")
        was, now = (None if end == "worktree" else end for end in ends)
        project, runner = self._workspace.project, self._workspace.runner
        try:
            changes = code_changes(project, runner, (was, now))
        except SourceError as error:
            return None, f"the code could not be compared: {error.summary}"
        elsewhere = old.told_elsewhere | new.told_elsewhere
        paths = {each.path for each in changes if each.path not in elsewhere}
        return with_hunks(project, runner, (was, now), changes, paths), ""

    # Data

    def _compared(self, old: Side, new: Side, say: Say) -> dict[str, Content]:
        """The content of what differs and of which both versions are on this machine."""
        found: dict[str, Content] = {}
        pairs: list[Pair] = []
        for path, was, now in _differing(old, new):
            places = self._place(was, old), self._place(now, new)
            if was.hash and now.hash and was.hash.endswith(".dir") and now.hash.endswith(".dir"):
                found[path] = change = self._directory(path, was, now)
                pairs += self._inside(path, was, now, change)
            elif None in places:
                which = [_which(each) for each, place in zip((was, now), places, strict=True) if place is None]
                found[path] = NotRead(f"{' and '.join(which)} not in DVC's cache here")
            elif is_table(path):
                pairs.append(Pair(path, *(place for place in places if place is not None)))
        return found | self._contents.compare(pairs, lambda path: say(f"comparing the rows of {path}"))

    def _place(self, datum: Datum, side: Side) -> Path | None:
        """Where the content is: the worktree's own file, else DVC's cache."""
        if datum.hash is None:
            return None
        if side.kind == "worktree":
            path = self._workspace.project.root / datum.path
            if path.exists():
                return path
        kind, _, md5 = datum.hash.partition(":")
        return self._reader.cache_of(datum.path).place(md5) if kind == "md5" else None

    def _directory(self, path: str, was: Datum, now: Datum) -> DirectoryChanges | NotRead:
        cache = self._reader.cache_of(path)
        for each in (was, now):
            if not cache.has(_md5(each)):
                return NotRead(f"the list of files of {_which(each)} is not in DVC's cache here")
        try:
            return changes(cache.files(_md5(was)), cache.files(_md5(now)))
        except (SourceError, ValueError) as error:
            return NotRead(str(error))

    def _inside(self, path: str, was: Datum, now: Datum, change: Content) -> Iterator[Pair]:
        """The changed tables of a directory of which both versions are here."""
        if not isinstance(change, DirectoryChanges):
            return
        cache = self._reader.cache_of(path)
        names = {each.path for each in [each for each in change.of("modified") if is_table(each.path)][:MOST_INSIDE]}
        lists = (
            [dict(each for each in cache.files(_md5(side)) if each[0] in names) for side in (was, now)] if names else []
        )
        for name in sorted(names):
            old, new = (cache.place(listed[name]) for listed in lists)
            if old is not None and new is not None:
                yield Pair(f"{path}/{name}", old, new)


def _not_read(contents: Mapping[str, Content]) -> Iterator[str]:
    return (f"what changed in {path}: {each.why}" for path, each in contents.items() if isinstance(each, NotRead))


def _end(side: Side) -> str | None:
    """Between what the code is compared: a commit, or the worktree."""
    return "worktree" if side.kind == "worktree" else side.commit


def _differing(old: Side, new: Side) -> Iterator[tuple[str, Datum, Datum]]:
    ours, theirs = ({**side.tree, **(side.data or {})} for side in (old, new))
    for path in sorted(ours.keys() & theirs.keys()):
        was, now = ours[path], theirs[path]
        if was.hash and now.hash and was.hash != now.hash:
            yield path, was, now


def _which(datum: Datum) -> str:
    return f"v{datum.version}" if datum.version is not None else (datum.hash or "").partition(":")[2][:7]


def _md5(datum: Datum) -> str:
    return (datum.hash or "").partition(":")[2]
