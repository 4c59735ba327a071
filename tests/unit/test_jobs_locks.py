"""Locks that a stop takes: whoever keeps one holds nobody up, and none is made where DVC means its file by it."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mltui.actions.jobs import elsewhere, runner_stop, runner_turn
from mltui.actions.jobs.restore import Restore
from mltui.actions.jobs.runner_turn import mended
from mltui.actions.replacing import replace_file
from mltui.model.job import Job, JobSpec
from mltui.model.outcome import Outcome
from mltui.sources.runner import ProcessRunner

#: More than it may take: an upper bound (s).
LONG = 60.0


def test_a_stop_is_written_though_somebody_keeps_the_lock(tmp_path: Path) -> None:
    """A runner that gets a signal while it writes one, or another mltui that is stopped (``ctrl+z``) meanwhile."""
    said: list[bool] = []
    kept = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(kept, fcntl.LOCK_EX)
        asks = threading.Thread(
            target=lambda: said.append(runner_stop.ask(str(tmp_path), {"how": "TERM"})), daemon=True
        )
        asks.start()
        asks.join(LONG)
        assert said == [True]
    finally:
        os.close(kept)
    assert runner_stop.read(str(tmp_path))["how"] == "TERM"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    found = tmp_path / ".dvc" / "tmp"
    found.mkdir(parents=True)
    return found


@pytest.mark.parametrize("text", ['{"read": {}, "write": {}}', '{"read": {'])
def test_no_lock_of_dvcs_is_left_where_its_file_is_the_lock(temporary: Path, text: str) -> None:
    """With `core.hardlink_lock` it is: every dvc would find it taken."""
    (temporary / "rwlock").write_text(text)
    torn = not text.endswith("}")
    assert bool(mended(str(temporary), workspace=False)) is torn
    assert [path.name for path in temporary.iterdir()] == ([] if torn else ["rwlock"])


def test_an_rwlock_that_another_dvc_just_writes_is_left_alone(temporary: Path) -> None:
    (temporary / "rwlock").write_text('{"read": {')
    with (temporary / "rwlock.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        assert mended(str(temporary), workspace=False) == []
    assert (temporary / "rwlock").exists()
    assert mended(str(temporary), workspace=False), "nobody has it any more"
    assert not (temporary / "rwlock").exists()


def test_a_lock_of_whoever_begins_after_the_look_is_left_alone(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`dvc_at_work` stands for the moment: right after nobody was seen, a dvc begins."""
    subprocess.run(("git", "init", "-q", str(tmp_path)), check=True)
    refs = tmp_path / ".git" / "refs" / "exps" / "exec"
    refs.mkdir(parents=True)
    (refs / "EXEC_HEAD.lock").touch()

    def nobody(_cwd: str, _job: str) -> str:
        (refs / "EXEC_BASELINE.lock").touch()
        return ""

    monkeypatch.setattr(runner_turn, "dvc_at_work", nobody)
    (said,) = mended(str(tmp_path), workspace=True)
    assert "EXEC_HEAD" in said
    assert [path.name for path in refs.iterdir()] == ["EXEC_BASELINE.lock"]


def test_the_number_of_a_dvc_that_was_killed_is_waited_for_by_nobody(temporary: Path) -> None:
    """Its entry stays, and whoever has its number now may live for weeks."""
    with subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE) as other:
        path = temporary / "rwlock"
        path.write_text(json.dumps({"write": {"/p/model.pkl": {"pid": other.pid, "cmd": "dvc repro"}}}))
        assert elsewhere._writing(str(temporary.parent)) == f"model.pkl (pid {other.pid})"
        os.utime(path, (0, time.time() - 60))  # as if that process began after it was written
        assert elsewhere._writing(str(temporary.parent)) == ""
        other.communicate(b"\n")
    assert elsewhere._writing(str(temporary.parent)) == ""


def test_two_threads_that_replace_one_file_leave_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One asks how a job is while another stops it. `fsync` stands for the moment: the other is faster."""
    path, others, sync = tmp_path / "state.json", list[threading.Thread](), os.fsync

    def fsync(handle: int) -> None:
        sync(handle)
        if not others:
            others.append(threading.Thread(target=replace_file, args=(path, "second")))
            others[0].start()
            others[0].join()
            assert path.read_text() == "second"

    monkeypatch.setattr("mltui.actions.replacing.os.fsync", fsync)
    replace_file(path, "the first one")
    assert path.read_text() == "the first one"
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


def test_what_a_job_left_is_put_back_while_no_other_has_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two stages no lock of DVC's says that somebody works there."""
    folder = tmp_path / "jobs" / "1"
    folder.mkdir(parents=True)
    spec = JobSpec("1", "retrain", 0, "local", "local", "in place", ("dvc",), str(tmp_path))
    action = Restore(Job(spec, str(folder), "stopped"), ProcessRunner())
    with (tmp_path / "in-place.lock").open("w+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        print("2", file=lock, flush=True)
        monkeypatch.setattr(action, "_put_back", lambda _tell: pytest.fail("half over each other"))
        outcome = action.act(lambda *_: None)
        assert (outcome.state, "job 2 has its turn" in outcome.summary) == ("failed", True)
    assert (tmp_path / "in-place.lock").read_text() == "2\n"

    def puts_back(_tell: object) -> Outcome:
        with (tmp_path / "in-place.lock").open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return Outcome("done", (tmp_path / "in-place.lock").read_text())

    monkeypatch.setattr(action, "_put_back", puts_back)
    assert action.act(lambda *_: None) == Outcome("done", "1\n")
