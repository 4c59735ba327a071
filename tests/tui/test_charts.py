"""The charts beside the table of runs. The door is the store's reader, which counts what it is asked for."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace, SeriesReader

from churn_sample import RUNS, STORES
from mltui.config import Config
from mltui.errors import NotFound, Unreachable
from mltui.model.runs import Run, RunTable
from mltui.tui.app import MltuiApp
from mltui.tui.places.runs.charts import ChartsPage
from mltui.tui.places.runs.drawn_charts import MOST
from mltui.tui.places.runs.place import RunsPlace
from mltui.tui.screens.chooser import Chooser
from mltui.tui.widgets.charts.board import ChartBoard
from mltui.tui.widgets.charts.desk import Desk, Subject
from mltui.tui.widgets.charts.picture import Picture

SIZE = (160, 45)
STEPS = 40


class CountingReader(SeriesReader):
    """Notes which series were read; `failing` is raised instead."""

    def __init__(self, runs: tuple[Run, ...], series: Any) -> None:
        super().__init__(runs, series)
        self.read: list[str] = []
        self.failing: Exception | None = None
        self.written = 0
        self.whole: list[str] = []  # the runs that were read with all they have

    def run(self, run_id: str) -> Run:
        self.whole.append(run_id)
        return super().run(run_id)

    def logged_models(self, run_id: str) -> tuple[()]:
        return ()

    def traces(self, run_id: str) -> None:
        return None

    def fingerprint(self) -> int:
        return self.written

    def columns(self, run_id: str, key: str, former: Any = None) -> Any:
        self.read.append(key)
        if self.failing:
            raise self.failing
        return super().columns(run_id, key, former)


class ChartWorkspace(SampleWorkspace):
    """Runs whose metrics all have series, read through one reader."""

    def __init__(self, root: Path, runs: tuple[Run, ...], config: Config | None = None, **series: list[float]) -> None:
        super().__init__(root, config, runs=RunTable(runs, True, tuple(runs[0].metrics)), stores=STORES)
        every = {
            (run.run_id, key): series.get(key, [value * (1 - 0.9**at) for at in range(1, STEPS)])
            for run in runs
            for key, value in run.metrics.items()
        }
        self.door = CountingReader(runs, every)

    def reader(self, *, wait: bool = True) -> CountingReader:
        return self.door


def logged(*keys: str, at: int = 2, **changes: Any) -> Run:
    return replace(RUNS[at], metrics={key: 0.5 + place / 10 for place, key in enumerate(keys)}, **changes)


def shown(app: MltuiApp) -> str:
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


async def at_charts(pilot: Any, settle: Any, *keys: str) -> ChartsPage:
    await settle(pilot)
    await pilot.press("5")
    await settle(pilot)
    await pilot.press("C", "f")
    await settle(pilot)
    for key in keys:  # one that is typed before a chart is drawn has nothing to act on
        await pilot.press(key)
        await settle(pilot)
    return pilot.app.screen.query_one(ChartsPage)


async def test_every_metric_of_the_run_under_the_cursor_has_a_chart(tmp_path: Path, settle) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc", "loss", "val/acc"),)))
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        text = shown(app)
        for title in ("auc", "loss", "val/acc", "x step", "a━ calm-lynx"):
            assert title in text
        assert page.board.on_screen() == [0, 1, 2]


async def test_only_charts_on_screen_are_read(tmp_path: Path, settle) -> None:
    workspace = ChartWorkspace(tmp_path, (logged(*(f"metric/{at:04}" for at in range(5000))),))
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        assert set(workspace.door.read) == {f"metric/{at:04}" for at in page.board.on_screen()}
        assert len(set(workspace.door.read)) < 20
        await pilot.press("G")
        await settle(pilot)
        assert "metric/4999" in workspace.door.read
        assert "metric/2500" not in workspace.door.read


async def test_nothing_is_read_while_the_page_is_not_in_front(tmp_path: Path, settle) -> None:
    workspace = ChartWorkspace(tmp_path, (logged("auc", status="RUNNING", end=None),))
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        await pilot.press("1")
        await settle(pilot)
        workspace.door.read.clear()
        workspace.door.written += 1
        page._tick()
        await settle(pilot)
        assert not page.in_front()
        assert workspace.door.read == []


@pytest.mark.parametrize("paused", [False, True])
async def test_a_running_runs_chart_grows_unless_paused(tmp_path: Path, settle, paused: bool) -> None:
    workspace = ChartWorkspace(tmp_path, (logged("auc", status="RUNNING", end=None),))
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        if paused:
            await pilot.press("p")
        await settle(pilot)
        workspace.door._series[(RUNS[2].run_id, "auc")].append(7.125)
        workspace.door.written += 1
        for _ in range(3 if paused else 50):  # a look that was under way when it was written comes too early
            page._tick()
            await settle(pilot)
            if "7.125" in shown(app):
                break
        assert ("7.125" in shown(app)) is not paused


async def test_enter_shows_one_chart_and_esc_all_of_them(tmp_path: Path, settle) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc", "loss", "acc"),)))
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle, "j")
        await pilot.press("enter")
        await settle(pilot)
        assert page.board.single
        assert page.board.on_screen() == [1]
        await pilot.press("escape")
        await settle(pilot)
        assert not page.board.single
        assert page.board.selected == 1
        assert page.has_focus_within


async def test_the_cursor_says_the_values_of_all_runs_there(tmp_path: Path, settle) -> None:
    runs = (logged("auc"), logged("auc", at=3))
    workspace = ChartWorkspace(tmp_path, runs, auc=[at / 8 for at in range(STEPS)])
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("space", "space", "C", "f", "enter")
        await settle(pilot)
        await pilot.press("left", "left")
        await settle(pilot)
        assert "at step 38" in shown(app)
        assert shown(app).count("4.750") >= 2


def _drawn_again(*_: object) -> None:
    raise AssertionError("a worker is waited for")


async def test_a_step_of_the_cursor_draws_no_chart_anew(tmp_path: Path, settle, monkeypatch) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc", "loss"),)))
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle, "enter")
        assert not any("│" in each[12:-4] for each in shown(app).splitlines())
        monkeypatch.setattr(type(page._desk), "picture", _drawn_again)
        await pilot.press("left", "left")
        await settle(pilot)
        assert "at step 37" in shown(app)
        assert sum("│" in each[12:-4] for each in shown(app).splitlines()) > 5, "on the chart as well"


async def test_keys_change_how_it_is_drawn_and_the_line_above_says_so(tmp_path: Path, settle) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc"),)))
    async with app.run_test(size=SIZE) as pilot:
        await at_charts(pilot, settle, "x", "e", "e", "a", "i", "plus")
        assert "x relative time · log y · EMA 0.6 · outliers left out · zoomed" in shown(app)
        await pilot.press("w")
        await settle(pilot)
        assert "bars of last values" in shown(app)


async def test_steps_that_repeat_are_said(tmp_path: Path, settle) -> None:
    workspace = ChartWorkspace(tmp_path, (logged("auc"),))

    def repeating(run_id: str, key: str, limit: int | None = None) -> Any:
        points = SeriesReader.series(workspace.door, run_id, key)
        return tuple(point._replace(step=0) for point in points)

    workspace.door.series = repeating  # type: ignore[method-assign]
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await at_charts(pilot, settle)
        assert "steps repeat: relative time" in shown(app)
        assert "x relative time, where steps repeat" in shown(app), "the line above does not claim another axis"
        assert "out of order" not in shown(app), "only in the order of steps that repeat"


async def test_the_cursor_on_time_is_said_once(tmp_path: Path, settle) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc"),)))
    async with app.run_test(size=SIZE) as pilot:
        await at_charts(pilot, settle, "x", "right", "right")
        line = next(each for each in shown(app).splitlines() if "x relative time" in each)
        assert " · at " in line
        assert "at at" not in line


async def test_a_key_that_bars_do_not_have_says_so_and_is_not_offered(tmp_path: Path, settle) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc", "loss"),)))
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        assert "x x axis" in shown(app).splitlines()[-1]
        await pilot.press("w")
        await settle(pilot)
        last = shown(app).splitlines()[-1]
        assert "v metrics" in last
        assert "x axis" not in last
        assert "smooth" not in last
        before = page._look
        for key, word in (("x", "step"), ("e", "smooth"), ("right", "cursor"), ("plus", "zoom"), ("a", "log")):
            await pilot.press(key)
            await settle(pilot)
            last = shown(app).splitlines()[-1]
            assert "bars have no" in last, key
            assert word in last
        assert page._look == before


async def test_the_picker_shows_only_what_is_marked(tmp_path: Path, settle) -> None:
    workspace = ChartWorkspace(tmp_path, (logged("auc", "loss", "acc"),))
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        await pilot.press("v")
        await settle(pilot)
        assert isinstance(app.screen, Chooser)
        await pilot.press("l", "o", "s", "space", "enter")
        await settle(pilot)
        assert page.board.on_screen() == [0]
        assert "1 of 3 metrics" in shown(app)


async def test_runs_as_points_of_two_columns(tmp_path: Path, settle) -> None:
    runs = (logged("auc", params={"lr": "0.1"}), logged("auc", at=3, params={"lr": "much"}))
    app = MltuiApp(ChartWorkspace(tmp_path, runs))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("space", "space", "C", "f")
        await settle(pilot)
        await pilot.press("w", "w")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("a", "u", "c", "enter")
        await settle(pilot)
        text = shown(app)
        assert "metrics.auc over params.lr" in text
        assert "1 of 2 runs have no number in both columns" in text


async def test_of_more_runs_than_there_are_letters_the_first_are_drawn_and_the_page_says_so(
    tmp_path: Path, settle
) -> None:
    runs = tuple(logged("auc", run_id=f"{at:032x}", name=f"run-{at}", whole=False) for at in range(MOST + 3))
    workspace = ChartWorkspace(tmp_path, runs)
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("ctrl+a", "C")
        await settle(pilot)
        page = app.screen.query_one(ChartsPage)
        text = shown(app)
        assert f"Charts  {MOST} of {MOST + 3} runs, 1 metric" in text
        assert f"the first {MOST} in the table's order" in text
        place = app.screen.query_one(RunsPlace)
        assert page._subject is not None
        drawn = [run.run_id for run in page._subject.runs]
        assert drawn == [run.run_id for run in place.chosen()[:MOST]]
        assert sorted(set(workspace.door.whole)) == sorted(drawn)
        asked = len(workspace.door.whole)
        await pilot.press("j")
        await settle(pilot)
        assert len(workspace.door.whole) == asked  # nothing moved: nothing is read again
        page.action_zoom(True)
        await settle(pilot)
        assert "zoomed" in shown(app)
        await pilot.press("j")
        await settle(pilot)
        assert "zoomed" in shown(app), "they are the same runs"
        await pilot.press("ctrl+a")
        await settle(pilot)
        assert "in the table's order" not in shown(app)


async def test_metrics_that_only_experiments_have_are_no_lines(tmp_path: Path, settle) -> None:
    ran, tried = logged("auc"), logged("auc", "f1", at=3, run_id="exp-1", kind="exp")
    app = MltuiApp(ChartWorkspace(tmp_path, (ran, tried)))
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        page.show_runs((ran, tried))
        await settle(pilot)
        assert [chart.title for chart in page._charts()] == ["auc"]
        assert "Charts  2 runs, 1 of 2 metrics" in shown(app)
        page.action_look("next_kind")
        await settle(pilot)
        assert [chart.title for chart in page._charts()] == ["auc", "f1"], "bars have values of both"
        page._look_as(replace(page._look, kind="lines"))
        page.show_runs((tried,))
        await settle(pilot)
        assert "a DVC experiment has no metric series in MLflow; w shows the values as bars" in shown(app)


async def test_a_picture_that_comes_when_no_run_is_chosen_any_more_is_dropped(
    tmp_path: Path, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, picture = threading.Event(), threading.Event(), Desk.picture

    def slow(*asked: Any) -> Picture:
        begun.set()
        go_on.wait()
        return picture(*asked)

    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc"),)))
    try:
        async with app.run_test(size=SIZE) as pilot:
            page = await at_charts(pilot, settle)
            monkeypatch.setattr(Desk, "picture", slow)
            page._draw()
            while not begun.is_set():
                await pilot.pause(0.02)
            page._subject = Subject()
            page._hang()
            go_on.set()
            await settle(pilot)
            assert page.board.picture is None
            assert "last values" not in shown(app)
    finally:
        go_on.set()


async def test_a_run_without_metrics_says_so(tmp_path: Path, settle) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged(),)))
    async with app.run_test(size=SIZE) as pilot:
        await at_charts(pilot, settle)
        assert "this run has logged no metric" in shown(app)


async def test_a_server_that_does_not_answer_is_said_and_the_last_picture_stays(tmp_path: Path, settle) -> None:
    workspace = ChartWorkspace(tmp_path, (logged("auc"),))
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)
        workspace.door.failing = Unreachable("http://server does not answer", "is it running?")
        page.show_runs((logged("auc"),))
        await settle(pilot)
        text = shown(app)
        assert "http://server does not answer" in text
        assert "┤" in text


async def test_a_run_that_was_deleted_meanwhile(tmp_path: Path, settle) -> None:
    workspace = ChartWorkspace(tmp_path, (logged("auc", whole=False),))
    app = MltuiApp(workspace)
    async with app.run_test(size=SIZE) as pilot:
        page = await at_charts(pilot, settle)

        def gone(run_id: str) -> Run:
            raise NotFound(f"there is no run {run_id}")

        workspace.door.run = gone  # type: ignore[method-assign]
        page.show_runs((logged("auc", whole=False),))
        await settle(pilot)
        assert "no longer there" in shown(app)


async def test_in_ascii_all_of_it_is_ascii(tmp_path: Path, settle) -> None:
    runs = (logged("auc", "loss", at=2), logged("auc", "loss", at=3))
    app = MltuiApp(ChartWorkspace(tmp_path, runs, Config(theme="dark", ascii=True)))
    async with app.run_test(size=SIZE) as pilot:
        await at_charts(pilot, settle, "e", "right")
        assert shown(app).isascii()


async def test_small_screens_show_the_charts_alone(tmp_path: Path, settle) -> None:
    app = MltuiApp(ChartWorkspace(tmp_path, (logged("auc", "loss"),)))
    async with app.run_test(size=(80, 24)) as pilot:
        page = await at_charts(pilot, settle)
        assert page.size.width == 80
        assert app.screen.query_one(ChartBoard).on_screen() == [0, 1]
        last = shown(app).splitlines()[-1]
        assert all(word in last for word in ("→ cursor", "v metrics", "w kind", "? help")), last


async def test_the_table_says_which_letter_is_which_run(tmp_path: Path, settle) -> None:
    runs = tuple(logged("auc", run_id=f"{at:032x}", name=f"run-{at}") for at in range(3))
    app = MltuiApp(ChartWorkspace(tmp_path, runs))
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("space", "space")
        await settle(pilot)

        def signs() -> list[str]:
            names = [each for each in shown(app).splitlines() if "run-" in each[:40]]
            return [each.split("run-")[0].strip("│ ")[:1] for each in names]

        assert signs()[:2] == ["»", "»"]
        await pilot.press("C")
        await settle(pilot)
        assert signs()[:2] == ["a", "b"]
        await pilot.press("C")
        await settle(pilot)
        assert signs()[:2] == ["»", "»"]
