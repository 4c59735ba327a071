"""The shell around the places, driven by keys, on fake sources (the door is `Source`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tui_fakes import churn

from mltui.errors import Unreadable
from mltui.tui.app import MltuiApp

SIZES = [(80, 24), (120, 36), (300, 100)]


@pytest.mark.parametrize("size", SIZES)
async def test_every_place_opens_at_every_size(tmp_path: Path, settle, size) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for number in "234567":
            await pilot.press(number)
            screen = await settle(pilot)
            assert screen.place.number == int(number)
        assert app.return_code in (None, 0)
