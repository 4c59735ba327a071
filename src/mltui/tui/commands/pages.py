"""Commands that turn the pages beside a table, and give them the whole place."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mltui.model.made import RAN
from mltui.tui.commands.base import Command
from mltui.tui.places.registry import JOBS, PIPELINE

if TYPE_CHECKING:
    from mltui.model.job import Job
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
    """The log of the run or job; again: back to the detail. In Pipeline, that of the newest job that ran the stage."""

    id, keys, title, footer, rank, page = "page.log", "L", "Log", "log", 1, "log"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        if screen.place.title != PIPELINE.title or screen.place.empty:
            return super().enabled(screen)
        return None if _of_stage(screen) else "no job of mltui's ran this stage: nobody kept what it printed"

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return super().in_footer(screen) and cls.page in screen.place.pages()

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        job = _of_stage(screen) if screen.place.title == PIPELINE.title else None
        if job is None:
            super().run(screen)
        else:
            screen.visit(JOBS.number, job.id, cls.page)


def _of_stage(screen: MainScreen) -> Job | None:
    """The newest job that ran the stage under the cursor."""
    jobs, address = (screen.jobs.value or ()) if screen.jobs else (), screen.place.selected()
    return next((job for job in jobs for step in job.steps if step.address == address and step.state in RAN), None)


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
