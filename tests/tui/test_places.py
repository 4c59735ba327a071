"""The seven places on fake parts (the door is `Source`): what they show, where keys lead, what emptiness says."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sample_workspace import SampleWorkspace, SeriesReader
from tui_fakes import NOW as FROZEN

from churn_sample import HARE, LYNX, NOW, PIPELINE, RUNS, SHA, TABLE, WHOLE
from mltui.errors import Unreadable
from mltui.model.git import History
from mltui.model.runs import RunTable, Store
from mltui.present.overview import TREND
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.places.registry import PLACES
from mltui.tui.screens.main import MainScreen
from mltui.tui.widgets.chart import ChartView
from mltui.tui.widgets.door import Door
from mltui.tui.widgets.lines import LinesView
from mltui.tui.widgets.table import VirtualTable


def some(*names: str, **changes: Any) -> dict[str, Any]:
    """The sample project with only these sources."""
    return {name: WHOLE[name] for name in (*names, "series")} | changes


def shown(screen: Any) -> list[str]:
    """The ids of the panels that are displayed, from top to bottom."""
    return [panel.id for panel in screen.place.query("#panels > *") if panel.display]


def text_of(widget: LinesView) -> str:
    return "\n".join(map(plain, widget.lines))


def cells(table: VirtualTable, column: str) -> list[str]:
    at = [each.key for each in table.columns].index(column)
    return [plain(table.rows.row(row).cells[at]) for row in range(len(table.rows))]


def test_the_sample_is_frozen_at_the_moment_of_the_tests() -> None:
    assert NOW == FROZEN


async def test_overview_shows_every_panel_of_a_whole_project(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert shown(screen) == ["needs", "holders", "pipeline", "chart", "newest"]
        place = screen.place
        assert cells(place.table("needs"), "what") == ["train", "evaluate", "lazy-fox"]
        champion, came_from, challenger = cells(place.table("holders"), "holder")
        assert champion.startswith("churn/4 @champion")
        assert came_from == "  3f2a1c9 · run stormy-hare"
        assert challenger.startswith("churn/5 @challenger")
        assert text_of(place.query_one(Door)).startswith("✓ prepare ── ✓ validate ── ~ train ── ≈ evaluate\n")
        assert any("\u2800" < char <= "\u28ff" for char in text_of(place.query_one(ChartView)))
        assert cells(place.table("newest"), "metrics.auc-champion")[:4] == ["-", "-0.0110", "-0.0070", "+0.0050"]
        assert len(cells(place.table("newest"), "trend")[1]) == TREND
        needs, holders = place.table("needs").region, place.table("holders").region
        assert (needs.y, needs.height) == (holders.y, holders.height)
        assert needs.right <= holders.x


async def test_on_a_small_screen_the_first_two_panels_are_whole_and_tab_reaches_the_rest(
    tmp_path: Path, settle
) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await settle(pilot)
        place = screen.place
        body = screen.query_one("#panels").region
        for key in ("needs", "holders"):
            table = place.table(key)
            assert body.contains_region(table.region)
            assert table.region.height >= len(table.rows) + 2
        assert not body.contains_region(place.table("newest").region)
        for _ in range(4):
            await pilot.press("tab")
        await settle(pilot)
        assert screen.focused is place.table("newest")
        assert body.contains_region(place.table("newest").region)


async def test_resizing_puts_panels_one_under_another_and_back(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        place = screen.place
        await pilot.resize_terminal(100, 40)
        await settle(pilot)
        assert place.table("needs").region.x == place.table("holders").region.x
        await pilot.resize_terminal(160, 50)
        await settle(pilot)
        assert place.table("needs").region.x < place.table("holders").region.x


async def test_a_screen_that_becomes_wide_shows_the_detail_of_the_row(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        screen = await settle(pilot)
        assert not screen.place.detail_shown()
        await pilot.resize_terminal(120, 36)
        await settle(pilot)
        assert screen.place.pane.lines


@pytest.mark.parametrize(
    ("sources", "panels", "empty"),
    [
        (("git", "history"), ["needs", "commits"], {3, 4, 5, 6, 7}),
        (("pipeline",), ["needs", "pipeline"], {2, 5, 6, 7}),
        (("pipeline", "git", "history", "experiments"), ["needs", "pipeline", "newest", "commits"], {6, 7}),
        (("runs", "stores"), ["needs", "chart", "newest"], {2, 3, 4, 6, 7}),
        (("runs", "stores", "models"), ["needs", "holders", "chart", "newest"], {2, 3, 4, 7}),
    ],
)
async def test_what_is_not_there_leaves_no_box(tmp_path: Path, settle, sources, panels, empty) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **some(*sources)))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert screen.place.number == 1
        assert shown(screen) == panels
        assert {known.number for known in PLACES.values() if known.missing(screen.parts())} == empty


async def test_an_empty_place_says_what_is_missing_and_the_command_that_fills_it(tmp_path: Path, settle) -> None:
    said = {}
    app = MltuiApp(SampleWorkspace(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        for number in range(1, 8):
            await pilot.press(str(number))
            screen = await settle(pilot)
            said[number] = text_of(screen.place.query_one("#empty", LinesView))
    for number, words in {
        1: ("Nothing of git, DVC or MLflow here", "mltui demo DIR"),
        2: ("No git repository", "git init"),
        3: ("No DVC project", "dvc init"),
        4: ("No DVC project", "dvc init"),
        5: ("No MLflow store", "mltui --store"),
        6: ("No registered model", "mlflow.register_model"),
        7: ("Nothing was started from here yet.", "No DVC project", "dvc init"),
    }.items():
        assert all(word in said[number] for word in words), said[number]


async def test_emptiness_is_told_by_what_is_there_already(tmp_path: Path, settle) -> None:
    bare = replace(PIPELINE, stages=(), datasets=())
    values = some("git", "stores", pipeline=bare, history=History((), True))
    app = MltuiApp(SampleWorkspace(tmp_path, **values))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        said = {known.number: "\n".join(map(plain, known.missing(screen.parts()))) for known in PLACES.values()}
    makes = {2: "git commit", 3: "dvc add", 4: "dvc stage add", 5: "mlflow.start_run()", 7: "dvc stage add"}
    for number, words in makes.items():
        assert words in said[number]
    assert "R retrains" not in said[7]


async def test_what_can_not_be_read_is_said_with_its_hint(tmp_path: Path, settle) -> None:
    broken = Unreadable("dvc.yaml: line 3 is \x1b[2J broken", "mend it")
    app = MltuiApp(SampleWorkspace(tmp_path, **some("git", "history", pipeline=broken)))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert cells(screen.place.table("needs"), "why") == ["dvc.yaml: line 3 is ␛[2J broken  mend it"]
        await pilot.press("4")
        screen = await settle(pilot)
        assert text_of(screen.place.query_one("#empty", LinesView)) == "dvc.yaml: line 3 is ␛[2J broken\nmend it"


@pytest.mark.parametrize(
    ("steps", "number", "key"),
    [
        (("enter",), 4, "train"),
        (("down", "down", "enter"), 5, RUNS[0].run_id),
        (("tab", "enter"), 6, "churn/4"),
        (("tab", "tab", "enter"), 4, "train"),
        (("tab", "tab", "tab", "tab", "down", "enter"), 5, RUNS[1].run_id),
    ],
)
async def test_enter_goes_where_the_panel_points(tmp_path: Path, settle, steps, number, key) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press(*steps)
        screen = await settle(pilot)
        assert (screen.place.number, screen.place.selected()) == (number, key)


async def test_nothing_needs_you_is_said(tmp_path: Path, settle) -> None:
    calm = RunTable(RUNS[2:5], True, TABLE.metric_keys)
    fresh = replace(PIPELINE, stages=PIPELINE.stages[:2])
    app = MltuiApp(SampleWorkspace(tmp_path, **{**WHOLE, "runs": calm, "pipeline": fresh}))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        table = screen.place.table("needs")
        assert len(table.rows) == 0
        assert table.placeholder == "✓ Nothing needs you: 2 stages, none stale; no newest run failed"


async def detail(app: MltuiApp, pilot: Any, settle: Any, *keys: str) -> str:
    await settle(pilot)
    await pilot.press(*keys)
    screen = await settle(pilot)
    return text_of(screen.place.pane)


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (("2",), ("Tune depth", "Runs made at this commit", "calm-lynx", "could not be read")),
        (("3",), ("✓ fresh", "committed   as v3", "not there: dvc fetch")),
        (("4", "right", "right"), ("~ stale", "0.1 → 0.05", "python src/train.py")),
        (("5", "down", "down", "down"), ("✓ finished", "churn/5 @challenger", "against churn/4", "▁")),
        (("6",), ("Champion 4 against challenger 5", "+0.0050", "@champion", "Who will leave?")),
        (("6", "down", "down"), ("@champion", "3f2a1c9 · lr=0.1 depth=6 · run stormy-hare", "Who will leave?")),
    ],
)
async def test_details(tmp_path: Path, settle, keys, wanted) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        text = await detail(app, pilot, settle, *keys)
        assert all(word in text for word in wanted), text


async def test_a_server_is_not_asked_for_a_series_of_every_run(tmp_path: Path, settle, monkeypatch) -> None:
    asked: list[tuple[str, str]] = []

    def series(self: object, run_id: str, key: str, limit: int | None = None) -> tuple[()]:
        asked.append((run_id, key))
        return ()

    monkeypatch.setattr(SeriesReader, "store", Store("http://server", "rest", "flag", True))
    monkeypatch.setattr(SeriesReader, "series", series)
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    workspace.artifacts = SimpleNamespace(logged_models=lambda *_: ())  # type: ignore[attr-defined]  # a fake server's
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert asked == []
        assert "trend" not in [column.key for column in screen.place.table("newest").columns]
        await detail(app, pilot, settle, "5", "down", "down", "down")
        assert (LYNX.run_id, "auc") in asked
        assert {key for _, key in asked} == {"auc"}


async def test_hostile_and_endless_names_break_nothing(tmp_path: Path, settle) -> None:
    name = "\x1b]0;pwned\x07[red]" + "x" * 300
    odd = (
        replace(
            HARE, run_id="1" * 32, name=name, metrics={"auc": float("nan"), "[b]": float("inf")}, params={"p\n": "1\n2"}
        ),
        replace(LYNX, run_id="2" * 32, name="", problem="mlruns/1/[x]/meta.yaml: \x1b not YAML"),
    )
    models = (replace(WHOLE["models"][0], name=name, versions=(replace(WHOLE["models"][0].versions[0], model=name),)),)
    commits = (replace(WHOLE["history"].commits[0], subject=name, author=name),)
    values = {**WHOLE, "runs": RunTable(odd, True, ("auc", "[b]")), "models": models, "history": History(commits, True)}
    app = MltuiApp(SampleWorkspace(tmp_path, **values))
    async with app.run_test(size=(80, 24)) as pilot:
        for number in "1234567":
            await pilot.press(number)
            await settle(pilot)
            picture = app.export_screenshot()
            assert "\x1b" not in picture
            assert "\x07" not in picture
        text = await detail(app, pilot, settle, "5", "end", "enter")
        assert "[x]/meta.yaml: ␛ not YAML" in text


async def test_a_store_that_can_not_be_opened_is_a_problem_not_an_end(tmp_path: Path, settle) -> None:
    broken = Unreadable("mlflow.db: database disk image is malformed")
    workspace = SampleWorkspace(tmp_path, **{**WHOLE, "runs": broken, "models": broken})

    def reader(*, wait: bool = True) -> SeriesReader:
        raise broken

    workspace.reader = reader
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        assert any("malformed" in why for why in cells(screen.place.table("needs"), "why"))
        await pilot.press("5", "enter")
        await settle(pilot)
        assert screen.place.master.title_text == "Runs  1  ✗ mlflow.db: database disk image is malformed"
    assert app.return_code in (None, 0)


async def test_a_failed_refresh_keeps_what_was_read(tmp_path: Path, settle) -> None:
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        workspace.runs.becomes(Unreadable("mlflow.db is locked", "wait"))
        screen.feeds.kick()
        await settle(pilot)
        assert "mlflow.db is locked  wait" in cells(screen.place.table("needs"), "why")
        assert len(screen.place.table("newest").rows) > 10


async def test_a_refresh_moves_no_cursor(tmp_path: Path, settle) -> None:
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        table = screen.place.table("newest")
        table.focus()
        await pilot.press("down", "down", "down")
        await settle(pilot)
        key = table.cursor_key
        newer = replace(RUNS[1], run_id="9" * 32, name="newest", start=NOW)
        workspace.runs.becomes(RunTable((newer, *RUNS), True, TABLE.metric_keys))
        screen.feeds.kick()
        await settle(pilot)
        assert cells(table, "attributes.name")[0] == "newest"
        assert table.cursor_key == key


async def test_the_cursor_starts_on_top_whatever_arrives_first(tmp_path: Path, settle) -> None:
    workspace = SampleWorkspace(tmp_path, **WHOLE)
    slow = threading.Event()
    load = workspace.pipeline.load
    workspace.pipeline.load = lambda: slow.wait(120) and load()
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        while not isinstance(app.screen, MainScreen) or not app.screen.query("#needs"):
            await pilot.pause()
        table = app.screen.query_one("#needs", VirtualTable)
        while table.cursor_key is None:
            await pilot.pause()
        assert cells(table, "what") == ["lazy-fox"]
        slow.set()
        await settle(pilot)
        assert cells(table, "what") == ["train", "evaluate", "lazy-fox"]
        assert table.cursor_row == 0


async def test_copying_on_the_overview_gives_the_id_of_the_thing(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await settle(pilot)
        await pilot.press("down", "down")
        await settle(pilot)
        assert screen.place.copy_id() == RUNS[0].run_id
        await pilot.press("tab")
        await settle(pilot)
        assert screen.place.copy_id() == "churn/4"


async def test_commits_name_what_came_out_of_them(tmp_path: Path, settle) -> None:
    app = MltuiApp(SampleWorkspace(tmp_path, **WHOLE))
    async with app.run_test(size=(160, 36)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        screen = await settle(pilot)
        assert cells(screen.place.master, "made")[:2] == ["3 runs · churn/5 +1", "1 run · customers.csv v3"]
        assert screen.place.selected() == SHA[0]
