"""Pilot's pause, until all queues are empty and every frame is drawn.

Textual's own ends after 20 ms in which the process did little. On a busy machine that is also one that was not let run:
then a test looks at a screen on which the last frame, or a scrollbar's, is still to come.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from mltui.tui.mistakes import Orderly

#: Rounds in which nothing was found, after which all is done.
QUIET_ROUNDS = 2
#: Rounds at most: something that moves for ever, an animation, a key that waits, is not waited for.
ROUNDS = 50


def patch_pause(patch: pytest.MonkeyPatch, patience: float) -> None:
    """Let ``pilot.pause()`` wait for what is to be done; one round through the queues may take `patience` seconds."""
    turn = Pilot.pause

    async def pause(pilot: Pilot[Any], delay: float | None = None) -> None:
        if delay is not None:
            await turn(pilot, delay)
            return
        quiet = 0
        for _ in range(ROUNDS):
            if isinstance(pilot.app, Orderly) and pilot.app.mistake is not None:
                raise pilot.app.mistake  # it has ended: whoever waits for something would wait for ever
            quiet = 0 if await _round(pilot) else quiet + 1
            if quiet == QUIET_ROUNDS:
                return

    async def _round(pilot: Pilot[Any]) -> bool:
        """Go once through all queues, and draw. True if anything was there."""
        screen, drawn = pilot.app.screen, asyncio.Event()
        busy = any(node.message_queue_size for node in (pilot.app, *screen.walk_children(with_self=True)))
        screen.call_after_refresh(drawn.set)
        await turn(pilot, 0)
        return busy or not drawn.is_set()

    patch.setattr(Pilot, "pause", pause)
    patch.setattr(Pilot._wait_for_screen, "__defaults__", (patience,))


async def kept_busy(node: MessagePump) -> asyncio.Event:
    """Let `node` handle no message until what this gives is set."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()

    node.call_later(work)
    await begun.wait()
    return go_on
