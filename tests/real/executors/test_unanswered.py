"""A start whose answer does not come: whether the job began is asked of its engine, and it can be stopped."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from tests.real.executors.engines import Engine
from tests.real.executors.engines_here import local
from tests.real.executors.every_engine import ENGINES
from tests.real.executors.training_project import let, trainings, until, worktree

from mltui.actions.jobs.following import follow
from mltui.actions.jobs.lost import UNHEARD
from mltui.actions.jobs.signalling import SignalledJob
from mltui.actions.jobs.starting import start_job
from mltui.actions.jobs.stop import Stop
from mltui.actions.jobs.stoppable import Target, stoppable_job
from mltui.actions.opening import open_workspace
from mltui.config import Config
from mltui.errors import Refused, Unanswered
from mltui.model.job import Job
from mltui.sources.jobs.source import JobsSource

pytestmark = pytest.mark.real

#: An ssh whose connection is cut once, right before or right after it did what has `word` in it.
CUT = """#!{python}
import os, subprocess, sys
cut = not os.path.exists({at!r}) and any({word!r} in each for each in sys.argv)
if cut:
    open({at!r}, "w").close()
if cut and not {after}:
    code = 255
else:
    code = subprocess.call([{real!r}, *sys.argv[1:]])
if cut:
    print("Connection closed by remote host", file=sys.stderr)
sys.exit(255 if cut else code)
"""
#: What starts a runner, and is ended before it can say so.
SILENT = """#!/bin/sh
case "$2" in start) {before}; exec {python} "$@" >/dev/null;; esac
exec {python} "$@"
"""


def _cut(monkeypatch: pytest.MonkeyPatch, place: Path, word: str, *, after: bool) -> None:
    program = place / "bin" / "ssh"
    program.parent.mkdir()
    given = {"word": word, "after": after, "at": str(place / "cut"), "real": shutil.which("ssh")}
    program.write_text(CUT.format(python=sys.executable, **given))
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def _config(engine: Engine) -> Config:
    """The executor as its user has it configured."""
    return Config(executors={engine.executor.kind: {"kind": engine.executor.kind, **engine.executor.clone.options}})  # type: ignore[attr-defined]


def _unanswered(engine: Engine) -> Job:
    """The job as its files have it, and so as everybody sees it, after its start was not answered."""
    spec = engine.spec(mode="remote")
    with pytest.raises(Unanswered, match=r"was not answered: .*Connection closed"):
        start_job(engine.project, engine.executor, spec)
    job = JobsSource(engine.project).one(spec.id)
    assert isinstance(stoppable_job(job), Target) and job.followed
    return job


@pytest.mark.parametrize(("name", "word"), [("ssh", "runner.py start"), ("slurm-over-ssh", "sbatch --parsable")])
def test_a_job_that_began_though_nobody_said_so_is_followed_and_stopped(
    name: str, word: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ENGINES[name](root) as engine:
        let(root, "steps")
        here = worktree(root)
        _cut(monkeypatch, tmp_path, word, after=True)
        job = _unanswered(engine)
        until(lambda: b"step 1" in engine.log(job))
        until(lambda: follow(engine.project, engine.door, _config(engine), [job])[0][0].state == "running")
        job = JobsSource(engine.project).one(job.id)
        assert job.state == "running", "that is kept"
        stopped = SignalledJob(engine.executor, job)
        assert stopped.signal("INT").signalled
        until(stopped.over)
        assert stopped.job.state == "stopped", stopped.job
        assert trainings(engine.works_in) == [] and worktree(root) == here


def test_a_job_whose_start_was_not_heard_never_began_and_a_stop_settles_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ENGINES["ssh"](root) as engine:
        _cut(monkeypatch, tmp_path, "runner.py start", after=False)
        job = _unanswered(engine)
        (seen,), problems = follow(engine.project, engine.door, _config(engine), [job])
        assert (seen.state, seen.notes, problems) == ("lost", (UNHEARD,), ())
        assert JobsSource(engine.project).one(job.id).state == "queued", "it may be heard of yet"
        workspace = open_workspace(str(root))
        workspace.config = _config(engine)
        outcome = Stop(Target(job=job), workspace, grace=0).act(lambda *_: None)
        workspace.close()
        assert outcome.state == "done", outcome
        ended = JobsSource(engine.project).one(job.id)
        assert (ended.state, ended.notes) == ("stopped", (UNHEARD,))


@pytest.mark.parametrize("begins", [True, False])
def test_a_runner_here_that_does_not_answer_is_looked_for(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begins: bool
) -> None:
    silent = tmp_path / "python"
    silent.write_text(SILENT.format(python=sys.executable, before=":" if begins else "exit 9"))
    silent.chmod(0o700)
    with local(root) as engine, monkeypatch.context() as patch:
        let(root, "steps")
        patch.setattr(sys, "executable", str(silent))
        if not begins:
            with pytest.raises(Refused, match="the runner did not start"):
                engine.submit()
            assert JobsSource(engine.project).load() == ()
            return
        job = engine.submit()
        assert job.pid is not None and job.handle == str(job.pid)
        stopped = SignalledJob(engine.executor, job)
        stopped.signal("INT")
        until(stopped.over)
        assert stopped.job.state == "stopped" and trainings(root) == []
