"""`T` and the Overview's chart: the primary metric over the history."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tui_fakes import NOW, FakeWorkspace, churn

from mltui.config import Config
from mltui.errors import NotFound
from mltui.model.regressions import judged, stepped
from mltui.model.trend import DataChange, TagMark, TimeLine, Trend, TrendPoint
from mltui.present import trend_chart
from mltui.sources.places import Project
from mltui.tui.app import MltuiApp
from mltui.tui.screens.chooser import Chooser
from mltui.tui.screens.difference import DifferenceScreen
from mltui.tui.screens.trend import TrendScreen
from mltui.tui.widgets.chart import ChartView

DAY = 86_400_000
VALUES = (0.9, 0.901, 0.899, 0.902, 0.9, 0.898, 0.9, 0.901, 0.8, 0.801, 0.799, 0.8)
FIRST_BAD = 8


def history(commits: list[str], values: tuple[float, ...] = VALUES) -> Trend:
    """A value at each of the newest commits, older ones first; the last four got worse."""
    line = TimeLine(tuple(commits), tuple(NOW - (len(commits) - at) * DAY for at in range(len(commits))))
    start = len(commits) - len(values)
    points = tuple(
        TrendPoint(start + at, line.shas[start + at], line.times[start + at], value, (f"r{at}",))
        for at, value in enumerate(values)
    )
    series = (stepped("runs", points),)
    found, why = judged(series, "max")
    bad = start + FIRST_BAD
    data = (DataChange(bad, line.shas[bad], "data/customers.csv", "md5:ab", 2, 1),)
    return Trend("auc", "max", line, series, (TagMark(start + 4, line.shas[start + 4], "v1.0"),), data, found, why)


def sample(root: Path, found: bool = True) -> FakeWorkspace:
    workspace = churn(root, config=Config(theme="dark", goals={"auc": "max"}, primary="auc"))
    workspace.project = Project(root, root, git_dir=root, common_dir=root)
    commits = [each.sha for each in reversed(workspace.history.value.commits)]  # type: ignore[attr-defined]
    workspace.trend.found = history(commits) if found else None
    return workspace


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def bad_commit(workspace: FakeWorkspace) -> str:
    found = workspace.trend.found
    assert found is not None
    assert found.regressions
    return found.regressions[0].first_bad.commit


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_trend_opens_at_the_regression_and_says_what_changed(tmp_path: Path, settle, size) -> None:
    workspace = sample(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        assert isinstance(app.screen, TrendScreen)
        shown = text(app)
        assert "auc over history" in shown
        assert "1 regression" in shown
        assert "v1.0" in shown
        assert "◆ v2" in shown
        assert "▼" in shown
        assert f"{bad_commit(workspace)[:7]}  " in shown
        assert "lr 0.1 → 0.5" in shown
        assert "first bad" in shown


async def test_runs_whose_place_is_not_known_yet_are_drawn_and_the_join_is_asked_for(
    tmp_path: Path, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mltui.tui.places.overview.FEW_TO_JOIN", 0)  # else the Overview asks for it
    workspace = sample(tmp_path)
    found = workspace.trend.found
    assert found is not None
    series = tuple(stepped(one.name, [replace(point, how="recorded") for point in one.points]) for one in found.series)
    workspace.trend.found = replace(found, series=series, regressions=judged(series, "max")[0], joined=False)
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.screen.lineage is None, "nobody asked for it"
        await pilot.press("T")
        await settle(pilot)
        told = " ".join(text(app).split())
        assert "runs made at this commit; what they ran with may have been committed later" in told
        assert app.screen_stack[-2].lineage is not None
        assert len(workspace.trend.asked) >= 3, "of the Overview, of this, and once more where the join was read"


async def test_all_keys_are_told(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        over = app.screen
        assert text(app).rstrip().endswith("? help")
        await pilot.press("question_mark")
        await settle(pilot)
        assert "To the next older regression" in text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is over


async def test_the_cursor_goes_from_commit_to_commit_and_enter_to_the_commit_in_history(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    found = workspace.trend.found
    assert found is not None
    shas = [point.commit for point in found.points]
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        for key, at in (("left", FIRST_BAD - 1), ("home", 0), ("right", 1), ("end", 11), ("shift+left", 1), ("n", 8)):
            await pilot.press(key)
            await settle(pilot)
            assert shas[at][:7] in text(app), key
            assert f"subject of {shas[at][-4:]}" in text(app), key
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen is screen
        assert screen.place.title == "History"
        assert screen.place.selected() == shas[FIRST_BAD]


async def test_escape_leaves_everything_as_it_was(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        before = screen.spot()
        await pilot.press("T", "escape")
        await settle(pilot)
        assert app.screen is screen
        assert screen.spot() == before


async def test_another_metric_and_what_merges_brought_in(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        await pilot.press("b")
        await settle(pilot)
        assert workspace.trend.asked[-1] == ("auc", True)
        assert "merged ones too" in text(app)
        await pilot.press("m")
        await settle(pilot)
        assert isinstance(app.screen, Chooser)
        await pilot.press(*"metrics.json")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert workspace.trend.asked[-1] == ("metrics.json:f1", True)
        assert "metrics.json:f1 over history" in text(app)


async def test_what_is_typed_behind_m_goes_to_the_list_of_metrics(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    asked, go_on, keys = threading.Event(), threading.Event(), workspace.trend.keys

    def slow() -> Any:
        asked.set()
        go_on.wait(120)
        return keys()

    workspace.trend.keys = slow  # type: ignore[method-assign]
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        await pilot.press("m", *"json", "enter")
        assert await asyncio.to_thread(asked.wait, 120)
        await pilot.pause()
        go_on.set()
        await settle(pilot)
        assert isinstance(app.screen, TrendScreen)
        assert workspace.trend.asked[-1] == ("metrics.json:f1", False)


async def test_a_chart_that_is_drawn_when_its_history_can_not_be_read_any_more_is_dropped(
    tmp_path: Path, settle, monkeypatch
) -> None:
    workspace = sample(tmp_path)
    begun, go_on, draw = threading.Event(), threading.Event(), trend_chart.draw_trend

    def slow(*asked: Any) -> Any:
        begun.set()
        go_on.wait(120)
        return draw(*asked)

    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        over = app.screen
        assert isinstance(over, TrendScreen)
        monkeypatch.setattr(trend_chart, "draw_trend", slow)
        over._paint_soon()
        assert await asyncio.to_thread(begun.wait, 120)
        workspace.trend.found = None
        over._moved()
        while "no git repository here" not in text(app):
            await pilot.pause(0.02)
        go_on.set()
        await settle(pilot)
        assert not over._view("chart").lines


async def test_a_history_that_can_not_be_read_says_why(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path, found=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        assert "no git repository here" in text(app)
        await pilot.press("left", "n", "enter", "y", "Y", "end")
        await settle(pilot)
        assert isinstance(app.screen, TrendScreen)


async def test_without_git_the_key_says_so(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        assert app.screen is screen
        assert "no git history" in screen.footer.word


async def test_the_overviews_chart_says_whose_curves_its_letters_are(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    found = workspace.trend.found
    assert found is not None
    second = replace(found.series[0], name="metrics/train.json")
    workspace.trend.found = replace(found, series=(*found.series, second), regressions=())
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        assert screen.query_one(ChartView).title_text == "auc over history  a runs  b metrics/train.json"


async def test_the_overviews_chart_is_the_trend_and_enter_on_it_opens_it(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        chart = screen.query_one(ChartView)
        assert chart.title_text == "auc over history  ▼ 1 regression"
        assert any("◆ v2" in "".join(span.text for span in line) for line in chart.lines)
        assert screen.focused is not chart
        asked = len(workspace.trend.asked)
        workspace.models.becomes(workspace.models.value)  # type: ignore[attr-defined]
        screen.feeds.kick(force=True)
        await settle(pilot)
        assert len(workspace.trend.asked) == asked, "nothing that it shows moved"
        table = workspace.runs.value  # type: ignore[attr-defined]
        runs = (replace(table.runs[0], metrics={"auc": 0.5}), *table.runs[1:])
        workspace.runs.becomes(replace(table, runs=runs))  # type: ignore[attr-defined]
        screen.feeds.kick(force=True)
        await settle(pilot)
        assert len(workspace.trend.asked) == asked + 1
        chart.focus()
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, TrendScreen)


async def test_without_a_history_the_overviews_chart_is_that_of_the_newest_runs(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path, found=False))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await settle(pilot)
        assert "newest" in screen.query_one(ChartView).title_text


async def test_why_the_commits_of_a_regression_differ(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    asked: list[Any] = []

    def differ(old: Any, new: Any, *_: Any) -> Any:
        asked.append((old.commit, new.commit))
        raise NotFound("nothing is known of them")

    workspace.differ = SimpleNamespace(difference=differ, stop=lambda: None)  # type: ignore[attr-defined]
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert isinstance(app.screen, DifferenceScreen)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, TrendScreen)
        await pilot.press("home", "d")
        await settle(pilot)
        assert isinstance(app.screen, TrendScreen)
        assert "no commit before" in text(app)
    found = workspace.trend.found
    assert found is not None
    (each,) = found.regressions or ()
    assert asked == [(each.last_good.commit, each.first_bad.commit)]


async def test_ascii_terminals_have_ascii_marks(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    workspace.config = replace(workspace.config, ascii=True)
    app = MltuiApp(workspace)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("T")
        await settle(pilot)
        shown: Any = text(app)
        assert shown.isascii()
        assert "+ v2" in shown
