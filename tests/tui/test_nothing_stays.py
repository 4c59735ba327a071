"""Screens that were left go: those of another project, store or scope, and what lay over one. mltui is left open for
weeks."""

from __future__ import annotations

import asyncio
import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace
from textual.screen import Screen
from textual.strip import Strip
from tui_fakes import churn

from churn_sample import HARE, LYNX, WHOLE
from mltui.config import Config
from mltui.sources.places import Project
from mltui.tui.app import MltuiApp
from mltui.tui.collector import forget_drawn
from mltui.tui.places.runs.drawn_charts import DrawnCharts
from mltui.tui.screens.compare import CompareScreen
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.trend import TrendScreen


def there(left: list[weakref.ref[Any]]) -> int:
    """How many of them there still are."""
    gc.collect()
    return sum(each() is not None for each in left)


async def test_a_project_that_was_left_is_let_go(tmp_path: Path, settle: Any) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        opened: list[weakref.ref[Any]] = []
        for columns in (120, 100, 80, 120):
            app.open(churn(tmp_path))  # type: ignore[arg-type] - a fake at the door of the sources
            await pilot.pause()
            screen = app.screen
            assert isinstance(screen, MainScreen)
            opened.append(weakref.ref(screen))
            while not screen.query("#filter") or screen.query("#first"):
                await pilot.pause(0.02)
            assert await asyncio.to_thread(screen.feeds.wait_idle, 120)
            await settle(pilot)
            await pilot.resize_terminal(columns, 30)
            await pilot.pause()
            del screen
        await settle(pilot)  # what a resize has drawn again a moment later is another moment's
        assert there(opened) == 1


@pytest.mark.parametrize(("place", "key", "kind"), [("5", "c", CompareScreen), ("2", "T", TrendScreen)])
async def test_what_lay_over_a_project_that_never_moves_is_let_go(
    tmp_path: Path, settle: Any, place: str, key: str, kind: type[Screen[Any]]
) -> None:
    workspace: Any = SampleWorkspace(tmp_path, **WHOLE)
    if kind is TrendScreen:
        workspace = churn(tmp_path, config=Config(primary="auc"))
        workspace.project = Project(tmp_path, tmp_path, git_dir=tmp_path, common_dir=tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press(place)
        await settle(pilot)
        if kind is CompareScreen:
            screen.place.marks = frozenset((HARE.run_id, LYNX.run_id))
        left: list[weakref.ref[Screen[Any]]] = []
        for _ in range(3):
            await pilot.press(key)
            await settle(pilot)
            assert isinstance(app.screen, kind)
            left.append(weakref.ref(app.screen))
            await pilot.press("escape")
            await settle(pilot)
        assert there(left) <= 1  # Textual may have the last one at hand


async def test_charts_that_were_taken_away_are_let_go(tmp_path: Path, settle: Any) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        left: list[weakref.ref[Any]] = []
        for _ in range(3):
            charts = DrawnCharts()
            left.append(weakref.ref(charts))
            await screen.mount(charts)
            await charts.remove()
            del charts
            await settle(pilot)
        assert there(left) <= 1


async def test_lines_drawn_of_help_that_was_closed_are_let_go(tmp_path: Path, settle: Any) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    drawn: list[int] = []
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for _ in range(4):
            await pilot.press("question_mark")
            await settle(pilot)
            await pilot.press("escape")
            await settle(pilot)
            forget_drawn()
            gc.collect()
            drawn.append(sum(type(each) is Strip for each in gc.get_objects()))
    assert drawn[-1] - drawn[1] < 30, drawn  # a screen of help has 36 lines and more
