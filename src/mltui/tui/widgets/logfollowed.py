"""A log that is followed: how far it was counted, and the lines around where one is. Knows no screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mltui.present.text import Line, size
from mltui.tui.asking import Asker
from mltui.tui.widgets.logpaper import Paper

if TYPE_CHECKING:
    from mltui.sources.logs import Log
    from mltui.sources.logs.indexed import Stand

#: Of a log that takes long to count its end is shown meanwhile (bytes).
END = 256_000
_WHY = {"rotated": "a new file of that name", "truncated": "it was emptied"}


class FollowedLog:
    """Reads one log until it is `over`: what a thread brings after that nobody waits for.

    `show` makes a line of what is written; `height` says how many rows there are to show; `asker` asks.
    """

    def __init__(self, log: Log, asker: Asker, show: Callable[[bytes], Line], height: Callable[[], int]) -> None:
        self.log, self._asker, self._show, self._height = log, asker, show, height
        self.paper = Paper()
        self.stand: Stand | None = None
        self.note = ""
        self.over = False

    async def look(self) -> bool:
        """See whether something was written, and have what is to be shown of it. Whether there is something to draw.

        Raises `SourceError`.
        """
        stand = await self._asker.ask(self.log.look)
        if self.over or stand is None:
            return False
        first = self.stand is None
        if stand.why:
            self.paper.clear()
            self.note = _WHY[stand.why]
        self.stand = stand
        if stand.counted:
            if self.paper.provided:
                self.note = ""
            self.paper.grow_to(stand.lines)
            await self.bring()
        elif first or stand.why:
            await self._bring_end(stand)
        return not self.over

    async def _bring_end(self, stand: Stand) -> None:
        end, before = await self._asker.ask(lambda: self.log.end(END))
        if not self.over and self.stand is stand:  # else it was counted meanwhile
            self.note = f"{size(before)} before this are not shown yet"
            self.paper.provide([self._show(each) for each in end])

    async def bring(self) -> None:
        """Read the lines around where one is, until they are there. Raises `SourceError`."""
        while not self.over and (wanted := self.paper.wanted(self._height())) is not None:
            first, count = wanted
            lines = await self._asker.ask(lambda: self.log.read(first, count))  # noqa: B023 - awaited here
            if not self.over:
                self.paper.take(first, count, [self._show(each) for each in lines])

    @property
    def lacks(self) -> bool:
        """Whether lines are to be read before what is looked at can be drawn."""
        return self.stand is not None and self.stand.counted and self.paper.wanted(self._height()) is not None
