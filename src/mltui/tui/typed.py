"""Keys that arrive in one read (a lagging line, a paste) act one after the other, each on what the former one left.

Textual forwards a key to what has the focus at that moment, and what the key does happens later: in the queues of
widgets, of the screen, in a worker. So the next one is held back until all of that is done.
"""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import takewhile
from typing import Any, Final

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode

from mltui.tui.mistakes import Orderly
from mltui.tui.screens.navigation import PlacesScreen

#: What a key may take before the next ones no longer wait for it: a place that hangs must not hang the keys (seconds).
PATIENCE = 1.0
#: Between two looks at what is made outside the queues (seconds).
LOOK = 0.005
#: Rounds through the queues in which nothing was found, after which a key has had all its effect: the first one may
#: only have waited for a handler whose own messages the second one would meet.
QUIET_ROUNDS = 2
#: Leave at once, whatever was typed before.
URGENT: Final = frozenset({"ctrl+c", "ctrl+q"})
#: Workers that belong to what a key does: a list to choose from. Not details: a cursor that flies past reads none.
LISTS = "chooser"


class KeyByKey(Orderly):
    """An app that hands on one key, or one paste, at a time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._typed: deque[events.Key | events.Paste] = deque()
        self._following: asyncio.Task[None] | None = None

    def forget_typed(self) -> None:
        """Drop the keys that were typed ahead of what is on screen."""
        self._typed.clear()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
        elif isinstance(event, events.Key) and event.key in URGENT:
            self.forget_typed()
            await super().on_event(event)
        else:
            self._typed.append(event)
            if self._following is None:
                await self._hand_on()

    async def _hand_on(self) -> None:
        """Let the next key act. In the app's own task, as Textual does it."""
        self._following = None
        if self._typed:
            event = self._typed.popleft()
            front = _front(self)
            await super().on_event(event)
            self._following = asyncio.create_task(self._follow(event, front), name="what a key does")

    async def _follow(self, event: events.Key | events.Paste, front: DOMNode) -> None:
        try:
            await asyncio.wait_for(self._settled(), PATIENCE)
        except ScreenStackError:
            return  # the app is ending
        except TimeoutError:
            free = len(self._typed)
        else:
            free = max(0, self._repeats(event, front) - 1)  # not the last one: what is typed behind them waits for it
        for _ in range(free):
            self.call_later(super().on_event, self._typed.popleft())
        self.call_later(self._hand_on)

    def _repeats(self, event: events.Key | events.Paste, front: DOMNode) -> int:
        """How many of the next keys are `event` again, where only `front` acts on it and kept the focus.

        Those of a cursor key that is held go to the same widget anyway: one by one each would be a frame.
        """
        if not self._typed or _front(self) is not front or not isinstance(event, events.Key):
            return 0
        active = self.screen.active_bindings.get(event.key)
        screen = self.screen
        if active is None or active.node is not front or (isinstance(screen, PlacesScreen) and screen.place.one_by_one):
            return 0
        return sum(
            1 for _ in takewhile(lambda each: isinstance(each, events.Key) and each.key == event.key, self._typed)
        )

    async def _settled(self) -> None:
        """Until the focused widget, all around it, the screen and the app have done what a key made them do."""
        quiet = 0
        while quiet < QUIET_ROUNDS:
            quiet = 0 if await self._round() else quiet + 1
            if quiet == QUIET_ROUNDS and self._more_to_come():
                await asyncio.sleep(LOOK)
                quiet = 0

    async def _round(self) -> bool:
        """Go through the queues from the focus outwards, as messages bubble. True if anything was there or moved."""
        front = _front(self)
        busy = False
        for node in front.ancestors_with_self:
            busy = busy or node.message_queue_size > 0
            passed = asyncio.Event()
            if node.call_later(passed.set):
                await passed.wait()
        return busy or _front(self) is not front

    def _more_to_come(self) -> bool:
        """Whether what has the focus is still to get what a key asked for: its rows, a list, the first place itself.

        Not what came in meanwhile: while everything is read again, rows are made all the time.
        """
        screen = self.screen
        if isinstance(screen, PlacesScreen):
            place = screen.place
            if not place.number or (place.unsettled and place in _front(self).ancestors_with_self):
                return True
        return any(each.group == LISTS and not each.is_finished for each in self.workers)


def _front(app: App[Any]) -> DOMNode:
    return app.focused or app.screen
