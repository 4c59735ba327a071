"""Commands that turn the pages beside a table, and give them the whole place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class _Page(Command):
    """Common to all of them."""

    group = "Runs"
    page: ClassVar[str]

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        place = screen.place
        if cls.page not in place.pages():
            return f"{place.title} has no {cls.page}"
        return f"there is no {'job' if place.title == 'Jobs' else 'run'}" if place.empty else None

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and not screen.place.in_detail()

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.place.turn_to(cls.page)


class Charts(_Page):
    """The metrics of the marked runs, of more than 50 the first in the table's order, else of the run under the cursor,
    as charts, each curve's letter beside its run in the table; again: back to the detail."""

    id, keys, title, footer, rank, page = "page.charts", "C", "Charts", "charts", 1, "charts"


class Artifacts(_Page):
    """What the run logged as files, as a tree with a preview; again: back to the detail."""

    id, keys, title, footer, rank, page = "page.artifacts", "A", "Artifacts", "artifacts", 1, "artifacts"


class Log(_Page):
    """The log of the run or job; again: back to the detail."""

    id, keys, title, footer, rank, page = "page.log", "L", "Log", "log", 1, "log"


class Full(Command):
    """Give the whole place to the pane beside the table; again: both side by side."""

    id, keys, title, group = "pane.full", "f", "Full size", "Looking"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        place = screen.place
        return None if place.has_pane() and not place.empty else f"{place.title} has no pane"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        screen.place.fill()


PAGES: tuple[type[Command], ...] = (Charts, Artifacts, Log, Full)
