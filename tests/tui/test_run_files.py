"""The pages `artifacts` and `log` of the Runs place, over real files; the store is a fake that knows its runs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input
from tui_fakes import FakeWorkspace, churn

from mltui.config import Config
from mltui.present.text import plain
from mltui.sources.logs import LogsSource
from mltui.sources.mlflow.artifacts import ArtifactsSource
from mltui.tui.app import MltuiApp
from mltui.tui.places.runs.artifacts import ArtifactsPage
from mltui.tui.places.runs.log import LogPage
from mltui.tui.screens.asking_text import AskText
from mltui.tui.widgets.lines import LinesView


@pytest.fixture
def project(tmp_path: Path) -> FakeWorkspace:
    """Runs of which the newest has logged files."""
    workspace = churn(tmp_path)
    config = Config(run_logs=(str(tmp_path / "logs" / "*.log"),))
    workspace.artifacts = ArtifactsSource(workspace.project, config)  # type: ignore[attr-defined]
    workspace.logs = LogsSource(workspace.project, config, workspace.runner)  # type: ignore[attr-defined]
    top = tmp_path / "mlruns" / "1" / f"{0:032x}" / "artifacts"
    (top / "model").mkdir(parents=True)
    (top / "model" / "weights.json").write_text('{"bias": 1}')
    (top / "notes.md").write_text("# Notes")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "train.log").write_text("epoch 1\n")
    return workspace


def lines(view: LinesView) -> list[str]:
    return [plain(each) for each in view.lines]


def names(page: ArtifactsPage) -> list[str]:
    table = page.tree_table
    return [plain(table.rows.row(at).cells[0]) for at in range(len(table.rows))]


async def test_the_tree_unfolds_and_previews(project: FakeWorkspace, settle: Any) -> None:
    app = MltuiApp(project)  # type: ignore[arg-type]
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("A")
        screen = await settle(pilot)
        page = screen.place.query_one(ArtifactsPage)
        page.enter()
        assert names(page) == ["+ model/", "  notes.md"]
        await pilot.press("right")
        await settle(pilot)
        assert names(page) == ["- model/", "    weights.json", "  notes.md"]
        await pilot.press("down")
        await settle(pilot)
        assert lines(page.preview) == ["{", '  "bias": 1', "}"]
        assert screen.place.copy_id().endswith("artifacts/model/weights.json")
        await pilot.press("left", "left")
        await settle(pilot)
        assert names(page) == ["+ model/", "  notes.md"]
        assert "2 files" in page.tree_table.title_text
        table = page.tree_table
        assert [plain(table.rows.row(at).cells[1]) for at in range(2)] == ["11 B", "7 B"]
        assert "o open or copy" in app.screen._compositor.render_strips()[-1].text


async def test_a_long_name_leaves_the_log_its_number_file_and_time(
    project: FakeWorkspace, settle: Any, tmp_path: Path
) -> None:
    (tmp_path / "logs" / "other.log").write_text("x\n")
    table = project.runs.value  # type: ignore[attr-defined]
    long = tuple(replace(run, name="n" * 300) for run in table.runs)
    project.runs.becomes(replace(table, runs=long))  # type: ignore[attr-defined]
    app = MltuiApp(project)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("L")
        screen = await settle(pilot)
        title = screen.place.query_one(LogPage).view.title_text
        assert len(title) <= 74
        assert "1 of 2" in title
        assert ".log" in title
        assert re.search(r"\d B  \d{4}-\d\d-\d\d \d\d:\d\d$", title)
        await pilot.press("A")
        await settle(pilot)
        assert screen.place.query_one(ArtifactsPage).tree_table.title_text.endswith("…  2 files, 18 B")
        assert "o open or copy" in app.screen._compositor.render_strips()[-1].text


async def test_another_run_has_its_own_files(project: FakeWorkspace, settle: Any) -> None:
    app = MltuiApp(project)  # type: ignore[arg-type]
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("A")
        screen = await settle(pilot)
        await pilot.press("j")
        await settle(pilot)
        page = screen.place.query_one(ArtifactsPage)
        assert names(page) == []
        assert "run-1" in page.tree_table.title_text


async def test_the_log_grows_while_one_looks(project: FakeWorkspace, settle: Any, tmp_path: Path) -> None:
    app = MltuiApp(project)  # type: ignore[arg-type]
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("L")
        screen = await settle(pilot)
        page = screen.place.query_one(LogPage)
        assert lines(page.view) == ["epoch 1"]
        assert "train.log" in page.view.title_text
        await pilot.press("enter")
        await settle(pilot)
        assert "search" in screen._compositor.render_strips()[-1].text
        assert "other file" not in screen._compositor.render_strips()[-1].text, "there is one"
        with (tmp_path / "logs" / "train.log").open("a") as file:
            file.write("\x1b[32mepoch 2\x1b[0m\n")
        page.look()
        await settle(pilot)
        assert lines(page.view) == ["epoch 1", "epoch 2"]
        page.enter()
        await pilot.press("S")
        await settle(pilot)
        assert isinstance(app.screen, AskText)
        assert app.screen.query_one(Input).value == "train.log"


async def test_log_and_artifacts_are_the_cursors_whatever_is_marked(project: FakeWorkspace, settle: Any) -> None:
    app = MltuiApp(project)  # type: ignore[arg-type]
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("L")
        screen = await settle(pilot)
        page = screen.place.query_one(LogPage)
        await pilot.press("space", "j", "space", "j")
        await settle(pilot)
        cursor = screen.place.master.cursor_key
        assert len(screen.place.marks) == 2
        assert cursor not in screen.place.marks
        name = next(run.name for run in screen.place.runs.value.runs if run.run_id == cursor)
        assert page.view.title_text.split("  ")[:2] == ["Log", name]
        await pilot.press("A")
        await settle(pilot)
        assert name in screen.place.query_one(ArtifactsPage).tree_table.title_text


async def test_a_run_without_a_log_says_where_it_was_looked(
    project: FakeWorkspace, settle: Any, tmp_path: Path
) -> None:
    (tmp_path / "logs" / "train.log").unlink()
    app = MltuiApp(project)  # type: ignore[arg-type]
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("L")
        screen = await settle(pilot)
        assert lines(screen.place.query_one(LogPage).view)[0] == "No log of this run was found."
