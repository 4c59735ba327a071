"""The table of runs under a filter: what it lets through, what of it is refused, and ``n`` and ``N``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from textual import on
from textual.message import Message
from textual.worker import get_current_worker

from mltui.errors import FilterError
from mltui.model.filters import is_expression
from mltui.model.runs import Run
from mltui.present.rows import Rows
from mltui.sources.port import now_ms
from mltui.sources.regexes import Searcher
from mltui.tui.places.runs import filtering
from mltui.tui.places.runs.looking import RunsLookedAt


class FilteredRuns(RunsLookedAt):
    """Runs that a filter of the filter language lets through.

    A filter that turns out to be none once it acts (a regular expression that takes too long) is refused: the rows stay
    those of the former one, which is in force again.
    """

    class FilterRefused(Message):
        """A filter can't be used; says where and why."""

        def __init__(self, error: FilterError) -> None:
            self.error = error
            super().__init__()

    class Found(Message):
        """The runs that the filter `text`, which is not in force, would let through; ``n`` goes to one of them.

        `why` it can't be used, if so.
        """

        def __init__(self, text: str, keys: Collection[str], by: int, why: str = "") -> None:
            self.text = text
            self.keys = keys
            self.by = by
            self.why = why
            super().__init__()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._filtering = filtering.Filtering(
            lambda: self.workspace.reader(wait=False), Searcher(self.workspace.runner), self._moment
        )
        self._refused: FilterError | None = None
        self._finding = False

    def _moment(self) -> int:
        as_of = self.workspace.as_of
        return now_ms() if as_of is None else as_of.at

    def fault(self, text: str) -> FilterError | None:
        if self._refused is not None and self._refused.text != text:
            self._refused = None  # whoever types it once more has it tried once more
        return self._refused or filtering.fault(text)

    def is_searched(self, text: str) -> bool:
        return not is_expression(text)

    def matching(self, rows: Rows[Run], text: str) -> Rows[Run]:
        worker = get_current_worker()
        return self._filtering.matching(rows, text, lambda: worker.is_cancelled)

    def _list(self) -> None:
        try:
            super()._list()
        except FilterError as error:
            if not get_current_worker().is_cancelled:
                self.post_message(self.FilterRefused(error))

    @on(FilterRefused)
    def _refuse(self, message: FilterRefused) -> None:
        message.stop()
        if self.filter_text == message.error.text:
            self._refused = message.error
            self.filter_text = self._listed.filter_text if self._listed else ""
            self.screen.filter_bar.refuse(message.error, self.filter_text)  # type: ignore[attr-defined]

    # n and N

    @property
    def unsettled(self) -> bool:
        """Keys behind an ``n`` act on where it goes to."""
        return self._finding or super().unsettled

    def step_match(self, text: str, by: int) -> bool:
        """Of words the next row that holds them. Of a filter the next run that it lets through: in force, any row."""
        if self.is_searched(text):
            return super().step_match(text, by)
        if text == self.filter_text:
            return self._step(self._items.keys(), by)
        self._finding = True
        self.run_worker(lambda: self._find(text, by), thread=True, group="finding", exit_on_error=False)
        return True

    def _find(self, text: str, by: int) -> None:
        keys: Collection[str] = ()
        why = ""
        try:
            if self._ungrouped is not None:
                keys = self.matching(self._ungrouped, text).keys()
        except FilterError as error:
            why = error.summary
        finally:
            self.post_message(self.Found(text, keys, by, why))

    @on(Found)
    def _go(self, message: Found) -> None:
        message.stop()
        self._finding = False
        if not self._step(frozenset(message.keys), message.by):
            self.post_message(self.Said(message.why or f"nothing matches {message.text!r}"))

    def _step(self, keys: Collection[str], by: int) -> bool:
        """Go to the next row that is one of `keys`, round at the ends."""
        rows, at = self.master.rows, self.master.cursor_row
        around = ((at + by * step) % len(rows) for step in range(1, len(rows) + 1))
        found = next((place for place in around if rows.key(place) in keys), None)
        if found is not None:
            self.master.move_to(found)
        return found is not None
