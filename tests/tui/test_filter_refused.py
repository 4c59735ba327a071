"""A filter that turns out to be none once it acts: refused with where and why, the rows stay; and ``n`` and ``N``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tui_fakes import FakeSource, churn

from mltui.sources.regexes import Searcher
from mltui.sources.runner import ProcessRunner
from mltui.tui.app import MltuiApp
from mltui.tui.screens.main import MainScreen
from mltui.tui.widgets.filterbar import FilterBar

#: No name ends in a zero byte; 3 to the power of 6 ways to see that, and of 60 for the last run.
ENDLESS = r"name ~ '(([a-z]+)+)+\x00'"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MltuiApp:
    """With real children that may compute for a moment only."""
    monkeypatch.setattr("mltui.tui.places.runs.filtered.Searcher", lambda runner: Searcher(runner, 0.1))
    workspace = churn(tmp_path)
    workspace.runner = ProcessRunner()  # type: ignore[assignment]
    table = workspace.runs.value
    runs = (*table.runs[:-1], replace(table.runs[-1], name="a" * 60))
    workspace.runs = FakeSource("runs", replace(table, runs=runs))  # type: ignore[assignment]
    return MltuiApp(workspace)


def screen_text(app: MltuiApp) -> str:
    return "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())


def shown(screen: MainScreen) -> list[str]:
    return screen.place.master.rows.keys()


async def typed(pilot, settle, text: str) -> MainScreen:
    """The screen, when `text` stood in the filter bar and its rows are there, or it was refused."""
    field = pilot.app.screen.query_one(FilterBar)._field
    field.value = text
    field.cursor_position = len(text)
    screen = await settle(pilot)
    while screen.place.unsettled:
        await pilot.pause(0.01)
    return screen


async def test_an_endless_pattern_is_refused_and_the_rows_stay(app: MltuiApp, settle) -> None:
    async with app.run_test(size=(160, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash")
        await settle(pilot)
        screen = await typed(pilot, settle, "name ~ 'run-1\\d+'")
        former = shown(screen)
        assert 0 < len(former) < 24
        await typed(pilot, settle, ENDLESS)
        assert shown(screen) == former
        assert screen.place.filter_text == "name ~ 'run-1\\d+'"
        *_, field, why, _ = screen_text(app).splitlines()
        assert why.index("^") == field.index("'")
        assert "this pattern takes more than 0.1 s" in why
        await pilot.press("enter")
        await settle(pilot)
        assert screen.query_one(FilterBar).display, "a filter that was refused is not kept"
        await typed(pilot, settle, "name ~ 'run-2$'")
        await pilot.press("enter")
        await settle(pilot)
        assert not screen.query_one(FilterBar).display
        assert len(shown(screen)) == 1


async def test_refused_after_enter_it_is_said_below(app: MltuiApp, settle) -> None:
    async with app.run_test(size=(160, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        screen.filter_bar.last = ENDLESS
        screen.place.filter_text = ENDLESS
        await settle(pilot)
        assert len(shown(screen)) == 24
        assert screen.place.filter_text == ""
        assert "this pattern takes more than" in screen_text(app).splitlines()[-1]
        assert screen.filter_bar.last == ""


async def test_n_goes_from_run_to_run_of_a_filter(app: MltuiApp, settle) -> None:
    async def at(*keys: str) -> int:
        await pilot.press(*keys)
        await settle(pilot)
        return screen.place.master.cursor_row

    async with app.run_test(size=(160, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5", "slash")
        await settle(pilot)
        screen = await typed(pilot, settle, "name ~ 'run-(4|7|9)$'")
        await pilot.press("enter")
        await settle(pilot)
        assert [await at("n"), await at("n"), await at("n"), await at("N")] == [1, 2, 0, 2]
        assert await at("escape", "g") == 0
        assert len(shown(screen)) == 24
        assert [await at("n"), await at("n", "n"), await at("N"), await at("N", "N")] == [4, 9, 7, 9]
        await pilot.press("slash")
        await typed(pilot, settle, "metrics.auc > 2")
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert await at("n") == 9
        assert "nothing matches 'metrics.auc > 2'" in screen_text(app)


async def test_n_with_a_pattern_that_takes_too_long_says_so(app: MltuiApp, settle) -> None:
    async with app.run_test(size=(160, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        screen.filter_bar.last = ENDLESS
        await pilot.press("n")
        await settle(pilot)
        assert screen.place.master.cursor_row == 0
        assert "this pattern takes more than" in screen_text(app).splitlines()[-1]


async def test_n_goes_past_headings(app: MltuiApp, settle) -> None:
    async with app.run_test(size=(160, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        screen.place.look(replace(screen.place.view, group="attributes.status"))
        await settle(pilot)
        await pilot.press("slash")
        await typed(pilot, settle, "metrics.auc > 0")
        await pilot.press("enter", "g")
        await settle(pilot)
        visited = set()
        for _ in range(24):
            await pilot.press("n")
            await settle(pilot)
            visited.add(screen.place.master.cursor_key)
        assert visited == set(screen.place._items)
