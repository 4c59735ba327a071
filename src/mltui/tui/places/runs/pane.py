"""The right side of the Runs place: the detail of a run, or another page about the chosen runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widget import Widget

from mltui.model.runs import Run
from mltui.present.text import safe
from mltui.tui.places.runs.page import Page
from mltui.tui.symbols import symbols
from mltui.tui.widgets.lines import LinesView


def _charts() -> type[Page]:
    from mltui.tui.places.runs.charts import ChartsPage

    return ChartsPage


def _artifacts() -> type[Page]:
    from mltui.tui.places.runs.artifacts import ArtifactsPage

    return ArtifactsPage


def _log() -> type[Page]:
    from mltui.tui.places.runs.log import LogPage

    return LogPage


DETAIL: Final = "detail"
#: The other pages: the key of each, and what imports it, which no start of mltui should wait for.
PAGES: Final[dict[str, tuple[str, Callable[[], type[Page]]]]] = {
    "charts": ("C", _charts),
    "artifacts": ("A", _artifacts),
    "log": ("L", _log),
}


class RunPane(Container):
    """One page at a time; the lower border names all of them with their keys."""

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self.front: str = DETAIL
        self._pages: dict[str, Page] = {}
        self._runs: Callable[[], tuple[Run, ...]] = tuple
        self._current: tuple[Run, ...] = ()
        self._first = ""

    def compose(self) -> ComposeResult:
        yield LinesView(id=DETAIL)

    def on_mount(self) -> None:
        self._name_pages()

    @property
    def page(self) -> Page | None:
        """The page in front; None while that is the detail, which the place itself fills."""
        return self._pages.get(self.front)

    def show_runs(self, runs: Callable[[], tuple[Run, ...]], current: tuple[Run, ...], first: str) -> None:
        """Tell the page in front which runs are chosen, which one is under the cursor, and the metric that comes first.

        `runs` is asked only by a page that shows several: to find 100,000 marked ones takes its time.
        """
        self._runs, self._current, self._first = runs, current, first
        if self.page is not None:
            self.page.first = first
            self.page.show_runs(runs() if self.page.several else current)

    async def turn_to(self, name: str) -> None:
        """Bring a page to the front."""
        if self.page is not None and name != self.front:
            self.page.put_away()
        if name in PAGES and name not in self._pages:
            kind = await asyncio.to_thread(PAGES[name][1])
            if name not in self._pages:  # its key may have come twice meanwhile
                self._pages[name] = page = kind(id=name, classes="page")
                await self.mount(page)
        self.front = name
        for child in self.children:
            child.display = child.id == name
        self._name_pages()
        self.show_runs(self._runs, self._current, self._first)

    def enter(self) -> None:
        """Give the focus to what is in front."""
        if self.page is not None:
            self.page.enter()
        else:
            self.query_one(f"#{DETAIL}").focus(scroll_visible=False)

    def _name_pages(self) -> None:
        """``detail · C charts · A artifacts · L log``, the one in front in brackets."""
        names = [DETAIL if self.front == DETAIL else f"{PAGES[self.front][0]} {DETAIL}"]
        names += [name if name == self.front else f"{key} {name}" for name, (key, _) in PAGES.items()]
        words = f" {symbols(self.app).dot} ".join(f"[{each}]" if each == self.front else each for each in names)
        for child in self.children:
            framed: Widget = child if child.id == DETAIL else next(iter(child.query(".panel")), child)
            framed.border_subtitle = Content(safe(words))
