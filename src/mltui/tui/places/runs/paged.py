"""The pages beside the table of runs, and which runs they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.reactive import reactive

from mltui.model.metric import PrimaryMetric
from mltui.model.runs import Run
from mltui.present.text import Span
from mltui.tui.places.base import bound
from mltui.tui.places.runs.filtered import FilteredRuns
from mltui.tui.places.runs.page import Page
from mltui.tui.places.runs.pane import DETAIL, PAGES, RunPane
from mltui.tui.widgets.table import VirtualTable


class PagedRuns(FilteredRuns):
    """Runs beside a pane whose pages tell of the chosen ones."""

    primary: reactive[PrimaryMetric | None] = bound(None)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        #: The marked runs, and what they were found in: with ten thousand of them no step of the cursor looks again.
        self._marked: tuple[tuple[object, object, object], tuple[Run, ...]] = (None, None, None), ()

    def content(self) -> ComposeResult:
        yield VirtualTable(placeholder=self.placeholder, id="master")
        yield RunPane(id="side")

    @property
    def side(self) -> RunPane:
        return self.query_one("#side", RunPane)

    def enter_side(self) -> None:
        self.side.enter()

    # Which runs

    def chosen(self) -> tuple[Run, ...]:
        """The marked runs in the order of the table, those that a filter hides after them; else the one under the
        cursor; () if there is none."""
        if self.marks:
            stood_on = (self.marks, self.master.rows, self._items)
            if any(now is not then for now, then in zip(stood_on, self._marked[0], strict=True)):
                self._marked = stood_on, self._in_order()
            return self._marked[1]
        return self._current()

    def _in_order(self) -> tuple[Run, ...]:
        shown = [key for key in self.master.rows.keys() if key in self.marks]  # noqa: SIM118 - its keys, no mapping
        unseen = self.marks.difference(shown)
        hidden = [key for key in self._items if key in unseen] if unseen else ()
        return tuple(self._items[key] for key in (*shown, *hidden))

    def _current(self) -> tuple[Run, ...]:
        run = self._items.get(self.looked_at or "")
        return (run,) if run is not None else ()

    def _tell_pane(self) -> None:
        self.side.show_runs(self.chosen, self._current(), self.primary.key if self.primary else "")

    def watch_marks(self) -> None:
        super().watch_marks()
        self._tell_pane()

    def _read_detail(self) -> None:
        super()._read_detail()
        self._tell_pane()

    # Which page

    def pages(self) -> Sequence[str]:
        return tuple(PAGES)

    def turn_to(self, page: str) -> None:
        self.call_next(self._turn_to, DETAIL if page == self.side.front and self.side.display else page)

    async def _turn_to(self, page: str) -> None:
        await self.side.turn_to(page)
        self._flag()
        if self.inside or not self.side.display:
            self.inside = True
            self.enter_side()
        self._read_detail()
        self.post_message(self.KeysMoved())

    def front_page(self) -> str:
        return self.side.front

    @property
    def entered(self) -> Page | None:
        """The page that somebody went into; None if that is the detail, or nobody did."""
        return self.side.page if self.inside else None

    # What the page answers

    def signs(self) -> Mapping[str, Span]:
        return self.side.page.signs() if self.side.page else {}

    @on(Page.Signed)
    def _signed(self, message: Page.Signed) -> None:
        message.stop()
        self._flag()

    def leave(self) -> bool:
        return bool(self.entered and self.entered.leave()) or super().leave()

    def copy_id(self) -> str | None:
        return (self.entered and self.entered.copy_id()) or super().copy_id()

    def has_other_files(self) -> bool:
        return self.side.page is not None and self.side.page.has_other_files()

    def special(self) -> Sequence[str]:
        return (self.side.front.title(), "Runs") if self.entered else ("Runs",)
