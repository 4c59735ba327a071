"""`K`: nothing is stopped before ctrl+s, the countdown, the second question, and what does not run says so."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.job_sample import jobs
from textual.widgets import Label
from tui_fakes import NOW, FakeWorkspace, churn, run

from mltui.actions.gateway import Gateway
from mltui.config import Config
from mltui.model.job import JobStep
from mltui.model.journal import Note
from mltui.model.made import Made
from mltui.model.outcome import Outcome
from mltui.model.runs import RunTable
from mltui.present.text import plain
from mltui.tui.app import MltuiApp
from mltui.tui.commands import BY_ID
from mltui.tui.screens import stopping
from mltui.tui.screens.stopping import StopDialog
from mltui.tui.widgets.lines import LinesView


class FakeStop:
    """Tells a countdown, asks whether to kill, and says what was answered."""

    name, title, grace = "stop", "stop it", 60.0
    note = Note("job")
    begun: list[bool] = []  # noqa: RUF012

    def __init__(self, target: Any, workspace: Any, *, kill: Any) -> None:
        self._kill = kill

    def commands(self) -> list[str]:
        return ["kill -INT 4711"]

    def refusal(self) -> None:
        return None

    def tree(self) -> list[Any]:
        return [SimpleNamespace(pid=4711, parent=1, argv=("python", "src/train.py"), start="1")]

    def act(self, tell: Any) -> Outcome:
        for left in (60, 59):
            tell(1, 4, f"SIGINT to python; SIGTERM in {left} s")
        killed = self._kill(((4711, "python src/train.py"),))
        self.begun.append(killed)
        return Outcome("done" if killed else "failed", "killed" if killed else "it lives on", ("HEAD as before",))


class KeepsNothing:
    """A journal."""

    def intend(self, action: Any) -> str:
        return "1"

    def ended(self, entry: str, outcome: Outcome) -> str:
        return ""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeWorkspace:
    monkeypatch.setattr("mltui.tui.places.jobs.place.now_ms", lambda: NOW)
    monkeypatch.setattr("mltui.sources.jobs.made.made", lambda workspace, job, stages: Made())
    monkeypatch.setattr("mltui.actions.jobs.stop.Stop", FakeStop)
    monkeypatch.setattr("mltui.actions.jobs.stoppable.host_name", lambda: "box")
    monkeypatch.setattr("mltui.actions.jobs.stoppable.process_uid", lambda pid: None)
    monkeypatch.setattr(stopping, "gateway_of", lambda workspace: Gateway(workspace.config, KeepsNothing()))
    FakeStop.begun = []
    workspace = churn(tmp_path)
    workspace.jobs.value = jobs(NOW, str(tmp_path))
    workspace.runs.value = RunTable((run(0, status="RUNNING", end=None), run(1)), True, ("auc",))
    return workspace


def text(app: MltuiApp) -> str:
    return "\n".join(plain(each) for each in app.screen.query_one("#text", LinesView).lines)


async def asked(pilot: Any) -> None:
    """Wait until the second question is there and takes keys: it tells them then."""
    while "kill it" not in pilot.app.screen._compositor.render_strips()[-1].text:
        await pilot.pause()


@pytest.mark.parametrize(("key", "killed"), [("ctrl+s", True), ("escape", False), ("enter", False)])
async def test_a_kill_is_asked_for_by_itself(project: FakeWorkspace, settle: Any, key: str, killed: bool) -> None:
    app = MltuiApp(project)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j")
        await settle(pilot)
        await pilot.press("K")
        await settle(pilot)
        assert isinstance(app.screen, StopDialog)
        assert "4711  python src/train.py" in text(app) and "after 60 s" in text(app)
        await pilot.press("ctrl+s")
        await asked(pilot)
        assert "It still lives." in text(app)
        assert FakeStop.begun == []
        await pilot.press(key)
        await settle(pilot)
        assert ("killed" if killed else "it lives on") in text(app)
        assert FakeStop.begun == [killed]
        assert "HEAD as before" in text(app)


async def test_esc_while_it_is_being_stopped_leaves_nothing_and_says_when_it_does(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(FakeStop, "act", lambda _self, _tell: over.wait(600) and Outcome("done", "it is over"))
    app = MltuiApp(project)
    async with app.run_test(size=(120, 36)) as pilot:
        main = await settle(pilot)
        await pilot.press("7", "j", "K")
        await settle(pilot)
        await pilot.press("ctrl+s", "escape")
        why = app.screen.query_one("#why", Label)
        while not why.display:
            await pilot.pause()
        assert "esc leaves when it is over" in str(why.render())
        over.set()
        await settle(pilot)
        while "esc close" not in app.screen._compositor.render_strips()[-1].text:
            await pilot.pause()
        assert "it is over" in text(app), "it does not go away unread"
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is main


async def test_enter_and_esc_stop_nothing(project: FakeWorkspace, settle: Any) -> None:
    app = MltuiApp(project)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j")
        await settle(pilot)
        for key in ("enter", "escape"):
            await pilot.press("K")
            await settle(pilot)
            await pilot.press(key)
            await settle(pilot)
            assert not isinstance(app.screen, StopDialog)
        assert FakeStop.begun == []


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (("7", "G", "K"), "has ended: finished"),
        (("5", "K"), "nobody wrote down which process run run-0 is"),
        (("5", "j", "K"), "run run-1 does not run: FINISHED"),
        (("4", "K"), ""),
        (("2", "K"), "K stops a job, the stage it runs or a run"),
        (("7", "j", "z"), "this job has not ended: K stops it"),
    ],
    ids=["ended", "unknown-process", "ended-run", "stage", "history", "put-back"],
)
async def test_a_key_that_cannot_act_says_why(
    project: FakeWorkspace, settle: Any, keys: tuple[str, ...], why: str
) -> None:
    app = MltuiApp(project)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            screen = await settle(pilot)
        if why:
            assert app.screen is screen
            assert why in app.screen._compositor.render_strips()[-1].text
        else:
            assert isinstance(app.screen, StopDialog)


class FakeRestore:
    """Puts files back at once."""

    name, title = "restore", "put back"
    note = Note("job")

    def __init__(self, job: Any, runner: Any) -> None:
        pass

    def commands(self) -> list[str]:
        return ["git checkout -q -- dvc.lock"]

    def refusal(self) -> None:
        return None

    def act(self, tell: Any) -> Outcome:
        return Outcome("done", "it is put back")


async def test_once_files_are_put_back_both_dialogs_close_and_keys_go_on(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mltui.actions.jobs.restore.Restore", FakeRestore)
    monkeypatch.setattr("mltui.actions.jobs.stop.read_job_again", lambda job: job)
    app = MltuiApp(project)
    async with app.run_test(size=(120, 36)) as pilot:
        main = await settle(pilot)
        await pilot.press("7", "j", "K")
        await settle(pilot)
        await pilot.press("ctrl+s")
        await asked(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        while "put files back" not in app.screen._compositor.render_strips()[-1].text:
            await pilot.pause()
        for key in ("z", "ctrl+s", "escape"):
            await pilot.press(key)
            await settle(pilot)
        assert app.screen is main
        await pilot.press("5")
        await settle(pilot)
        assert main.place.title == "Runs"


@pytest.mark.parametrize(("state", "asks"), [("stopped", True), ("done", False)])
async def test_files_can_be_put_back_where_git_saw_none_but_a_stage_was_cut_short(
    project: FakeWorkspace, settle: Any, monkeypatch: pytest.MonkeyPatch, state: Any, asks: bool
) -> None:
    monkeypatch.setattr("mltui.actions.jobs.restore.Restore", FakeRestore)
    undone: list[str] = []
    monkeypatch.setattr("mltui.tui.screens.undoing.undo", lambda _screen: undone.append("z"))
    job = replace(project.jobs.value[3], state="stopped", changed=(), steps=(JobStep("train", state),))
    project.jobs.value = (job,)
    app = MltuiApp(project)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7")
        screen = await settle(pilot)
        why = BY_ID["putback"].enabled(screen)
        assert why == (None if asks else "this job left no file different from before its start")
        await pilot.press("z")
        await settle(pilot)
        assert (app.screen is not screen) is asks
        assert undone == ([] if asks else ["z"]), "else it undoes the last action"


async def test_read_only_stops_nothing(project: FakeWorkspace, settle: Any) -> None:
    project.config = Config(read_only=True)
    app = MltuiApp(project)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j", "K")
        screen = await settle(pilot)
        assert app.screen is screen
        assert "read-only: refused to stop anything" in screen._compositor.render_strips()[-1].text
