"""What a page of the pane beside the table of runs is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.message import Message

from mltui.model.runs import Run
from mltui.present.text import Span
from mltui.tui.places.outside import Outside
from mltui.tui.places.within import Within


class Page(Within):
    """One way to look at runs. It is told which while it is in front; its own keys act while it has the focus.

    `several`: it shows the marked runs together; others show the one under the cursor, whatever is marked.
    """

    class Signed(Message):
        """Runs that are shown together are told apart by others `signs` than before."""

    several: ClassVar[bool] = False
    #: The metric that comes before all others; "" for none.
    first: str = ""

    def show_runs(self, runs: tuple[Run, ...]) -> None:
        """Show these: of a page of `several` the marked runs in the order of the table, else the one under its cursor.

        () for none.
        Called on the drawing thread when they are others, or when something of them may have moved.
        """
        raise NotImplementedError

    def signs(self) -> Mapping[str, Span]:
        """By what the runs that are shown together are told apart, by their ids."""
        return {}

    def put_away(self) -> None:
        """Another page came to the front: read and draw nothing until `show_runs` comes again."""

    def enter(self) -> None:
        """Take the focus."""
        self.focus_first()

    def leave(self) -> bool:
        """``esc`` and ``q``: come out of something inside the page. False if there is nothing to come out of."""
        return False

    def outside(self) -> Outside | None:
        """What ``o`` opens or copies while the page has the focus; None leaves it to the place."""
        return None

    def has_other_files(self) -> bool:
        """Whether there are others of the run beside the file that is shown."""
        return False

    def copy_id(self) -> str | None:
        """What ``y`` copies while the page has the focus; None leaves it to the table."""
        found = self.outside()
        return found.address if found else None
