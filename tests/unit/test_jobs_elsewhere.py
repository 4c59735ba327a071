"""What jobs in a directory of their own share: an interrupt never meets a worktree whose changes are put aside."""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from mltui.actions.jobs import elsewhere
from mltui.actions.jobs.left_behind import left_behind
from mltui.actions.jobs.runner_files import Before
from mltui.actions.jobs.verifying import verified
from mltui.model.job import Job, JobSpec, JobStep
from mltui.sources.jobs.missing_outs import missing_outs
from mltui.sources.runner import ProcessRunner


def test_an_interrupt_waits_until_it_is_over() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), elsewhere.uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("put back")
    assert done == ["put back"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nothing_happens_without_one() -> None:
    with elsewhere.uninterrupted():
        pass
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_a_killed_dvc_left_in_the_stash_is_told(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        name = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(("git", *name, *words), cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "params.yaml").write_text("lr: 1\n")
    git("add", "-A")
    git("commit", "-qm", "one")
    (tmp_path / "params.yaml").write_text("lr: 2\n")
    folder = tmp_path / ".git" / "mltui" / "jobs" / "1"
    (folder / "before").mkdir(parents=True)
    before = Before(str(tmp_path), str(folder / "before"))
    before.keep()
    git("stash")
    before.changed()
    spec = JobSpec("1", "retrain", 0, "local", "local", "isolated", ("dvc",), str(tmp_path))
    job = Job(spec, str(folder), "stopped")
    left = left_behind(job)
    assert left is not None and left.stashed
    assert any(f"git's stash has a new entry, {left.stashed[:7]}" in line for line in verified(job, ProcessRunner()))


def test_only_outs_that_there_once_were_come_back_from_the_cache(tmp_path: Path) -> None:
    """A stage that never ran has none: "put files back" was offered after its stop, and did nothing."""
    (tmp_path / "dvc.yaml").write_text("stages:\n  train:\n    cmd: train\n    outs: [model.pkl]\n")
    subprocess.run(("git", "init", "-q"), cwd=tmp_path, check=True)
    folder = tmp_path / ".git" / "mltui" / "jobs" / "1"
    (folder / "before").mkdir(parents=True)
    before = Before(str(tmp_path), str(folder / "before"))
    before.keep()
    before.changed()
    spec = JobSpec("1", "retrain", 0, "local", "local", "in place", ("dvc", "repro"), str(tmp_path))
    job = Job(spec, str(folder), "stopped", steps=(JobStep("train", "stopped"),))
    left = left_behind(job)
    assert left is not None and left.addresses == ()
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\nstages:\n  train:\n    cmd: train\n")
    left = left_behind(job)
    assert left is not None and left.addresses == ("train",)


def test_an_out_that_dvc_took_away_is_told(tmp_path: Path) -> None:
    """git ignores it, and it was said that no file differed."""
    (tmp_path / "dvc.yaml").write_text(
        "stages:\n  train:\n    wdir: deep\n    cmd: train\n    outs: [model.pkl, there.pkl]\n"
    )
    entry = "    cmd: train\n    outs:\n    - path: model.pkl\n    - path: there.pkl\n"
    (tmp_path / "dvc.lock").write_text(f"schema: '2.0'\nstages:\n  train:\n{entry}")
    (tmp_path / ".gitignore").write_text("*.pkl\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "there.pkl").write_text("as before")
    subprocess.run(("git", "init", "-q"), cwd=tmp_path, check=True)
    folder = tmp_path / ".git" / "mltui" / "jobs" / "1"
    (folder / "before").mkdir(parents=True)
    before = Before(str(tmp_path), str(folder / "before"))
    before.keep()
    before.changed()
    spec = JobSpec("1", "retrain", 0, "local", "local", "in place", ("dvc", "repro"), str(tmp_path))
    job = Job(spec, str(folder), "stopped", steps=(JobStep("train", "stopped"),))
    gone = "deep/model.pkl is not here: DVC takes outs away before a stage runs; mltui restore 1 brings back"
    assert any(line.startswith(gone) for line in verified(job, ProcessRunner()))
    assert missing_outs(job, tmp_path) == ("deep/model.pkl",)
    assert missing_outs(replace(job, steps=(JobStep("train", "done"),)), tmp_path) == ()
    assert missing_outs(replace(job, spec=replace(spec, mode="isolated")), tmp_path) == ()
    (tmp_path / "deep" / "model.pkl").write_text("again")
    assert not any("model.pkl" in line for line in verified(job, ProcessRunner()))
