"""`c`: runs side by side over the main screen."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sample_workspace import SampleWorkspace
from tui_fakes import churn

from churn_sample import HARE, LYNX, RUNS, TABLE, WHOLE
from mltui.config import Config
from mltui.model.life import Life
from mltui.present.compare import compare_rows
from mltui.tui.app import MltuiApp
from mltui.tui.screens.compare import CompareScreen
from mltui.tui.screens.main import MainScreen

CRANE = RUNS[1]


def lines(app: MltuiApp) -> list[str]:
    """What is on the screen."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


def row(app: MltuiApp, key: str) -> str:
    """The line of a key, blanks made one."""
    return next((" ".join(each.strip(" │┃").split()) for each in lines(app) if f" {key} " in each), "")


def sample(root: Path, **changes: Any) -> SampleWorkspace:
    long = {"lr": "0.2", "depth": "6", "notes": "one\ntwo\n" + "word " * 100}
    lynx = replace(LYNX, params=long)
    runs = tuple(lynx if each is LYNX else each for each in RUNS)
    return SampleWorkspace(
        root, Config(theme="dark", goals={"auc": "max"}), **{**WHOLE, "runs": replace(TABLE, runs=runs), **changes}
    )


async def marked(pilot: Any, settle: Any, *ids: str) -> MainScreen:
    """The Runs place with these runs marked."""
    await settle(pilot)
    await pilot.press("5")
    screen = await settle(pilot)
    screen.place.marks = frozenset(ids)
    return screen


@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_marked_runs_stand_side_by_side(tmp_path: Path, settle, size) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=size) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        assert isinstance(app.screen, CompareScreen)
        assert row(app, "key") == "key [◆ calm-lynx] stormy-hare"
        assert row(app, "auc") == "auc ★0.9470 0.9420 -0.0050 -0.5 %"
        assert row(app, "lr") == "lr 0.2 0.1 -0.1 -50.0 %"
        assert row(app, "depth") == "depth 6 6 ="
        assert "…" in row(app, "notes")
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)


async def test_all_keys_are_told_where_the_last_line_has_no_room_for_them(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        over = app.screen
        assert lines(app)[-1].rstrip().endswith("? help")
        assert "copy as Markdown" not in lines(app)[-1]
        await pilot.press("question_mark")
        await settle(pilot)
        assert any("Copy the whole comparison as Markdown." in each for each in lines(app))
        await pilot.press("question_mark")
        await settle(pilot)
        assert app.screen is over
        await pilot.press("slash", "question_mark")
        await settle(pilot)
        assert (app.screen, over.field.value) == (over, "?"), "in the field it is a letter"


async def test_only_differences_and_another_baseline(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("x")
        await settle(pilot)
        assert not row(app, "depth")
        assert row(app, "auc")
        await pilot.press("right", "b")
        await settle(pilot)
        assert row(app, "key") == "key [◆ stormy-hare] calm-lynx"
        assert row(app, "auc") == "auc 0.9420 ★0.9470 +0.0050 +0.5 %"
        await pilot.press("x", "right", "right")
        await settle(pilot)
        assert row(app, "depth")


async def test_keys_are_narrowed_and_esc_brings_them_back_before_it_leaves(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("slash", *"auc", "enter")
        await settle(pilot)
        assert row(app, "auc")
        assert row(app, "Metrics").startswith("Metrics 1 of ")
        assert app.screen.table.cursor_key == "metrics.auc"
        assert not row(app, "lr")
        await pilot.press("slash", *"nothing")
        await settle(pilot)
        assert any("no key holds 'aucnothing'" in each for each in lines(app))
        await pilot.press("escape")
        await settle(pilot)
        assert row(app, "lr")
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)


async def test_a_whole_value_and_copies(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("slash", *"notes", "enter", "enter")
        await settle(pilot)
        assert any("params.notes of calm-lynx" in each for each in lines(app))
        assert sum("word word" in each for each in lines(app)) > 2
        await pilot.press("escape", "y")
        await settle(pilot)
        assert app.clipboard == "one\ntwo\n" + "word " * 100
        assert "notes, 508 characters" in lines(app)[-1]
        await pilot.press("Y")
        await settle(pilot)
        assert app.clipboard.startswith("|  | calm-lynx ◆ | stormy-hare |\n| --- |")


async def test_values_of_a_running_run_come_in_and_the_cursor_stays(tmp_path: Path, settle) -> None:
    workspace = sample(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await marked(pilot, settle, CRANE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("down", "right")  # from the first value, which is below a heading
        await settle(pilot)
        at = app.screen.table.cursor_key
        assert at == "params.lr"
        later = replace(CRANE, metrics={"auc": 0.99, "fresh": 1.0})
        workspace.runs.becomes(replace(TABLE, runs=tuple(later if each is CRANE else each for each in RUNS)))
        screen.feeds.kick("runs")
        await settle(pilot)
        assert row(app, "auc").startswith("auc ★0.9900 0.9470") or "★0.9900" in row(app, "auc")
        assert row(app, "fresh")
        assert app.screen.table.cursor_key == at
        assert "[calm-lynx]" in row(app, "key")


async def test_a_dvc_experiment_beside_a_run(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await marked(pilot, settle, "e" * 40, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        assert "sandy-doe" in row(app, "key")
        assert "0.05" in row(app, "lr")


async def test_why_there_is_nothing_to_compare(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await marked(pilot, settle)
        await pilot.press("c")
        await settle(pilot)
        assert "mark 2 to 20 runs with space first" in lines(app)[-1]
        screen.place.marks = frozenset(f"{at:032x}" for at in range(21))
        await pilot.press("c")
        await settle(pilot)
        assert "21 runs are marked; 20 are the most to compare" in lines(app)[-1]
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("c")
        await settle(pilot)
        assert "History has nothing to compare" in lines(app)[-1]


async def test_twenty_runs_each_come_into_sight(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await marked(pilot, settle, *(f"{at:032x}" for at in range(20)))
        await pilot.press("c")
        await settle(pilot)
        for at in range(20):
            assert f"run-{at}]" in row(app, "key")
            assert row(app, "key").startswith("key ")
            await pilot.press("right")
            await settle(pilot)
        for at in reversed(range(19)):
            await pilot.press("left")
            await settle(pilot)
            assert f"run-{at}]" in row(app, "key")


def reversed_cells(app: MltuiApp) -> list[str]:
    """What the table draws reversed: the cell under the cursor."""
    strips = app.screen.table.render_lines(app.screen.table.size.region)
    found = [part for strip in strips for part in strip if part.style is not None and part.style.reverse]
    return [part.text.strip() for part in found]


async def test_one_cell_is_under_the_cursor_and_the_baseline_stays_in_sight(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(160, 45)) as pilot:
        await marked(pilot, settle, *(f"{at:032x}" for at in range(20)))
        await pilot.press("c")
        await settle(pilot)
        table = app.screen.table
        await pilot.press("down")
        await settle(pilot)
        assert len(reversed_cells(app)) == 1
        await pilot.press(*["right"] * 19)
        await settle(pilot)
        assert table.column == f"{19:032x}"
        assert len(reversed_cells(app)) == 1
        assert "◆ run-0" in row(app, "key")
        assert "[run-19]" in row(app, "key")


async def test_down_leaves_the_field_for_the_rows(tmp_path: Path, settle) -> None:
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("slash", *"auc", "down")
        await settle(pilot)
        assert app.screen.table.has_focus
        assert row(app, "auc")
        assert not row(app, "lr")


async def test_a_comparison_too_long_to_copy_says_where_it_is_had(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    long = replace(LYNX, params={"notes": "word " * 20_000})
    runs = tuple(long if each is LYNX else each for each in RUNS)
    app = MltuiApp(sample(tmp_path, runs=replace(TABLE, runs=runs)))
    async with app.run_test(size=(120, 36)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("Y")
        await settle(pilot)
        assert "mltui compare … --md prints it" in lines(app)[-1]


async def test_a_new_baseline_is_scrolled_to(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await marked(pilot, settle, *(f"{at:032x}" for at in range(20)))
        await pilot.press("c")
        await settle(pilot)
        await pilot.press(*["right"] * 9, "b")
        await settle(pilot)
        assert row(app, "key").startswith("key [◆ run-9] run-0 run-1")


async def test_rows_are_laid_out_beside_the_thread_that_draws(tmp_path: Path, settle, monkeypatch) -> None:
    threads = []

    def compared(*args: Any, **kwargs: Any) -> Any:
        threads.append(threading.current_thread())
        return compare_rows(*args, **kwargs)

    monkeypatch.setattr("mltui.tui.screens.compare.compare_rows", compared)
    app = MltuiApp(sample(tmp_path))
    async with app.run_test(size=(120, 36)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("x", "b", "slash", "l")
        await settle(pilot)
    assert len(threads) >= 4
    assert threading.current_thread() not in threads


async def test_a_run_that_is_deleted_or_gone_meanwhile_is_said_to_be_so(tmp_path: Path, settle) -> None:
    silent = replace(CRANE, status="RUNNING", end=None, life=Life("silent", None))
    there = tuple(silent if each is CRANE else each for each in RUNS)
    workspace = sample(tmp_path, runs=replace(TABLE, runs=there))
    app = MltuiApp(workspace)
    async with app.run_test(size=(160, 45)) as pilot:
        screen = await marked(pilot, settle, HARE.run_id, LYNX.run_id, CRANE.run_id)
        await pilot.press("c")
        await settle(pilot)
        assert "silent" in row(app, "status")
        assert not row(app, "lifecycle")
        left = [replace(each, lifecycle="deleted") if each is HARE else each for each in there if each is not LYNX]
        workspace.runs.becomes(replace(TABLE, runs=tuple(left)))
        screen.feeds.kick("runs")
        await settle(pilot)
        assert "silent" in row(app, "status")
        assert {"stormy-hare (deleted)", "calm-lynx (no longer there)"} <= set(" ".join(lines(app)).split("  "))
        assert "1 deleted" in lines(app)[0]
        assert "1 no longer there" in lines(app)[0]
        for word in ("deleted", "no longer there", "active"):
            assert word in row(app, "lifecycle")
        assert "0.9470" in row(app, "auc")


async def test_two_runs_of_long_names_have_room_in_80_columns(tmp_path: Path, settle) -> None:
    long = {each.run_id: replace(each, name=f"{at}{'n' * 40}") for at, each in enumerate((LYNX, HARE))}
    runs = tuple(long.get(each.run_id, each) for each in RUNS)
    app = MltuiApp(sample(tmp_path, runs=replace(TABLE, runs=runs)))
    async with app.run_test(size=(80, 24)) as pilot:
        await marked(pilot, settle, HARE.run_id, LYNX.run_id)
        await pilot.press("c")
        await settle(pilot)
        assert row(app, "auc") == "auc ★0.9470 0.9420 -0.0050 -0.5 %"
