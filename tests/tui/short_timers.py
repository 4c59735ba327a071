"""Which timers of what a key did are still to tick, by Textual's public names: a cursor that rests, a frame drawn."""

from __future__ import annotations

from typing import Any

import pytest
from textual.message_pump import MessagePump
from textual.timer import Timer

#: A timer that is due within this time (seconds) belongs to what a key did.
SOON = 0.15


class ShortTimers:
    """Takes notice of every timer that ticks once, soon, until its callback was called or it was stopped."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._due: dict[Timer, MessagePump] = {}
        begin, end = MessagePump.set_timer, Timer.stop

        def set_timer(node: MessagePump, delay: float, callback: Any = None, **given: Any) -> Timer:
            if delay > SOON or callback is None:
                return begin(node, delay, callback, **given)

            def ticked() -> Any:
                self._due.pop(timer, None)
                return callback()

            timer = begin(node, delay, ticked, **given)
            self._due[timer] = node
            return timer

        def stop(timer: Timer) -> None:
            self._due.pop(timer, None)
            end(timer)

        patch.setattr(MessagePump, "set_timer", set_timer)
        patch.setattr(Timer, "stop", stop)

    def due(self) -> bool:
        """Whether one is still to tick; of what was taken off the screen none ticks any more."""
        return any(node.is_running for node in self._due.values())
