"""Memory that reading took goes back once it is quiet, also after what no feed brings; nothing is done for nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace
from test_charts import ChartWorkspace, at_charts, logged

from churn_sample import WHOLE
from mltui.config import Config
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace
from mltui.tui import tidying
from mltui.tui.app import MltuiApp


async def test_once_parts_came_and_once_a_stage_was_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, let_go = threading.Event(), list[Any]()
    monkeypatch.setattr(tidying, "trim", given.set)
    monkeypatch.setattr(tidying, "QUIET", 0.05)
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    monkeypatch.setattr(workspace, "let_go", lambda: let_go.append(threading.current_thread()))
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        await _until(pilot, given.is_set)
        await pilot.press("4")
        await _until(pilot, lambda: app.screen.place.number == 4 and app.screen.place.pane.title_text == "prepare")
        await _until(pilot, lambda: app.screen.feeds.wait_idle(0) and app.screen._tidying.quiet)
        given.clear()
        let_go.clear()
        await pilot.press("right")  # no part comes for that
        await _until(pilot, given.is_set)
        assert let_go
        assert threading.main_thread() not in let_go
        # what was read right behind it has its turn too; then no timer ticks until something is read again
        await _until(pilot, lambda: app.screen._tidying.quiet)


async def test_once_a_chart_was_read_and_not_once_it_was_only_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: Any
) -> None:
    monkeypatch.setattr(tidying, "trim", lambda: None)
    monkeypatch.setattr(tidying, "QUIET", 1e6)
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc", "loss"), logged("auc", "loss", at=3))))
    async with app.run_test(size=(160, 45)) as pilot:
        await at_charts(pilot, settle)
        await _until(pilot, lambda: app.screen.feeds.wait_idle(0))
        for key, reads in (("plus", False), ("x", False), ("down", True)):  # closer, over another axis, another run
            app.screen._tidying.stop()
            await pilot.press(*(("escape",) if reads else ()), key)
            await settle(pilot)
            assert app.screen._tidying.quiet != reads, key


async def _until(pilot: Any, true: Any) -> None:
    for _ in range(6000):
        if true():
            return
        await pilot.pause(0.01)
    pytest.fail("it did not come to it")


def test_a_workspace_lets_go_of_the_history_and_builds_none_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(Project(tmp_path, tmp_path), Config())
    workspace.let_go()
    assert "dvc_history" not in workspace.__dict__
    went: list[bool] = []
    monkeypatch.setattr(workspace.dvc_history, "let_go", lambda: went.append(True))
    workspace.let_go()
    assert went == [True]
