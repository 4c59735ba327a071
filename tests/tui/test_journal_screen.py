"""`@` and `J`: what was run and what was done, to be read, found and copied."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from textual.widgets import Input

from job_sample import spec
from mltui.actions.gateway import Gateway
from mltui.actions.journal import FileJournal
from mltui.config import Config
from mltui.errors import Refused
from mltui.model.job_record import spec_document
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.present.command_log import ran_lines, ran_rows, without_repeats
from mltui.present.journal import journal_rows
from mltui.present.table_text import table_text
from mltui.present.text import UNICODE, plain
from mltui.sources.git.locate import open_project
from mltui.sources.places import state_dirs
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace
from mltui.tui.app import MltuiApp
from mltui.tui.screens.command_log import CommandLogScreen, ran_here
from mltui.tui.screens.journal import JournalScreen

NOW = 1_795_944_696_000
JOB = "20261129-093136-4f2a"


class Done:
    name, title, note = "reproduce", "make a worktree of run [b]a", Note("run [b]a", after="../churn-a")

    def commands(self) -> list[str]:
        return ["git worktree add ../churn-a", "MLFLOW_TRACKING_TOKEN=geheim1 dvc repro -S lr=0.1"]

    def refusal(self) -> Refused | None:
        return None

    def act(self, tell: object) -> Outcome:
        return Outcome("done", "")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("MLTUI_USER", "ada")
    root = tmp_path / "churn"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    runner = ProcessRunner()
    found = Workspace(open_project(root, runner), Config(), runner)
    runner.run(["git", "-c", "a.b=c", "ls-remote", "http://ann:geheim2@127.0.0.1:9/x"], cwd=root)
    return found


def text(app: MltuiApp) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


async def opened(pilot, settle, key: str) -> None:
    await settle(pilot)
    await pilot.press(key)
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_command_log_has_what_was_run_and_what_actions_stand_for(workspace, settle, size) -> None:
    journal = FileJournal(workspace)
    journal.ended(journal.intend(Done()), Outcome("done", ""))
    app = MltuiApp(workspace)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, settle, "at")
        screen = app.screen
        assert isinstance(screen, CommandLogScreen)
        times = [screen.table.rows.item(at).at for at in range(len(screen.table.rows))]
        assert times == sorted(times)
        assert screen.table.cursor_row == len(times) - 1
        await pilot.press("slash", *"geheim")
        await settle(pilot)
        assert "nothing matches" in text(app)
        await pilot.press("escape", "slash", *"lr=0.1")
        await settle(pilot)
        assert len(screen.table.rows) == 1
        assert "MLFLOW_TRACKING_TOKEN=… dvc repro" in text(app)
        await pilot.press("enter", "y")
        await settle(pilot)
        assert app.clipboard == "MLFLOW_TRACKING_TOKEN=… dvc repro -S lr=0.1"
        await pilot.press("escape", "slash", *"ls-remote", "down", "y")
        await settle(pilot)
        assert app.clipboard == "git -c a.b=c ls-remote http://127.0.0.1:9/x"
        assert " git ls-remote http" in text(app)
        await pilot.press("enter")
        await settle(pilot)
        whole = text(app)
        assert "git -c a.b=c ls-remote" in whole
        assert "exit 128" in whole and str(workspace.project.root)[:20] in whole
        assert re.search(r"at +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", whole) and re.search(r"took +\d+\.\d{3} s", whole)
        await pilot.press("escape", "escape", "at")
        await settle(pilot)
        assert app.screen is app.screen_stack[0]


class Tidies(Done):
    """It runs its commands as they are told, the first one by a shell."""

    def __init__(self, workspace: Workspace) -> None:
        self.runner, self.root = workspace.runner, workspace.project.root

    def commands(self) -> list[str]:
        return ["touch tidy && test -e tidy", "git status --short"]

    def act(self, tell: object) -> Outcome:
        self.runner.run(("sh", "-ec", self.commands()[0]), cwd=self.root)
        self.runner.run(("git", "status", "--short"), cwd=self.root)
        return Outcome("done", "")


def test_what_an_action_ran_as_it_was_told_is_one_row(workspace) -> None:
    workspace.runner.run(("git", "status", "--short"), cwd=workspace.project.root)  # before, and so not the action's
    assert Gateway(Config(), FileJournal(workspace)).perform(Tidies(workspace), lambda: True)
    ran = [each for each in ran_here(workspace) if "tidy" in each.command or "status --short" in each.command]
    assert [(each.command, bool(each.of), each.code) for each in ran] == [
        ("git status --short", False, 0),
        ("touch tidy && test -e tidy", True, 0),
        ("git status --short", True, 0),
    ]
    assert all(each.seconds is not None for each in ran)


def test_what_is_read_every_few_seconds_is_one_row(workspace) -> None:
    """Two reads by turns, an action between them, a read that failed."""
    root = workspace.project.root

    def tick(times: int) -> None:
        for _ in range(times):
            workspace.runner.run(("git", "ls-files", "-s"), cwd=root, reading=True)
            workspace.runner.run(("git", "rev-parse", "--git-dir"), cwd=root, reading=True)

    tick(3)
    assert Gateway(Config(), FileJournal(workspace)).perform(Tidies(workspace), lambda: True)
    tick(2)
    workspace.runner.run(("git", "ls-files", "-s", "--no-such"), cwd=root, reading=True)
    tick(10)
    found = without_repeats(ran_here(workspace))
    own = re.compile(r"ls-files -s( --no-such)?$|git rev-parse --git-dir$|tidy|--short$")
    assert [(each.command, each.times, bool(each.of)) for each in found if own.search(each.command)] == [
        ("git ls-files -s", 3, False),
        ("git rev-parse --git-dir", 3, False),
        ("touch tidy && test -e tidy", 1, True),
        ("git status --short", 1, True),
        ("git ls-files -s --no-such", 1, False),
        ("git ls-files -s", 12, False),
        ("git rev-parse --git-dir", 12, False),
    ]
    assert all((each.first < each.at) if each.times > 1 else not each.first for each in found)
    told = table_text(ran_rows(found, UNICODE), 120)
    assert any(re.search(r" 0 +12 +git ls-files -s", plain(row)) for row in told)
    assert any(plain(row).startswith("runs 12, the first at 20") for row in ran_lines(found[-2], UNICODE))


async def test_actions_of_others_are_in_the_journal_and_not_in_the_log(workspace, settle) -> None:
    FileJournal(workspace).intend(Done())
    file = workspace.journal.files()[0]
    file.write_text(file.read_text().replace(f'"pid":{os.getpid()}', '"pid":4194305'))
    app = MltuiApp(workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert any("outcome unknown: make a worktree of run [b]a" in each.summary for each in app.screen.problems())
        await opened(pilot, settle, "J")
        assert isinstance(app.screen, JournalScreen)
        assert "? outcome unknown" in text(app)
        await pilot.press("y")
        await settle(pilot)
        assert app.clipboard.startswith("git worktree add ../churn-a\nMLFLOW_TRACKING_TOKEN=… dvc")
        await pilot.press("enter")
        await settle(pilot)
        assert "../churn-a is not there: nothing was made" in text(app)
        await pilot.press("escape")
        await opened(pilot, settle, "at")
        assert isinstance(app.screen, CommandLogScreen)
        assert "../churn-a" not in text(app)
        await opened(pilot, settle, "J")
        await opened(pilot, settle, "r")
        assert isinstance(app.screen, JournalScreen)
        for _ in range(2400):  # a thread notes it
            if '"event":"found"' in file.read_text():
                break
            await pilot.pause(0.05)
    assert file.read_text().count('"event":"found"') == 1


class Starts(Done):
    name, title, note = "retrain", "retrain train", Note(f"job {JOB}")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (None, ("✓ started", "✓ started")),  # its files are gone
        ("running", ("● started, running", "job     running")),
        ("failed", ("✗ started, failed", "job     failed at train, 2026-")),
    ],
)
async def test_a_retrain_that_was_started_is_not_done(workspace, settle, state, words) -> None:
    journal = FileJournal(workspace)
    journal.ended(journal.intend(Starts()), Outcome("done", f"job {JOB} was started"))
    if state is not None:
        file = state_dirs(workspace.project)[0] / "jobs" / JOB / "spec.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(spec_document(spec(JOB, NOW))))
        ended = {} if state == "running" else {"end": NOW, "failed_stage": "train"}
        file.with_name("state.json").write_text(json.dumps({"schema": 1, "state": state, "host": "elsewhere", **ended}))
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, settle, "J")
        seen = text(app)
        assert words[0] in seen and "done" not in seen, seen
        assert re.search(r"\d\d:\d\d:\d\d", seen), "what follows within a minute is told apart"
        await pilot.press("enter")
        await settle(pilot)
        assert words[1] in text(app)
    printed = table_text(journal_rows(*told(workspace)), 80)
    assert words[0] in "\n".join(map(plain, printed))


def told(workspace: Workspace):
    return workspace.journal.load().entries, UNICODE, {job.id: job for job in workspace.jobs.load()}


async def test_an_empty_journal_says_so(workspace, settle) -> None:
    app = MltuiApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, settle, "J")
        assert "nothing was done through mltui here yet" in text(app)
        await pilot.press("y", "enter", "slash", "q", "escape")
        await settle(pilot)
        assert not app.screen.query_one(Input).display
        await pilot.press("q")
        await settle(pilot)
        assert app.screen is app.screen_stack[0]
