"""`P` and `B` with gates that are commands, their trust, their output, and what goes on when the dialog is left.

The commands themselves are fakes at the door (`run_gates`); tests/real runs real ones.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from promotion_sample import POLICY, project
from test_promoting import last_line, pressed, previewed, text

from mltui.actions.promotion.watching import Watched
from mltui.model.gates import GateReport
from mltui.tui.app import MltuiApp
from mltui.tui.screens.main import MainScreen
from mltui.tui.screens.promoting import PromoteDialog
from mltui.tui.screens.rolling_back import RollBackDialog
from mltui.tui.screens.trusting import TrustDialog

COMMANDS = (
    POLICY
    + """
[[gates]]
command = "python check.py"
[[gates]]
command = "python second.py"
"""
)
TOO_MUCH = POLICY.replace("0.8", "0.99") + '[[gates]]\ncommand = "python check.py"\n'


class Commands:
    """Runs nothing: each ends when `go` lets it, or it is stopped."""

    def __init__(self, root: Path) -> None:
        self.root, self.begun, self.go = root, list[str](), threading.Event()

    def run(self, workspace: Any, report: GateReport, *rest: Any) -> GateReport:
        stopped: threading.Event = rest[-1]
        (result,) = report.results
        self.begun.append(result.gate.text)
        log = self.root / "kept.log"
        log.write_text("looking\n6 of 6 right\n")
        while not stopped.is_set() and not self.go.wait(0.01):
            pass
        if stopped.is_set():
            return replace(report, results=(replace(result, verdict="unknown", why="stopped", output=str(log)),))
        said = replace(result, verdict="passed", figure="6 of 6 right", subject="python at 3f2a1c9", why="")
        return replace(report, results=(replace(said, output=str(log)),))


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    found = Commands(tmp_path)
    monkeypatch.setattr("mltui.actions.gates.running.run_gates", found.run)
    return found


async def until(pilot: Any, words: str) -> None:
    """Wait for what is on screen; a test that waits in vain tells what was."""
    for _ in range(2000):
        if words in " ".join(text(pilot.app).split()):
            return
        await pilot.pause(0.01)
    raise AssertionError(f"{words} is not on screen:\n{text(pilot.app)}")


async def trusted(pilot: Any, settle: Any) -> None:
    await pressed(pilot, settle, "t")
    assert isinstance(pilot.app.screen, TrustDialog)
    await pressed(pilot, settle, "ctrl+s")


async def test_commands_run_when_they_are_trusted_and_asked_for(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    sample = project(tmp_path, monkeypatch, COMMANDS)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await previewed(pilot, settle)
        assert "2 gate commands to run first. t shows them and asks (mltui trust)" in text(app)
        assert "--force" not in text(app), "force is not the way past what merely has to be run"
        await pressed(pilot, settle, "g", "ctrl+s")
        assert commands.begun == [], "nobody trusted them"
        await pressed(pilot, settle, "t")
        assert "python check.py" in text(app) and "python second.py" in text(app)
        await pressed(pilot, settle, "escape", "g")
        assert commands.begun == [], "they were looked at, and not trusted"
        await trusted(pilot, settle)
        assert "g runs them" in text(app) and commands.begun == []
        await pilot.press("g")
        await until(pilot, "esc stop the gates")
        assert "commands of gates run: esc stops them" in text(app)
        assert "waits for its turn" in text(app)
        await pilot.press("ctrl+s", "r")
        commands.go.set()
        await settle(pilot)
        assert commands.begun == ["python check.py", "python second.py"]
        assert text(app).count("6 of 6 right") == 2
        assert sample.registry.alias("churn", "champion") == "4", "ctrl+s while they ran did nothing"
        await pressed(pilot, settle, "o", "enter")
        assert "looking" in text(app)
        await pressed(pilot, settle, "escape", "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "5"


async def test_gates_that_are_stopped_can_be_run_again(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    sample = project(tmp_path, monkeypatch, COMMANDS)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        dialog = await previewed(pilot, settle)
        await trusted(pilot, settle)
        await pilot.press("g")
        await until(pilot, "esc stop the gates")
        await pressed(pilot, settle, "escape")
        assert app.screen is dialog, "the first esc stops the gates, and leaves nothing"
        assert commands.begun == ["python check.py"], "the other one was not begun"
        assert "stopped, not run yet" in text(app) and "2 gate commands to run first. g runs them" in text(app)
        commands.go.set()
        await pressed(pilot, settle, "g")
        assert commands.begun == ["python check.py", "python check.py", "python second.py"]
        assert "ctrl+s promote it" in last_line(app)


async def test_leaving_ends_the_commands_that_run(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    sample = project(tmp_path, monkeypatch, COMMANDS)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await previewed(pilot, settle)
        await trusted(pilot, settle)
        await pilot.press("g")
        await until(pilot, "esc stop the gates")
        await pilot.press("escape", "escape")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen) and sample.writer.closed
        assert commands.begun == ["python check.py"]


async def test_what_fails_and_what_has_to_run_are_told_apart(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    app = MltuiApp(project(tmp_path, monkeypatch, TOO_MUCH).workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await previewed(pilot, settle)
        assert "blocked by 1 gate, 1 gate command to run first. t shows it" in text(app)
        assert "with a reason" in text(app), "it may wrap"
        await pressed(pilot, settle, "f")
        assert "Past 1 gate and 1 command that did not run: why?" in text(app)


# Rolling back


async def promoted(pilot: Any, settle: Any) -> None:
    """churn/5 has @champion, which churn/4 had."""
    await previewed(pilot, settle)
    await pressed(pilot, settle, "ctrl+s", "escape")


async def test_a_rollback_is_shown_and_done(tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sample = project(tmp_path, monkeypatch)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await promoted(pilot, settle)
        await pressed(pilot, settle, "B")
        assert text(app).index("│ @champion") < text(app).index("│ @challenger"), "the champion is the first choice"
        await pressed(pilot, settle, "enter")
        assert isinstance(app.screen, RollBackDialog)
        assert "Roll back: churn/4 → @champion" in text(app) and "now      churn/5, set" in text(app)
        assert "ctrl+s roll back" in last_line(app) and "v another version" in last_line(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "4"
        await pressed(pilot, settle, "escape")
        assert isinstance(app.screen, MainScreen) and sample.writer.closed


async def test_a_rollback_goes_to_another_version_by_v(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = project(tmp_path, monkeypatch)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await promoted(pilot, settle)
        await pressed(pilot, settle, "B", "enter", "v")
        assert "@champion back to" in text(app) and "held it before" in text(app)
        await pressed(pilot, settle, "escape")
        assert "Roll back: churn/4" in text(app)
        await pressed(pilot, settle, "v", *"churn", "slash", "2", "enter")
        assert "Roll back: churn/2 → @champion" in text(app)
        assert "nobody noted that churn/2 ever held @champion" in text(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "2"


async def test_of_an_alias_nobody_noted_v_is_the_way_on(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = project(tmp_path, monkeypatch)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pressed(pilot, settle, "6", "j", "B")
        assert "what held @challenger of churn before is not noted anywhere" in text(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "challenger") == "5"
        await pressed(pilot, settle, "v", *"churn", "slash", "3", "enter", "ctrl+s")
        assert sample.registry.alias("churn", "challenger") == "3"


async def test_gates_do_not_block_a_rollback(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch, commands: Commands
) -> None:
    sample = project(tmp_path, monkeypatch)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await promoted(pilot, settle)
        (sample.workspace.project.root / "mltui.toml").write_text(TOO_MUCH)
        await pressed(pilot, settle, "B", "enter")
        assert "✗ metrics.auc >= 0.99" in text(app) and "blocked" not in text(app)
        await pressed(pilot, settle, "ctrl+s")
        assert sample.registry.alias("churn", "champion") == "4"


# After it


async def test_the_watch_goes_on_when_the_dialog_is_left(
    tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample, go = project(tmp_path, monkeypatch), threading.Event()

    def watch(writer: Any, plan: Any, **_: Any) -> Watched:
        assert go.wait(120) and not sample.writer.closed
        return Watched(True, "2", "@champion was moved by somebody else: it is at churn/2")

    monkeypatch.setattr("mltui.actions.promotion.watching.watch", watch)
    app = MltuiApp(sample.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await previewed(pilot, settle)
        await pilot.press("ctrl+s")
        await until(pilot, "watching @champion for 10 s: nobody moved it so far")
        await pilot.press("escape")
        while not isinstance(app.screen, MainScreen):
            await pilot.pause()
        assert not sample.writer.closed, "who watches needs it"
        go.set()
        await settle(pilot)
        assert "@champion was moved by somebody else" in last_line(app)
        assert sample.writer.closed


async def test_which_gate_is_asked_is_told(tmp_path: Path, settle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from mltui.sources.gates import evaluating

    go, asked = threading.Event(), evaluating._LOOKED["metric"]

    def slow(gate: Any, subject: Any) -> Any:
        subject.say("reading run-0")
        assert go.wait(120)
        return asked(gate, subject)

    app = MltuiApp(project(tmp_path, monkeypatch).workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pressed(pilot, settle, "6", "j", "P")
        monkeypatch.setitem(evaluating._LOOKED, "metric", slow)  # type: ignore[arg-type]  # Models asks some gates too
        await pilot.press("enter")
        try:
            await until(pilot, "gates metrics.auc >= 0.8 (1 of 2): reading run-0")
            await pilot.press("ctrl+s")
        finally:
            go.set()
        await settle(pilot)
        assert isinstance(app.screen, PromoteDialog) and "✓ metrics.auc >= 0.8" in text(app)
        assert "(1 of 2)" not in text(app)
