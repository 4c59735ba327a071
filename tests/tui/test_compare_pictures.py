"""Pictures of a comparison in still air; `pytest --snapshot-update` on this file takes new ones."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import HARE, LYNX, RUNS, WHOLE
from mltui.config import Config
from mltui.tui.app import MltuiApp

SIZES = {"wide": (120, 36), "small": (80, 24)}


@pytest.mark.parametrize("size", ["wide", "small"])
@pytest.mark.parametrize("ascii", [False, True], ids=["unicode", "ascii"])
def test_comparison(tmp_path: Path, settle, snap_compare, size, ascii) -> None:
    config = Config(theme="dark", ascii=ascii, goals={"auc": "max", "loss": "min"})
    app = MltuiApp(SampleWorkspace(tmp_path / "churn-model", config, **WHOLE))

    async def wait(pilot) -> None:
        screen = await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        screen.place.marks = frozenset((HARE.run_id, LYNX.run_id, RUNS[1].run_id))
        await pilot.press("c")
        await settle(pilot)
        if ascii:
            shown = unescape(re.sub("<[^>]*>", "", app.export_screenshot()))
            assert shown.replace("\xa0", " ").isascii()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=wait)
