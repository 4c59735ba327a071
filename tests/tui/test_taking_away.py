"""`Z`: what a job left in a clone elsewhere is shown, and taken away after ctrl+s only."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.job_sample import jobs
from tui_fakes import NOW, FakeWorkspace, churn

from mltui.actions.gateway import Gateway
from mltui.config import Config
from mltui.model.made import Made
from mltui.present.text import plain
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner
from mltui.tui.app import MltuiApp
from mltui.tui.screens import stopping
from mltui.tui.widgets.lines import LinesView


class Notes:
    """A journal: what was begun, how it ended."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def intend(self, action: Any) -> str:
        self.rows.append(action.name)
        return "1"

    def ended(self, entry: str, outcome: Any) -> None:
        self.rows.append(outcome.state)


def git(where: Path, *words: str) -> None:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(("git", *name, *words), cwd=where, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    clone = tmp_path / "clone"
    clone.mkdir()
    git(clone, "init", "-q")
    git(clone, "commit", "-q", "--allow-empty", "-m", "one")
    return clone


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def project(tmp_path: Path, clone: Path, notes: Notes, monkeypatch: pytest.MonkeyPatch) -> FakeWorkspace:
    """A job that failed on a cluster whose clone is on this box, and one that runs here."""
    monkeypatch.setattr("mltui.tui.places.jobs.place.now_ms", lambda: NOW)
    monkeypatch.setattr("mltui.sources.jobs.made.made", lambda workspace, job, stages: Made())
    monkeypatch.setattr(stopping, "gateway_of", lambda workspace: Gateway(workspace.config, notes))
    workspace = churn(tmp_path / "here")
    lost = next(job for job in jobs(NOW, str(tmp_path / "jobs")) if job.spec.mode == "remote")
    failed = replace(lost, state="failed", spec=replace(lost.spec, kind="slurm"))
    (tmp_path / "jobs" / failed.id).mkdir(parents=True)
    workspace.jobs.value = (failed, *jobs(NOW, str(tmp_path))[1:2])
    workspace.config = Config(executors={"gpu-box": {"kind": "slurm", "path": str(clone), "python": sys.executable}})
    workspace.runner = ProcessRunner()
    (tmp_path / "here").mkdir(exist_ok=True)
    workspace.project = Project(tmp_path / "here", tmp_path / "here")
    there = clone / ".git" / "mltui" / "jobs" / failed.id
    there.mkdir(parents=True)
    (there / "log").write_text("the loss is nan\n")
    git(clone, "worktree", "add", "-q", "--detach", str(there / "worktree"))
    git(clone, "update-ref", f"refs/mltui/jobs/{failed.id}", "HEAD")
    (there / "worktree" / "model.txt").write_text("half of it")
    return workspace


def text(app: MltuiApp) -> str:
    return "\n".join(plain(each) for each in app.screen.query_one("#text", LinesView).lines)


async def test_it_is_shown_first_and_taken_away_by_ctrl_s(
    project: FakeWorkspace, clone: Path, notes: Notes, settle: Any
) -> None:
    app = MltuiApp(project)
    job = project.jobs.value[0]
    jobs_there = clone / ".git" / "mltui" / "jobs"
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("7", "Z")
        await settle(pilot)
        assert "no commit has it: model.txt" in text(app)
        assert f"update-ref -d refs/mltui/jobs/{job.id}" in text(app).replace("\n", "")
        await pilot.press("escape")
        await settle(pilot)
        assert (jobs_there / job.id / "worktree").is_dir() and notes.rows == []
        await pilot.press("Z")
        await settle(pilot)
        assert "no commit has it: model.txt" in text(app)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert "taken away on this host" in text(app)
    assert list(jobs_there.iterdir()) == [] and notes.rows == ["clean", "done"]
    assert Path(job.log).read_text() == "the loss is nan\n"
    left = subprocess.run(("git", "for-each-ref", "refs/mltui"), cwd=clone, capture_output=True, check=True)
    assert left.stdout == b""


async def test_what_ran_here_or_still_runs_says_why_not(project: FakeWorkspace, settle: Any) -> None:
    app = MltuiApp(project)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("7", "j", "Z")
        screen = await settle(pilot)
        assert app.screen is screen
        assert "in Jobs, on one that ran there" in screen._compositor.render_strips()[-1].text
