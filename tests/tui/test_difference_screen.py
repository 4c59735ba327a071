"""`d`: why two things differ, over the main screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from still_pilot import kept_busy
from tui_fakes import SHA, FakeWorkspace, churn

from mltui.config import Config
from mltui.errors import Unreadable
from mltui.tui.app import MltuiApp
from mltui.tui.screens.difference import DifferenceScreen
from mltui.tui.screens.main import MainScreen


def lines(app: MltuiApp) -> list[str]:
    """What is on the screen, without blanks at the ends."""
    return [strip.text.strip() for strip in app.screen._compositor.render_strips()]


def words(app: MltuiApp) -> str:
    return " ".join(" ".join(lines(app)).split())


def project(root: Path) -> FakeWorkspace:
    return churn(root, config=Config(theme="dark"))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_two_marked_runs(tmp_path: Path, settle, size) -> None:
    workspace = project(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("space", "space", "d")
        await settle(pilot)
        assert isinstance(app.screen, DifferenceScreen)
        assert workspace.differ.asked == [(f"run:{1:032x}", f"run:{0:032x}")]  # the older one first
        assert "run-1 → run-0 auc 0.9420 → 0.9470 (+0.0050)" in words(app)
        assert "data d.csv v3 → v4" in words(app)
        assert "+1,204 rows, 3 columns unchanged, inferred" in words(app)
        assert "params depth 6 → 8" in words(app)
        assert "code src/train.py 12 lines in 2 hunks" in words(app)
        assert "env scikit-learn 1.9.0 → 1.9.1 requirements.txt" in words(app)
        assert "1 command unchanged" in words(app)
        assert "can't know: whether 3f2a1c9 was dirty" in words(app)
        assert sum(each.endswith("◀ changed") for each in lines(app)) == 5
        assert (
            len({strip.text.index("◀") for strip in app.screen._compositor.render_strips() if "◀" in strip.text}) == 1
        )
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)


async def test_what_is_alike_and_only_the_pipelines_code(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert not any(each.startswith("lr ") for each in lines(app))
        assert "README.md" in words(app)
        await pilot.press("x", "p")
        await settle(pilot)
        assert any(each.startswith("lr ") for each in lines(app))
        assert "README.md" not in words(app)
        assert "no code differs" not in words(app), "train.py does"
        await pilot.press("s")
        await settle(pilot)
        assert app.screen._main.workspace.differ.asked[-1] == ("model:churn/5", "model:churn/4")


async def test_all_keys_are_told_where_the_last_line_has_no_room_for_them(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        over = app.screen
        assert lines(app)[-1].endswith("? help")
        assert "y copy" not in lines(app)[-1]
        await pilot.press("question_mark")
        await settle(pilot)
        assert "These keys and what they do." in words(app)
        assert "Copy the com" in words(app)
        await pilot.press("question_mark")
        await settle(pilot)
        assert app.screen is over


async def test_of_a_model_version_and_the_champion_or_the_challenger(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("q", "down", "d")
        await settle(pilot)
        assert workspace.differ.asked == [("model:churn/4", "model:churn/5")] * 2


async def test_of_a_commit_and_the_worktree_and_of_two_marked_commits(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert workspace.differ.asked == [(f"commit:{SHA}", "worktree")]
        await pilot.press("q", "space", "down", "space", "d")
        screen = await settle(pilot)
        assert workspace.differ.asked[-1] == (f"commit:{2:040x}", f"commit:{SHA}")
        assert screen.place.marks == {SHA, f"{2:040x}"}
        await pilot.press("q", "space")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert "3 are marked; d asks of two why they differ" in words(app)


async def test_one_mark_and_the_cursor(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        await pilot.press("space", "up", "d")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert "one is marked: go to another one, or mark it, and press d" in words(app)
        await pilot.press("down", "down", "d")
        await settle(pilot)
        assert workspace.differ.asked == [(f"run:{2:032x}", f"run:{0:032x}")]


async def test_places_without_two_things_say_so(tmp_path: Path, settle) -> None:
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("4", "d")
        await settle(pilot)
        assert "Pipeline has no two things to ask of why they differ" in words(app)


async def test_what_stands_in_the_way_is_said(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    workspace.differ.value = Unreadable("git: it is broken", "mend it")
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert "git: it is broken mend it" in words(app)
        await pilot.press("escape")
        await settle(pilot)
        assert workspace.differ.stops == 1, "whoever leaves does not wait for it"


async def test_what_stands_in_the_way_is_not_taken_away_by_what_was_being_read(tmp_path: Path, settle) -> None:
    workspace = project(tmp_path)
    workspace.differ.value = Unreadable("git: it is broken", "mend it")
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        over = app.screen
        assert isinstance(over, DifferenceScreen)
        go_on = await kept_busy(over)
        over.action_again()
        while any(each.group == "differing" and not each.is_finished for each in app.workers):
            await asyncio.sleep(0.01)
        go_on.set()
        await settle(pilot)
        assert len(workspace.differ.asked) == 2
        assert "git: it is broken mend it" in words(app)


async def test_it_is_copied_as_markdown_and_as_a_command(tmp_path: Path, settle, monkeypatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    app = MltuiApp(project(tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert app.clipboard == "mltui diff model:churn/4 model:churn/5"
        await pilot.press("Y")
        await settle(pilot)
        assert app.clipboard.startswith("**churn/4 → churn/5**: auc 0.9420 → 0.9470  (+0.0050)")


async def test_without_unicode(tmp_path: Path, settle) -> None:
    app = MltuiApp(churn(tmp_path, config=Config(theme="dark", ascii=True)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("6")
        await settle(pilot)
        await pilot.press("d")
        await settle(pilot)
        assert "data d.csv v3 -> v4 < changed" in words(app)
        assert words(app).isascii()
