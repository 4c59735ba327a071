"""`W`: the dialog in front of a real repository of git; what is seen is confirmed, and nothing else."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input
from tui_fakes import churn

from mltui.config import Config
from mltui.model.reproduction import Reproduction
from mltui.sources.git.locate import open_project
from mltui.sources.reproducing import Reproducing
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace
from mltui.tui.app import MltuiApp
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.working_on import WorkOnDialog
from mltui.tui.widgets.cancel import Cancel


def git(cwd: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "churn"
    root.mkdir()
    git(root, "init", "-q")
    (root / "train.py").write_text("pass\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "A commit")
    return root


def app_of(root: Path, **config: bool) -> MltuiApp:
    runner = ProcessRunner()
    return MltuiApp(Workspace(open_project(root, runner), Config(**config), runner))


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def opened(app: MltuiApp, pilot, settle) -> WorkOnDialog:
    """History, `W` on its only commit, and the plan is there."""
    await settle(pilot)
    await pilot.press("2")
    await settle(pilot)
    await pilot.press("W")
    await settle(pilot)
    assert isinstance(app.screen, WorkOnDialog)
    return app.screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_is_shown_confirmed_and_done(project: Path, settle, size) -> None:
    sha = git(project, "rev-parse", "HEAD")
    before = git(project, "status", "--porcelain"), git(project, "symbolic-ref", "HEAD")
    app = app_of(project)
    async with app.run_test(size=size) as pilot:
        dialog = await opened(app, pilot, settle)
        assert isinstance(dialog.focused, Cancel)
        shown = text(app)
        assert f"Work on commit {sha[:7]}" in shown
        assert f"../churn-{sha[:7]}" in shown
        assert "environment" in shown
        assert "ctrl+s make the worktree" in shown
        await pilot.press("ctrl+s")
        await settle(pilot)
        where = project.parent / f"churn-{sha[:7]}"
        assert (where / "train.py").read_text() == "pass\n"
        assert "stands in" in text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
    assert (git(project, "status", "--porcelain"), git(project, "symbolic-ref", "HEAD")) == before


async def test_all_keys_are_told_and_nothing_begins(project: Path, settle) -> None:
    app = app_of(project)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog = await opened(app, pilot, settle)
        assert text(app).rstrip().endswith("? help")
        await pilot.press("question_mark")
        await settle(pilot)
        assert "To the place of the worktree, the steps, cancel." in text(app)
        await pilot.press("question_mark")
        await settle(pilot)
        assert app.screen is dialog
        dialog.query_one(Input).focus()
        await pilot.press("end", "question_mark")
        await settle(pilot)
        assert app.screen is dialog
        assert dialog.query_one(Input).value.endswith("?"), "a place is typed there"
    assert [path.name for path in project.parent.iterdir()] == ["churn"]


@pytest.mark.parametrize(
    "keys", [("enter",), ("escape",), ("space",), ("tab", "enter", "enter"), ("shift+tab", "escape")]
)
async def test_no_key_but_one_begins_anything(project: Path, settle, keys) -> None:
    app = app_of(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(app, pilot, settle)
        await pilot.press(*keys)
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
    assert [path.name for path in project.parent.iterdir()] == ["churn"]


async def test_what_was_typed_before_the_steps_were_seen_is_of_no_account(
    project: Path, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, read = threading.Event(), Reproducing.plan

    def late(self: Reproducing, *args: Any) -> Reproduction:
        assert gate.wait(120)
        return read(self, *args)

    monkeypatch.setattr(Reproducing, "plan", late)
    app = app_of(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("W", "ctrl+s", "ctrl+s")
        while "reading what it takes" not in text(app):
            await pilot.pause()
        assert isinstance(app.screen, WorkOnDialog)
        gate.set()
        await settle(pilot)
        assert "ctrl+s make the worktree" in text(app)
        assert [path.name for path in project.parent.iterdir()] == ["churn"]
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert len(list(project.parent.iterdir())) == 2


async def test_the_place_is_editable_and_what_is_there_is_refused(project: Path, settle) -> None:
    (project.parent / "taken").mkdir()
    app = app_of(project)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await opened(app, pilot, settle)
        field = dialog.query_one(Input)
        field.focus()
        field.value = "../taken"
        await settle(pilot)
        assert "is there already" in text(app)
        assert "make the worktree" not in text(app)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert not list((project.parent / "taken").iterdir())
        field.value = "../mine"
        await settle(pilot)
        assert "--detach ../mine" in text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(dialog.focused, Cancel), "enter in the field begins nothing"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert (project.parent / "mine" / "train.py").exists()


async def test_read_only_says_why(project: Path, settle) -> None:
    app = app_of(project, read_only=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("W")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert "read-only: refused to make a worktree" in text(app)


async def test_what_has_no_commit_says_so(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("4", "W")
        await settle(pilot)
        assert "a worktree is made of a run, a commit or a model version" in text(app)
