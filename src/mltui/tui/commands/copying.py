"""Commands that copy more than an id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.clipboard import copy
from mltui.tui.commands.base import Command
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.tui.places.offers import Offer
    from mltui.tui.screens.main import MainScreen

#: Characters of a value that the chooser shows and searches.
SHOWN = 200


class _Copying(Command):
    """Common to all of them."""

    group = "Looking"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        place = screen.place
        return None if not place.empty and place.copies() else f"{place.title} has no table to copy"


class CopyMarkdown(_Copying):
    """Copy the table as Markdown, with all columns of the view: the marked runs, else all rows that are shown, up to
    500 rows. Names of runs are linked to their pages where the store is a server."""

    id, keys, title, rank = "copy.markdown", "Y", "Copy as Markdown", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.places.offers import MARKDOWN

        offer = next((each for each in screen.place.offers() if each.key == MARKDOWN), None)
        if offer is not None:
            _copy(screen, offer)


class CopyAs(_Copying):
    """Choose what to copy: a value of the row the cursor is on, the row or the table as TSV with all digits, the table
    as Markdown; of runs also the same as a call of mlflow.search_runs, or as a command line of mltui runs."""

    id, keys, title, rank = "copy.as", "ctrl+y", "Copy as", 1

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.asking import Asker
        from mltui.tui.screens.chooser import Chooser, Option

        place = screen.place

        async def choose() -> None:
            offers = {each.key: each for each in await Asker().ask(place.offers)}  # a run may have 10,000 values
            options = [Option(each.key, each.title, " ".join(each.about[:SHOWN].split())) for each in offers.values()]

            def chosen(keys: tuple[str, ...] | None) -> None:
                if keys:
                    _copy(screen, offers[keys[0]])

            screen.app.push_screen(Chooser("Copy", options, takes="copy it"), chosen)

        begin(screen, choose, group="chooser")


def _copy(screen: MainScreen, offer: Offer) -> None:
    """A table of 10,000 runs takes a moment to be written: in a worker."""

    def make() -> None:
        made = offer.make()
        screen.app.call_from_thread(
            copy, screen, screen.workspace, made.text, made.told, screen.say, instead=made.instead
        )

    screen.run_worker(make, thread=True, exclusive=True, group="copying")


COPYING: tuple[type[Command], ...] = (CopyMarkdown, CopyAs)
