"""Words that are searched for in a log, from the line on where they were found last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.tui.asking import Asker

if TYPE_CHECKING:
    from mltui.tui.widgets.logfollowed import FollowedLog


class LogSearch:
    """`hit` is the line of the log that held the `words` the last time, None before."""

    def __init__(self) -> None:
        self.words = ""
        self.hit: int | None = None
        self._asker = Asker()

    async def find(self, followed: FollowedLog, by: int) -> tuple[int, bool] | None:
        """The next line (`by` 1) or the former one (-1) that holds the words, and whether it was come to round the
        end; None if no line does. Raises `SourceError`."""
        words, paper, log = self.words, followed.paper, followed.log
        at = paper.top if self.hit is None else self.hit + by
        for again, start in ((False, at), (True, 0 if by > 0 else paper.total - 1)):
            found = await self._asker.ask(
                lambda: log.search(words, start, back=by < 0, stop=lambda: followed.over)  # noqa: B023 - awaited here
            )
            if found is not None:
                return found, again
        return None
