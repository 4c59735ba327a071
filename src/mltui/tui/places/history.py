"""History: commits, and what came out of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.errors import SourceError
from mltui.model.git import Commit
from mltui.model.metric import PrimaryMetric
from mltui.present.history import commit_detail, commit_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, safe, short_sha
from mltui.sources.sides.named import Named, commit, worktree
from mltui.tui.places.base import bound
from mltui.tui.places.marking import Marking
from mltui.tui.places.parts import (
    HistoryPart,
    ModelsPart,
    PipelinePart,
    RunsPart,
    scene_of,
    traces_of,
    value,
)
from mltui.tui.places.registry import HISTORY, Known

#: A commit is looked for in so many more pieces of the history: 25,000 commits.
PIECES_SOUGHT = 10


class HistoryPlace(Marking[Commit]):
    """What happened, commit by commit; the join with runs, datasets and models."""

    known: ClassVar[Known] = HISTORY
    placeholder: ClassVar[str] = "reading the history"
    pieces: ClassVar[str] = "history"

    history: reactive[HistoryPart] = bound(None)
    runs: reactive[RunsPart] = bound(None)
    pipeline: reactive[PipelinePart] = bound(None)
    models: reactive[ModelsPart] = bound(None)
    primary: reactive[PrimaryMetric | None] = bound(None)
    now: reactive[int] = bound(0)

    _sought = 0

    def rows(self) -> Rows[Commit] | None:
        if (known := value(self.history)) is None:
            return None
        self._traces = traces_of(self.runs, self.pipeline, self.models)
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return commit_rows(known.commits, self._traces, scene)

    def detail(self, item: Commit) -> tuple[str, Sequence[Line]]:
        from mltui.sources.git.detail import commit_detail as read

        try:
            whole = read(self.workspace.project, item.sha)
        except SourceError:
            whole = None  # the detail says that the files could not be read
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return safe(item.subject) or item.sha, commit_detail(item, whole, self._traces.of(item.sha), scene)

    # A commit that somebody goes to may be older than those that were read

    def reveal(self, key: str) -> bool:
        self._sought = 0
        found = super().reveal(key)
        self._seek()
        return found

    def taken_in(self) -> None:
        super().taken_in()
        self._seek()

    def _seek(self) -> None:
        """Read on until the commit that is wanted is there."""
        known, wanted = value(self.history), self._wanted
        if known is None or wanted is None or any(each.sha == wanted for each in known.commits):
            return
        if not known.complete and self._sought < PIECES_SOUGHT:
            self._sought += 1
            self.post_message(self.MoreWanted(self.pieces))
        else:
            self._wanted = None
            where = "the history of HEAD" if known.complete else f"the newest {len(known.commits):,} commits"
            self.post_message(self.Said(f"{short_sha(wanted)} is not in {where}"))

    def as_of_word(self) -> str:
        return short_sha(self.looked_at) if self.looked_at else ""

    def lineage_of(self) -> str | None:
        return f"commit:{self.looked_at}" if self.looked_at else None

    def note(self) -> str:
        known = value(self.history)
        older = "older ones as you scroll" if known and not known.complete else ""
        return "  ".join(filter(None, (super().note(), older)))

    def named(self, item: Commit) -> Named | None:
        return commit(item.sha)

    def since(self, item: Commit) -> float:
        return item.time

    def pair_of(self, item: Commit) -> tuple[Named, Named] | None:
        """The commit and the worktree; while another time is looked at, the commit of then."""
        as_of = self.workspace.as_of
        if as_of is None:
            return commit(item.sha), worktree()
        return (commit(item.sha), commit(as_of.commit)) if as_of.commit and as_of.commit != item.sha else None

    def marks_settled(self) -> bool:
        """A mark stays while older commits are still to be read."""
        known = value(self.history)
        return known is not None and known.complete
