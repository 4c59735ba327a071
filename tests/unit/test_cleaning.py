"""Taking away what jobs left elsewhere: what is asked of the box, and what has to be here before."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mltui.actions.executors.box import ANSWER
from mltui.actions.executors.clone import KEPT
from mltui.actions.jobs.clean import TAKEN, Clean, Left, Leftover
from mltui.config import Config
from mltui.errors import Unreachable
from mltui.model.job import Job, JobSpec
from mltui.present.cleaning import clean_lines
from mltui.present.text import UNICODE, plain
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner


class _Clone:
    """One that can't be reached for a result; what its box was asked."""

    def __init__(self) -> None:
        self.box, self.asked = self, list[tuple[str, float]]()

    def checked(self, script: str, what: str, *, timeout: float = ANSWER) -> None:
        self.asked.append((script, timeout))

    def bring(self, job: Job) -> Job:
        raise Unreachable("no route to box")


@pytest.mark.parametrize("here", [True, False])
def test_it_is_taken_away_in_minutes_and_only_after_its_result_is_here(tmp_path: Path, here: bool) -> None:
    spec = JobSpec("1", "retrain", 0, "box", "ssh", "in place", (), str(tmp_path))
    job = Job(spec, str(tmp_path), "failed", experiment="mute-fox", commit_made="a" * 40, notes=("one", f"{KEPT}/w"))
    workspace: Any = SimpleNamespace(project=Project(tmp_path, tmp_path), runner=ProcessRunner(), config=Config())
    clone: Any = _Clone()
    left = Left((Leftover(job, "box", 5, (), "rm -rf -- w", "ssh box rm", clone, here),))
    (told,) = [plain(each) for each in clean_lines(left.found, (), UNICODE) if "mute-fox" in plain(each)]
    assert ("here too" in told) == here and ("brought home first" in told) != here
    outcome = Clean(workspace, left).act(lambda *_: None)
    if not here:
        assert clone.asked == [] and outcome.state == "failed"
        assert "its experiment mute-fox is only on box" in outcome.left[0]
        return
    ((script, timeout),) = clone.asked
    assert (script, outcome.state) == ("rm -rf -- w", "done") and timeout > ANSWER, "a worktree may be large"
    assert json.loads((tmp_path / "state.json").read_text())["notes"] == ["one", TAKEN]
