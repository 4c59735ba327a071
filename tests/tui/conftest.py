"""Still air for Pilot tests: a frozen clock and time zone; feeds and workers are waited for, nothing sleeps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from short_timers import ShortTimers
from still_pilot import patch_pause
from textual.app import App
from textual.worker import WorkerCancelled
from tui_fakes import NOW

from mltui.tui.screens.main import MainScreen
from mltui.tui.typed import KeyByKey

#: Seconds until a feed that hangs fails the test.
PATIENCE = 120

Settle = Callable[[Any], Awaitable[MainScreen]]


@pytest.fixture(autouse=True)
def still_air(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """12:41:07 UTC, nobody watches files, and what a key does may take as long as a busy machine needs."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    time.tzset()
    for module in ("mltui.tui.screens.main", "mltui.tui.screens.timed", "mltui.tui.feeds", "mltui.tui.widgets.header"):
        monkeypatch.setattr(f"{module}.now_ms", lambda: NOW)
    monkeypatch.setattr("mltui.sources.pulse.Pulse.start", lambda self: None)
    monkeypatch.setattr("mltui.tui.typed.PATIENCE", float(PATIENCE))  # only what hangs lets the next keys pass
    monkeypatch.setattr("mltui.tui.screens.navigation.WORD", 1000.0)  # a word in the footer stands until it was read
    patch_pause(monkeypatch, PATIENCE)
    yield
    monkeypatch.undo()
    time.tzset()


#: Looks at whether something has the focus, at most.
FOCUSING = 50
#: Seconds until what never settles fails the test, by name: pytest-timeout's word may land in a task of Textual's.
SETTLING = 5 * PATIENCE
#: Rounds in which nothing was found, after which all is done.
QUIET_ROUNDS = 2


def _keys_wait(app: App[Any]) -> bool:
    """Whether a key has not had all its effect, or others wait for it."""
    return isinstance(app, KeyByKey) and bool(app._typed or app._following)


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> ShortTimers:
    """Those that are still to tick."""
    return ShortTimers(monkeypatch)


@pytest.fixture
def settle(timers: ShortTimers) -> Settle:
    """Wait until no feed, no worker, no key and no short timer has anything to do, then give the main screen."""

    async def wait(pilot: Any) -> MainScreen:
        await pilot.pause()
        app, quiet, until = pilot.app, 0, time.monotonic() + SETTLING
        screen = next(each for each in app.screen_stack if isinstance(each, MainScreen))
        while quiet < QUIET_ROUNDS:
            assert time.monotonic() < until, f"{timers.due()}, {_keys_wait(app)}, {list(app.workers)}"
            assert await asyncio.to_thread(screen.feeds.wait_idle, PATIENCE)
            await pilot.pause()
            quiet += 1
            while (timers.due() or _keys_wait(app)) and time.monotonic() < until:
                await pilot.pause(0.01)
                quiet = 0
            while any(not each.is_finished for each in app.workers) and time.monotonic() < until:
                quiet = 0
                with suppress(WorkerCancelled):  # a newer one of its group took over: that one is waited for
                    await app.workers.wait_for_complete()
        for _ in range(FOCUSING):  # the first panel takes the focus after it is drawn, late on a busy machine
            if screen.focused is not None or not any(each.focusable for each in screen.place.query("*")):
                break
            await pilot.pause(0.02)
        return screen

    return wait
