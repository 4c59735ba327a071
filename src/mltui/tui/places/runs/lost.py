"""Runs that are no longer among the rows: their marks, the baseline and the detail that is open go, or say why."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from mltui.errors import SourceError
from mltui.model.runs import Run
from mltui.present.text import Line, line, safe
from mltui.tui.asking import Asker
from mltui.tui.places.marking import Marking
from mltui.tui.working import begin


class RunsLost(Marking[Run]):
    """A table of runs of which some go. Whether one was deleted the store is asked, in a thread. The marked runs are
    what charts, comparison and copying act on."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.baseline: str | None = None
        self._lost_asker = Asker()
        self._known: Mapping[str, Run] = {}  # the runs of the last rows that were all of them
        self._deleted: str | None = None  # the run whose detail is still shown, if it is known to be deleted

    def taken_in(self) -> None:
        if self._complete():
            former, self._known = self._known, self._items
            lost = self.marks - self._items.keys()
            base = self.baseline if self.baseline not in self._items else None
            self.marks -= lost
            if base is not None:
                self.baseline = None
                self.rebuild()
            if lost or base is not None:
                self._say_lost(former, lost, base)
            self._ask_shown(former)
        self._flag()

    def _ask_shown(self, former: Mapping[str, Run]) -> None:
        """Whether the run whose detail is still shown went because it was deleted; its detail says so then."""
        kept = self.kept
        if kept is None or kept.key in self._items:
            self._deleted = None
        elif kept.key in former and not self._elsewhere(former):
            begin(self, self._say_shown, kept.key, kept.item, group="lost-shown")

    async def _say_shown(self, key: str, run: Run) -> None:
        with contextlib.suppress(SourceError):  # the store's own part says it
            if await self._lost_asker.ask(lambda: self.deleted((run,))):
                self._deleted = key
                if self.looked_at == key:
                    self._read_detail()

    def _say_lost(self, former: Mapping[str, Run], lost: Collection[str], base: str | None) -> None:
        """Say why marks and the baseline are no longer there, if their runs were deleted. The store is asked: they may
        as well be in no experiment in scope any more."""
        gone = [former[key] for key in {*lost, base or ""} if key in former]

        def ask() -> str:
            deleted = self.deleted(gone)
            return lost_words([run for run in deleted if run.run_id in lost], former.get(base or ""), deleted)

        if self._elsewhere(former):
            return
        begin(self, self._ask_lost, ask, group="lost", exclusive=False)

    def _elsewhere(self, former: Mapping[str, Run]) -> bool:
        """Whether these are the runs of another store: nothing of the former one was deleted."""
        return bool(self._items) and former.keys().isdisjoint(self._items)

    async def _ask_lost(self, ask: Callable[[], str]) -> None:
        with contextlib.suppress(SourceError):  # the store's own part says it
            if words := await self._lost_asker.ask(ask):
                self.post_message(self.Said(words))

    def deleted(self, runs: Sequence[Run]) -> Sequence[Run]:
        """Those of the runs, which are not among the rows any more, that were deleted. In a thread."""
        raise NotImplementedError

    def _complete(self) -> bool:
        """Whether a run that is not among the rows is gone, and not only still to come."""
        raise NotImplementedError

    def is_gone(self) -> bool:
        return self._complete()

    def without_item(self, key: str) -> tuple[str, Sequence[Line]]:
        name = run_title(self.kept.item) if self.kept is not None else key
        if key == self._deleted:
            return safe(name), (line(f"{safe(name)} was deleted"),)
        return super().without_item(name)


def run_title(run: Run) -> str:
    """What a run is called in a sentence."""
    return run.name or run.run_id[:8]


def lost_words(marked: Sequence[Run], base: Run | None, deleted: Sequence[Run]) -> str:
    """``run-1 was deleted: its mark is taken away; the baseline run-2 was deleted``; "" for nothing."""
    words = []
    if len(marked) == 1:
        words.append(f"{safe(run_title(marked[0]))} was deleted: its mark is taken away")
    elif marked:
        words.append(f"{len(marked):,} marked runs were deleted: their marks are taken away")
    if base is not None and base in deleted:
        words.append(f"the baseline {safe(run_title(base))} was deleted")
    return "; ".join(words)
