"""Still air for Pilot tests: a frozen clock and time zone; feeds and workers are waited for, nothing sleeps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from textual.worker import WorkerCancelled
from tui_fakes import NOW

from mltui.tui.screens.main import MainScreen

#: Seconds until a feed that hangs fails the test.
PATIENCE = 20

Settle = Callable[[Any], Awaitable[MainScreen]]


@pytest.fixture(autouse=True)
def still_air(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """12:41:07 UTC, and nobody watches files."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    time.tzset()
    for module in ("mltui.tui.screens.main", "mltui.tui.feeds", "mltui.tui.widgets.header"):
        monkeypatch.setattr(f"{module}.now_ms", lambda: NOW)
    monkeypatch.setattr("mltui.tui.pulse.Pulse.start", lambda self: None)
    yield
    monkeypatch.undo()
    time.tzset()


#: Looks at whether something has the focus, at most.
FOCUSING = 50


@pytest.fixture
def settle() -> Settle:
    """Wait until the feeds have nothing to do and every worker is done, then give the main screen."""

    async def wait(pilot: Any) -> MainScreen:
        await pilot.pause()
        screen = next(each for each in pilot.app.screen_stack if isinstance(each, MainScreen))
        for _ in range(2):  # what joins the parts is read once they are on screen
            assert await asyncio.to_thread(screen.feeds.wait_idle, PATIENCE)
            await pilot.pause()
        rounds = 3
        while rounds:
            await pilot.pause()
            try:
                await pilot.app.workers.wait_for_complete()
            except WorkerCancelled:
                continue  # a newer one of its group took over: that one is waited for
            await pilot.pause(0.05)
            rounds -= 1
        for _ in range(FOCUSING):  # the first panel takes the focus after it is drawn, late on a busy machine
            if screen.focused is not None or not any(each.focusable for each in screen.place.query("*")):
                break
            await pilot.pause(0.02)
        return screen

    return wait
