"""What keys.toml says acts, and is what everything names: footer, palette, help, bar, panels, empty places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_workspace import SampleWorkspace

from churn_sample import WHOLE
from mltui.config import Config, Rebound
from mltui.model import key_names
from mltui.model.part import Part
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.places.missing import no_job
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.palette import palette_options
from mltui.tui.screens.reading import ReadingScreen, help_lines


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    key_names.use({})


def app_of(root: Path, keys: dict[str, str]) -> MltuiApp:
    lines = tuple(Rebound(id, tuple(key.split()), "keys.toml:1") for id, key in keys.items())
    return MltuiApp(SampleWorkspace(root, Config(theme="dark", goals={"auc": "max"}, rebound=lines), **WHOLE))


def rows(app: MltuiApp) -> list[str]:
    return ["".join(part.text for part in strip) for strip in app.screen._compositor.render_strips()]


async def test_the_new_key_acts_and_the_old_one_does_not(tmp_path: Path, settle) -> None:
    app = app_of(tmp_path, {"help": "f1", "place.5": "F", "pause": ""})
    async with app.run_test(size=(120, 36)) as pilot:
        main = await settle(pilot)
        await pilot.press("question_mark", "5", "p")
        await settle(pilot)
        assert app.screen is main
        assert main.place.title == "Overview"
        assert not main.feeds.paused
        await pilot.press("F")
        await settle(pilot)
        assert main.place.title == "Runs"
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, ReadingScreen)


async def test_drawing_again_has_its_own_key_under_a_dialog_too(tmp_path: Path, settle) -> None:
    """There the key was fixed: keys.toml gave it away, and it went on acting."""
    app = app_of(tmp_path, {"redraw": "f8"})
    drawn: list[str] = []
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        app.forget_shown = lambda: drawn.append(type(app.screen).__name__)
        await pilot.press("question_mark")
        await settle(pilot)
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert drawn == []
        await pilot.press("f8")
        await settle(pilot)
        assert drawn == ["ReadingScreen"]


async def test_everything_that_names_a_key_names_the_new_one(tmp_path: Path, settle) -> None:
    app = app_of(tmp_path, {"help": "f1", "retrain": "ctrl+e", "promote": "f7", "place.5": "F", "stop": ""})
    async with app.run_test(size=(120, 36)) as pilot:
        main: MainScreen = await settle(pilot)
        shown = rows(app)
        assert "ctrl+e retrain" in shown[-1]
        assert "f1 help" in shown[-1]
        assert " F Runs" in shown[1]
        assert any("f7 promote" in row for row in shown[2:-1])
        told = [plain(each) for each in help_lines()]
        assert any(each.startswith("ctrl+e ") and "Run the stages that are not fresh" in each for each in told)
        assert any(each.startswith("palette ") and "Stop the job under the cursor" in each for each in told)
        options = {each.key: each.before for each in palette_options(main)}
        assert (options["retrain"], options["stop"]) == ("ctrl+e", "")
        nothing = no_job({"jobs": Part("jobs", (), None, 1), "pipeline": main.pipeline})
        assert "ctrl+e retrains the pipeline." in [plain(each) for each in nothing]


async def test_a_key_that_a_panel_acts_on_itself_is_rebound_there(tmp_path: Path, settle) -> None:
    app = app_of(tmp_path, {"charts.kind": "ctrl+e", "page.charts": "f6"})
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("f6", "f", "w")
        main = await settle(pilot)
        (page,) = main.query("ChartsPage")
        assert page._look.kind == "lines"
        await pilot.press("ctrl+e")
        await settle(pilot)
        assert page._look.kind == "bars"
        assert any(row.startswith("ctrl+e ") and "Lines, bars" in row for row in map(plain, help_lines()))


async def test_a_project_that_is_opened_later_has_the_keys_of_then(tmp_path: Path, settle) -> None:
    app = app_of(tmp_path, {"place.5": "F"})
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        app.open(app_of(tmp_path, {"place.4": "f9"}).workspace)
        await settle(pilot)
        main = app.screen
        assert isinstance(main, MainScreen)
        await pilot.press("F")
        await settle(pilot)
        assert main.place.title == "Overview"
        await pilot.press("f9")
        await settle(pilot)
        assert main.place.title == "Pipeline"
        assert " 5 Runs" in rows(app)[1]


async def test_another_app_of_this_process_has_its_own_keys(tmp_path: Path, settle) -> None:
    app_of(tmp_path, {"help": "f1"})
    app = app_of(tmp_path, {})
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        assert "? help" in rows(app)[-1]
