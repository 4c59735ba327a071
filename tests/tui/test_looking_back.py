"""`t`: all places show another time, the header says so, nothing can be changed, and back to now."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input
from tui_fakes import HOUR, NOW, churn

from mltui.config import Config
from mltui.model.as_of import AsOf
from mltui.sources.as_of import WorkspaceThen
from mltui.sources.git.locate import open_project
from mltui.sources.mlflow.series_cache import SeriesCache
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace
from mltui.tui.app import MltuiApp
from mltui.tui.screens.as_of import AsOfDialog
from mltui.tui.screens.main import MainScreen
from mltui.tui.widgets.bar import Bar

T0, DAY = 1_700_000_000, 86_400


def git(cwd: Path, *args: str, day: float = 0) -> str:
    import os

    at = f"{T0 + int(day * DAY)} +0000"
    env = {**os.environ, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    return subprocess.run(["git", *args], cwd=cwd, check=True, capture_output=True, text=True, env=env).stdout.strip()


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dataset in two versions, two commits, a lock, GTO tags, two runs of MLflow's oldest tables."""
    root = tmp_path / "churn"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text("")
    (root / ".gitignore").write_text("mlflow.db*\n")
    for number, day in ((1, 0), (2, 4)):
        (root / "data.csv.dvc").write_text(f"outs:\n- md5: abcdef{number:026x}\n  size: {number}\n  path: data.csv\n")
        (root / "dvc.yaml").write_text("stages:\n  train:\n    cmd: train\n    deps: [data.csv]\n")
        out = f"  - {{path: data.csv, md5: abcdef{number:026x}, size: 1}}"
        (root / "dvc.lock").write_text(f"schema: '2.0'\nstages:\n  train:\n    cmd: train\n    deps:\n  {out}\n")
        git(root, "add", "-A")
        git(root, "commit", "-qm", f"Delivery {number}", day=day)
        git(root, "tag", "-a", "-m", "x", f"fraud@v{number}.0.0", day=day)
    git(root, "tag", "-a", "-m", "x", "fraud#prod#1", "HEAD~1", day=1)
    git(root, "tag", "-a", "-m", "x", "fraud#prod#2", "HEAD", day=5)
    store(root / "mlflow.db")
    return root


def store(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.executescript(
            """create table alembic_version (version_num text);
            create table experiments (experiment_id integer, name text, lifecycle_stage text);
            create table runs (run_uuid text, name text, experiment_id integer, status text, lifecycle_stage text,
                start_time integer, end_time integer, deleted_time integer, artifact_uri text);
            create table latest_metrics (key text, value real, timestamp integer, step integer, is_nan integer,
                run_uuid text);
            create table metrics (key text, value real, timestamp integer, step integer, is_nan integer, run_uuid text);
            create table params (key text, value text, run_uuid text);
            create table tags (key text, value text, run_uuid text);
            insert into experiments values (1, 'churn', 'active');"""
        )
        for at, (name, began, ended, gone) in enumerate(
            (("early", 1, 1.5, None), ("long", 2, 4, None), ("gone", 2.2, 2.3, 3), ("late", 5, 5.1, None))
        ):
            times = [None if day is None else int((T0 + day * DAY) * 1000) for day in (began, ended, gone)]
            run = f"{at:032x}"
            stage = "deleted" if gone else "active"
            database.execute(
                "insert into runs values (?, ?, 1, 'FINISHED', ?, ?, ?, ?, '')", (run, name, stage, *times)
            )
            for step, day in enumerate((began + 0.05, ended - 0.05)):
                row = ("auc", 0.5 + at / 10, int((T0 + day * DAY) * 1000), step, run)
                database.execute("insert into metrics values (?, ?, ?, ?, 0, ?)", row)
            database.execute("insert into latest_metrics values (?, ?, ?, ?, 0, ?)", row)


def app_of(root: Path) -> MltuiApp:
    runner = ProcessRunner()
    return MltuiApp(Workspace(open_project(root, runner), Config(store=str(root / "mlflow.db")), runner))


async def go(app: MltuiApp, pilot: Any, settle: Any, word: str) -> None:
    """`t`, the word, enter; and the parts of then are there."""
    await pilot.press("t")
    await settle(pilot)
    assert isinstance(app.screen, AsOfDialog)
    app.screen.query_one(Input).value = word
    await pilot.press("enter")
    await settle(pilot)


def then(days: float) -> str:
    return str(int((T0 + days * DAY) * 1000))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_all_places_show_then_and_now_again(project: Path, settle, size) -> None:
    app = app_of(project)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await go(app, pilot, settle, then(2.25))
        screen = app.screen
        assert isinstance(screen, MainScreen)
        assert "AS OF 2023-11-1" in text(app)
        assert "nothing can be changed, t goes back to now" in text(app)
        assert "What was stale then is not known" in text(app)
        await pilot.press("2")
        await settle(pilot)
        assert [one.subject for one in screen.place._items.values()] == ["Delivery 1"]
        await pilot.press("3")
        await settle(pilot)
        assert [one.versions for one in screen.place._items.values()] == [1]
        await pilot.press("4")
        await settle(pilot)
        assert "its status then is not known" in text(app)
        await pilot.press("5")
        await settle(pilot)
        shown = {one.name: one for one in screen.place._items.values()}
        assert sorted(shown) == ["early", "gone", "long"]
        assert (shown["long"].status, dict(shown["long"].metrics)) == ("RUNNING", {})
        assert "1 run was running then" in text(app)
        await pilot.press("6")
        await settle(pilot)
        rows = [one for one in screen.place._items.values() if one.version is not None]  # not the model's own row
        assert [(one.key, one.version.aliases) for one in rows] == [("fraud/v1.0.0", ("prod",))]
        await pilot.press("t", "enter")
        await settle(pilot)
        assert "AS OF" not in text(app)
        assert "fraud/v2.0.0" in text(app)
        await pilot.press("5")
        await settle(pilot)
        assert sorted(one.name for one in screen.place._items.values()) == ["early", "late", "long"]


async def test_what_comes_in_meanwhile_is_shown_as_of_then(project: Path, settle) -> None:
    app = app_of(project)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await go(app, pilot, settle, then(2.25))
        await pilot.press("5")
        await settle(pilot)
        with sqlite3.connect(project / "mlflow.db") as database:
            database.execute(
                "insert into runs values (?, 'newest', 1, 'FINISHED', 'active', ?, ?, null, '')",
                ("f" * 32, int(then(8)), int(then(9))),
            )
            database.execute("update runs set name = 'renamed' where name = 'early'")
        await pilot.press("r")
        await settle(pilot)
        assert sorted(one.name for one in app.screen.place._items.values()) == ["gone", "long", "renamed"]
        await pilot.press("t", "enter")
        await settle(pilot)
        assert "newest" in {one.name for one in app.screen.place._items.values()}


async def test_working_on_a_run_is_refused_with_the_reason(project: Path, settle) -> None:
    app = app_of(project)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await go(app, pilot, settle, then(2.25))
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("W")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert "nothing can be changed: refused to make a worktree" in text(app)


async def test_a_run_of_then_has_the_points_of_then(project: Path, settle) -> None:
    app = app_of(project)
    async with app.run_test(size=(110, 50)) as pilot:
        await settle(pilot)
        await go(app, pilot, settle, then(2.1))
        await pilot.press("5", "enter")
        await settle(pilot)
        assert app.screen.place.looked_at == f"{1:032x}"
        shown = " ".join(text(app).replace("│", " ").split())
        assert "it was running then: its metrics are the last points up to then" in shown
        reader = app.workspace.reader()
        assert [point.step for point in reader.series(f"{1:032x}", "auc")] == [0]
        assert len(reader.columns(f"{1:032x}", "auc").series) == 1
        await pilot.press("C")
        await settle(pilot)
        assert "has logged no metric" not in text(app)
        assert "long, 1 metric" in text(app)


def test_series_of_then_and_of_now_are_kept_apart(project: Path) -> None:
    runner = ProcessRunner()
    workspace = Workspace(open_project(project, runner), Config(store=str(project / "mlflow.db")), runner)
    try:
        now = workspace.reader()
        past = WorkspaceThen(workspace, AsOf(int(then(2.1)), None, "then")).reader()
        turn = [past]
        cache = SeriesCache(lambda: turn[0])
        seen = []
        for reader in (past, now, past, now):
            turn[0] = reader
            seen.append(len(cache.get(f"{1:032x}", "auc")))
        assert seen == [1, 2, 1, 2]
    finally:
        workspace.close()


async def test_history_offers_its_commit_and_what_names_nothing_is_said(project: Path, settle) -> None:
    first = git(project, "rev-parse", "HEAD~1")
    app = app_of(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("2", "down")
        await settle(pilot)
        await pilot.press("t")
        await settle(pilot)
        dialog = app.screen
        assert isinstance(dialog, AsOfDialog)
        assert dialog.query_one(Input).value == first[:7]
        dialog.query_one(Input).value = "never"
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen is dialog
        assert "'never' names no commit of this clone" in text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert not app.screen.query_one("#as-of", Bar).display


async def test_nothing_of_then_is_kept_for_the_next_start(tmp_path: Path, settle) -> None:
    workspace = churn(tmp_path)
    app = MltuiApp(workspace)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, MainScreen)
        screen.look_as_of(AsOf(NOW - 3 * HOUR, None, "3h"))
        await settle(pilot)
        assert screen.workspace.as_of is not None
        kept = len(workspace.kept)
        screen._keeping._keep()
        await settle(pilot)
        assert len(workspace.kept) == kept
        await pilot.press("5")
        await settle(pilot)
        assert len(screen.place._items) == 21  # those of the three newest hours are not there
        screen.look_as_of(None)
        await settle(pilot)
        assert len(screen.place._items) == 24
        screen._keeping._keep()
        await settle(pilot)
        assert len(workspace.kept) > kept, "by this, and where a busy machine took its time by the timer too"
