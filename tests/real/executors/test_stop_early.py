"""Stops that come while a job is only being started, or while dvc runs no stage: each comes at a door that is held."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.real.executors.engines import Engine
from tests.real.executors.engines_here import local
from tests.real.executors.every_engine import ENGINES
from tests.real.executors.training_project import DVC, git, let, trainings, until, worktree

from mltui.actions.jobs.following import follow
from mltui.actions.jobs.lost import UNBEGUN
from mltui.actions.jobs.shipped import RUNNER
from mltui.actions.jobs.signalling import SignalledJob
from mltui.actions.jobs.starting import start_job
from mltui.actions.jobs.stop import Stop
from mltui.actions.jobs.stoppable import Target
from mltui.actions.opening import open_workspace
from mltui.config import Config
from mltui.model.job import Job, JobSpec
from mltui.sources.jobs.source import JobsSource
from mltui.sources.places import state_dirs

pytestmark = pytest.mark.real

#: A program in front of the real one: where its arguments have `word`, it waits until the door is opened, before or
#: after what it does.
HELD = """#!{python}
import os, subprocess, sys, time
if {word!r} not in sys.argv:
    os.execv({real!r}, [{real!r}, *sys.argv[1:]])
code = subprocess.call([{real!r}, *sys.argv[1:]]) if {after} else None
open({at!r}, "w").close()
while not os.path.exists({door!r}):
    time.sleep(0.02)
sys.exit(subprocess.call([{real!r}, *sys.argv[1:]]) if code is None else code)
"""


class Door:
    """`at` is there as soon as somebody waits at it."""

    def __init__(self, place: Path, name: str, word: str, after: bool = False) -> None:
        real = DVC if name == "dvc" else str(shutil.which(name))
        self.at, self._open, self.bin = place / "at", place / "open", place / "bin"
        self.bin.mkdir()
        self.program = self.bin / name
        given: dict[str, Any] = {"at": str(self.at), "door": str(self._open), "after": after}
        self.program.write_text(HELD.format(python=sys.executable, real=real, word=word, **given))
        self.program.chmod(0o700)

    def open(self) -> None:
        self._open.touch()


def _config(engine: Engine) -> Config:
    """The executor as its user has it configured."""
    made: Any = engine.executor
    options = made.clone.options if engine.executor.kind == "ssh" else made._place.options
    return Config(executors={engine.executor.kind: {"kind": engine.executor.kind, **options}})


@pytest.mark.parametrize("name", ["dvc-queue", "ssh"])
def test_a_stop_that_comes_while_a_job_is_being_started_reaches_it(
    name: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ENGINES[name](root) as engine:
        let(root, "steps")
        here, spec = worktree(root), engine.spec()
        if name == "ssh":
            door = Door(tmp_path, "git", "push")
            monkeypatch.setenv("PATH", f"{door.bin}{os.pathsep}{os.environ['PATH']}")
        else:
            door = Door(tmp_path, "dvc", "--queue")
            spec = engine.spec(argv=(str(door.program), *spec.argv[1:-1], spec.experiment), experiment=spec.experiment)
        starting = threading.Thread(target=start_job, args=(engine.project, engine.executor, spec))
        starting.start()
        until(door.at.exists)
        job = JobsSource(engine.project).one(spec.id)
        (seen,), problems = follow(engine.project, engine.door, _config(engine), [job])
        assert (seen.state, problems) == ("queued", ()), "its engine does not know it yet: it is not lost"
        stopped = SignalledJob(engine.executor, job)
        stopped.signal("INT")
        assert not stopped.over()
        door.open()
        starting.join()
        until(stopped.over)
        assert stopped.job.state == "stopped", stopped.job
        assert trainings(engine.works_in) == [] and worktree(root) == here


def _at_work(engine: Engine, job: Job) -> None:
    until(lambda: (now := engine.now(job)).ended or (now.state == "running" and b"step 1" in engine.log(job)))
    assert engine.now(job).state == "running", engine.log(job)


def _killed(engine: Engine, spec: JobSpec, before: bool) -> Job:
    """Submit it from a process that is killed before its engine has it, or before anybody wrote down its handle."""
    submit = engine.executor.submit

    def killed(*given: Any) -> str:
        if not before:
            submit(*given)
        os.kill(os.getpid(), signal.SIGKILL)
        return ""

    if not (pid := os.fork()):
        try:
            engine.executor.submit = killed  # type: ignore[method-assign]
            start_job(engine.project, engine.executor, spec)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    return JobsSource(engine.project).one(spec.id)


@pytest.mark.parametrize("name", ["dvc-queue", "local", "ssh"])
def test_whoever_starts_a_job_may_be_killed_and_it_can_be_stopped(name: str, root: Path) -> None:
    with ENGINES[name](root) as engine:
        let(root, "steps")
        job = _killed(engine, engine.spec(), before=False)
        _at_work(engine, job)
        stopped = SignalledJob(engine.executor, job)
        assert stopped.signal("INT").signalled
        until(stopped.over)
        assert stopped.job.state == "stopped", stopped.job
        assert trainings(engine.works_in) == []


@pytest.mark.parametrize("name", ["dvc-queue", "local", "ssh"])
def test_a_job_that_never_reached_its_engine_is_lost_and_a_stop_settles_it(name: str, root: Path) -> None:
    with ENGINES[name](root) as engine:
        job = _killed(engine, engine.spec(), before=True)
        (seen,), _ = follow(engine.project, engine.door, _config(engine), [job])
        assert seen.state == "lost"
        stopped = SignalledJob(engine.executor, job)
        stopped.signal("INT")
        assert stopped.over()
        if name != "local":
            return
        workspace = open_workspace(str(root))
        outcome = Stop(Target(job=job), workspace, grace=0).act(lambda *_: None)
        workspace.close()
        assert outcome.state == "done", outcome
        ended = engine.now(job)
        assert (ended.state, ended.notes) == ("stopped", (UNBEGUN,))


@pytest.fixture
def engine(root: Path) -> Iterator[Engine]:
    with local(root) as engine:
        yield engine


def _of_rev(engine: Engine, door: Door) -> Job:
    """Retrain HEAD in a worktree of its own, with that git."""
    path = f"{door.bin}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    state, child = state_dirs(engine.project)[0], RUNNER.with_name("rev_child.py")
    argv = (sys.executable, str(child), "--state", str(state), "--rev", "HEAD", "--", "repro")
    return engine.submit(mode="rev", rev="HEAD", argv=argv, env={"PATH": path, "DVC_NO_ANALYTICS": "1"})


@pytest.mark.parametrize("how", ["INT", "TERM"])
def test_a_stop_while_a_worktree_is_made_has_it_taken_away(engine: Engine, tmp_path: Path, how: Any) -> None:
    let(engine.root, "steps")
    door = Door(tmp_path, "git", "add", after=True)
    job = _of_rev(engine, door)
    until(door.at.exists)
    assert len(git(engine.root, "worktree", "list").splitlines()) == 2
    engine.executor.cancel(job, how)
    until(lambda: engine.now(job).state == "stopping")
    door.open()
    until(lambda: engine.now(job).ended)
    assert engine.now(job).state == "stopped", engine.log(job)
    assert len(git(engine.root, "worktree", "list").splitlines()) == 1
    assert not list((engine.root / ".dvc/tmp/mltui").iterdir())
    assert b"Running stage" not in engine.log(job)


@pytest.mark.parametrize("how", ["INT", "TERM"])
def test_a_second_stop_does_not_end_the_tidying_of_the_first(engine: Engine, tmp_path: Path, how: Any) -> None:
    let(engine.root, "steps")
    door = Door(tmp_path, "git", "remove")
    job = _of_rev(engine, door)
    _at_work(engine, job)
    engine.executor.cancel(job, "INT")
    until(door.at.exists)
    assert engine.executor.cancel(job, how).signalled == ()
    door.open()
    until(lambda: engine.now(job).ended)
    assert engine.now(job).state == "stopped", engine.log(job)
    assert len(git(engine.root, "worktree", "list").splitlines()) == 1
    assert not list((engine.root / ".dvc/tmp/mltui").iterdir())


def test_a_dvc_that_runs_no_stage_yet_ends_when_it_is_terminated(engine: Engine, tmp_path: Path) -> None:
    """A real dvc that has only just begun: it waits where Python looks for settings of the site."""
    site, at = tmp_path / "site", tmp_path / "at"
    site.mkdir()
    waits = f"import sys, time\nif sys.argv[1:] == ['repro']:\n    open({str(at)!r}, 'w').close()\n"
    (site / "sitecustomize.py").write_text(f"{waits}    time.sleep(600)\n")
    job = engine.submit(env={**engine.spec().env, "PYTHONPATH": str(site)})
    until(at.exists)
    engine.executor.cancel(job, "TERM")
    until(lambda: engine.now(job).ended)
    assert engine.now(job).state == "stopped" and trainings(engine.root) == []


#: What a dvc leaves that was interrupted while it wrote one of these, as a training can do it at a known moment.
TEARS = """
import os, time
kind = open("params.yaml").read().split()[1]
if kind != "well":
    open({path!r}, "w").close()
    print("step 1", flush=True)
    time.sleep(600)
open("model.txt", "w").write(kind)
open("metrics.json", "w").write("{{}}")
"""


@pytest.mark.parametrize(
    ("path", "mode", "words"),
    [
        (".dvc/tmp/rwlock", "in place", ("repro",)),
        (".git/refs/exps/exec/EXEC_BASELINE.lock", "workspace", ("exp", "run")),
    ],
)
def test_what_dvc_left_half_written_does_not_stop_the_next_job(
    engine: Engine, path: str, mode: Any, words: tuple[str, ...]
) -> None:
    (engine.root / "train.py").write_text(TEARS.format(path=path))
    let(engine.root, "tears")
    job = engine.submit(mode=mode, argv=(DVC, *words))
    _at_work(engine, job)
    engine.executor.cancel(job, "INT")
    until(lambda: engine.now(job).ended)
    assert not (engine.root / path).exists()
    assert any("was taken away" in note for note in engine.now(job).notes), engine.now(job)
    engine.put_back(engine.now(job))
    let(engine.root, "well")
    after = engine.submit(mode=mode, argv=(DVC, *words))
    until(lambda: engine.now(after).ended)
    assert engine.now(after).state == "finished", engine.log(after)
