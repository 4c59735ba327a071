"""How a job that was waited for ended, in a terminal."""

from __future__ import annotations

import pytest
from tests.job_sample import spec

from mltui.cli.exits import FAILED, OK
from mltui.cli.retrain_wait import _told
from mltui.model.job import Job

KEPT = "its worktree is kept: /there/worktree (187 kB); mltui clean 1 takes it away"


def test_what_it_left_is_told_however_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    failed = Job(spec("1", 0), "/nowhere", "failed", failed_stage="train", notes=(KEPT,))
    assert _told(failed, quiet=False) == FAILED
    assert KEPT in capsys.readouterr().err
    assert _told(Job(spec("1", 0), "/nowhere", "finished", notes=("no DVC remote",)), quiet=False) == OK
    assert "no DVC remote" in capsys.readouterr().out
