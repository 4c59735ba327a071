"""A screen of a project that was left, for another store or all experiments, goes: mltui is left open for weeks."""

from __future__ import annotations

import asyncio
import gc
import weakref
from pathlib import Path
from typing import Any

from tui_fakes import churn

from mltui.tui.app import MltuiApp
from mltui.tui.screens.main import MainScreen


async def test_a_project_that_was_left_is_let_go(tmp_path: Path, settle: Any) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        opened: list[weakref.ref[MainScreen]] = []
        for _ in range(4):
            app.open(churn(tmp_path))  # type: ignore[arg-type] - a fake at the door of the sources
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, MainScreen)
            opened.append(weakref.ref(screen))
            while not screen.query("#filter") or screen.query("#first"):
                await pilot.pause(0.02)
            assert await asyncio.to_thread(screen.feeds.wait_idle, 120)
            await settle(pilot)
            del screen
        gc.collect()
        assert [each() is None for each in opened] == [True, True, True, False]
