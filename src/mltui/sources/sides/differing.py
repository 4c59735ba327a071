"""Why two things differ: both sides read, and what lies between them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import SourceError
from mltui.model.difference import Between, CodeChange, Content, Difference, NotRead, differences
from mltui.model.manifests import ManifestChange, manifest_changes
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
                found[path] = change = self._manifests(path, was, now)
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

    def _manifests(self, path: str, was: Datum, now: Datum) -> ManifestChange | NotRead:
        cache = self._reader.cache_of(path)
        lists = [cache.manifest((each.hash or "").partition(":")[2]) for each in (was, now)]
        if lists[0] is None or lists[1] is None:
            which = [_which(each) for each, listed in zip((was, now), lists, strict=True) if listed is None]
            return NotRead(f"the list of files of {' and '.join(which)} is not in DVC's cache here")
        return manifest_changes(lists[0], lists[1])

    def _inside(self, path: str, was: Datum, now: Datum, change: Content) -> Iterator[Pair]:
        if not isinstance(change, ManifestChange):
            return
        cache = self._reader.cache_of(path)
        lists: list[Mapping[str, str]] = [
            cache.manifest((each.hash or "").partition(":")[2]) or {} for each in (was, now)
        ]
        for name in [each for each in change.modified if is_table(each)][:MOST_INSIDE]:
            places = [cache.place(listed[name]) for listed in lists]
            if places[0] is not None and places[1] is not None:
                yield Pair(f"{path}/{name}", places[0], places[1])


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
