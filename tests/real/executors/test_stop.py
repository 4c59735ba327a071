"""Stopping real trainings under real DVC, with runs in a real MLflow store, and what is told afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from tests.real.executors.conftest import LONG
from tests.real.executors.engines import Engine
from tests.real.executors.engines_here import local
from tests.real.executors.training_project import DVC, TRAIN, environment, git, let, trainings, until, worktree
from tests.real.slurm_cluster import slurm_cluster

from mltui.actions.gateway import gateway_of
from mltui.actions.jobs import stop
from mltui.actions.jobs.restore import Restore
from mltui.actions.jobs.stop import Stop
from mltui.actions.jobs.stoppable import Target
from mltui.actions.opening import open_workspace
from mltui.model.job import Job
from mltui.model.outcome import Outcome

pytestmark = pytest.mark.real

#: A training with a run, which an interrupt ends and mlflow calls FAILED, or which hears nothing before SIGTERM.
LOGS = """
import os, signal, sys, time
kind = open("params.yaml").read().split()[1]
if kind == "deaf":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
with mlflow.start_run(run_name=kind) as run:
    print("run", run.info.run_id, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def engine(root: Path):  # type: ignore[no-untyped-def]
    with local(root) as engine:
        yield engine


def _running(engine: Engine, words: bytes) -> Job:
    job = engine.submit()
    until(lambda: (now := engine.now(job)).ended or (now.state == "running" and words in engine.log(job)))
    assert engine.now(job).state == "running", engine.log(job)
    return engine.now(job)


def _stopped(engine: Engine, job: Job, told: list[str], **given: object) -> Outcome:
    workspace = open_workspace(str(engine.root))
    try:
        action = Stop(Target(job=job), workspace, **given)  # type: ignore[arg-type]
        assert all(command.startswith("kill -") for command in action.commands())
        outcome = gateway_of(workspace).perform(action, lambda: True, lambda *said: told.append(said[2]))
    finally:
        workspace.close()
    assert outcome is not None
    return outcome


def _statuses(root: Path) -> dict[str, str]:
    with sqlite3.connect(root / "mlflow.db") as store:
        return dict(store.execute("select name, status from runs"))


@pytest.mark.parametrize("kind", ["hears", "deaf"])
def test_a_training_is_stopped_and_its_run_is_set_to_killed(engine: Engine, kind: str) -> None:
    (engine.root / "train.py").write_text(LOGS)
    (engine.root / ".gitignore").write_text("/model.txt\n/report.txt\n/mlflow.db\n/mlruns\n")
    git(engine.root, "commit", "-qam", "logs")
    let(engine.root, kind)
    before = worktree(engine.root)
    job, told = _running(engine, b"run "), []
    outcome = _stopped(engine, job, told, grace=LONG if kind == "hears" else 0)
    assert outcome.state == "done", outcome
    left = "\n".join(outcome.left)
    assert "no process of it is left" in left and trainings(engine.root) == []
    assert "main and HEAD" in left and "no refs/exps/exec" in left and "no lock of DVC is held" in left
    assert f"metrics.json differs from before the start: mltui restore {job.id} puts it back" in left
    assert f"run {kind} set to KILLED" in left
    assert told[-1] == "sets 1 run to KILLED, by the project's mlflow", "it may take mlflow seconds to load"
    assert _statuses(engine.root) == {kind: "KILLED"}
    assert any("SIGINT to python train.py" in each for each in told) == (kind == "hears")
    restore = Restore(engine.now(job), engine.door)
    assert (engine.root / "model.txt").exists() is False
    assert restore.act(lambda *_: None).state == "done"
    assert worktree(engine.root) == before and (engine.root / "model.txt").exists()
    assert engine.now(job).changed == () and Restore(engine.now(job), engine.door).refusal() is not None


def test_what_ignores_signals_is_killed_after_a_second_question_only(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop, "TERM_GRACE", 0.5)
    let(engine.root, "stubborn")
    job = _running(engine, b"step 1")
    asked: list[object] = []
    outcome = _stopped(engine, job, [], grace=0, kill=lambda alive: bool(asked.append(alive)), clock=_Hours())
    assert outcome.state == "failed" and asked and "still lives" in outcome.left[0]
    until(lambda: engine.now(job).state == "stopping")  # its runner says so, a moment after it was signalled
    assert trainings(engine.root)
    outcome = _stopped(engine, engine.now(job), [], grace=0, kill=bool)
    assert outcome.state == "done", outcome
    assert trainings(engine.root) == []


def test_what_lives_on_without_its_runner_is_stopped_and_the_job_says_so(engine: Engine) -> None:
    let(engine.root, "steps")
    job = _running(engine, b"step 1")
    assert job.pid is not None
    os.kill(job.pid, signal.SIGKILL)
    until(lambda: engine.now(job).state == "lost")
    argv = [sys.executable, "-m", "mltui", "-C", str(engine.root), "jobs", job.id]
    said = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert "Still alive" in said.stdout, said
    outcome = _stopped(engine, engine.now(job), [], grace=LONG)
    assert outcome.state == "done", outcome
    assert trainings(engine.root) == []
    ended = engine.now(job)
    assert (ended.state, ended.stage) == ("stopped", "")
    assert "its runner was killed before it ended" in ended.notes


class _Hours:
    """A clock on which every look takes an hour: no grace is waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 3600
        return self.now


def test_nothing_is_put_back_that_somebody_touched(engine: Engine) -> None:
    (engine.root / "notes.txt").write_text("before")
    (engine.root / "params.yaml").write_text("kind: steps\n")  # not committed: only the job's copy has it
    job = _running(engine, b"step 1")
    (engine.root / "notes.txt").write_text("written while it ran")
    engine.executor.cancel(job, "INT")
    until(lambda: engine.now(job).ended)
    (engine.root / "metrics.json").write_text("{}")
    restore = Restore(engine.now(job), engine.door)
    assert restore.refusal() is None
    assert not any("metrics.json" in each or "notes" in each for each in restore.commands())
    outcome = restore.act(lambda *_: None)
    assert {"metrics.json is left as it is: it was changed since"} < set(outcome.left)
    assert (engine.root / "metrics.json").read_text() == "{}"
    assert (engine.root / "notes.txt").read_text() == "written while it ran"
    assert (engine.root / "model.txt").exists()


def test_a_job_waits_for_a_dvc_that_somebody_started(engine: Engine) -> None:
    let(engine.root, "steps")
    with (engine.root / "by-hand.log").open("wb") as log:
        theirs = subprocess.Popen((DVC, "repro"), cwd=engine.root, env=environment(), stdout=log)
        until(lambda: b"step 1" in (engine.root / "by-hand.log").read_bytes())
        job = engine.submit()
        until(lambda: engine.now(job).waits_for)
        assert engine.now(job).state == "queued"
        assert engine.now(job).waits_for.startswith(f"pid {theirs.pid}: ") and "dvc repro" in engine.now(job).waits_for
        let(engine.root, "well")
        for pid in trainings(engine.root):
            if pid != theirs.pid:
                with suppress(ProcessLookupError):  # a git that tidies up behind its commit
                    os.kill(pid, signal.SIGINT)
        theirs.wait()
    until(lambda: engine.now(job).ended)
    assert engine.now(job).state == "finished", engine.log(job)


def test_a_job_waits_for_dvcs_own_lock_and_does_not_take_it(engine: Engine, tmp_path: Path) -> None:
    fake = tmp_path / "dvc"
    fake.write_text(
        "import fcntl, sys\nlock = open(sys.argv[1], 'r+')\nfcntl.flock(lock, fcntl.LOCK_EX)\n"
        "print(flush=True)\nsys.stdin.read()\n"
    )
    path = engine.root / ".dvc" / "tmp" / "lock"
    path.touch()
    argv = (sys.executable, str(fake), str(path))
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdin is not None and holder.stdout.readline()
        job = engine.submit()
        until(lambda: engine.now(job).waits_for)
        assert engine.now(job).waits_for.startswith(f"pid {holder.pid}: ")
        with path.open("r+") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    until(lambda: engine.now(job).ended)
    assert engine.now(job).state == "finished"


def test_the_runner_is_of_nobodys_session(engine: Engine) -> None:
    let(engine.root, "steps")
    job = _running(engine, b"step 1")
    assert job.pid is not None
    assert os.getsid(job.pid) not in (os.getsid(0), job.pid), "no leader: it can get no terminal"
    os.kill(job.pid, signal.SIGHUP)
    os.kill(job.pid, signal.SIGTERM)  # as an init does that shuts the box down: a stop
    until(lambda: engine.now(job).ended)
    assert engine.now(job).state == "stopped" and trainings(engine.root) == []


def test_the_runner_works_where_python_is_old(engine: Engine) -> None:
    shim = Path(shutil.which("python3.8") or "/no/such/python3.8")
    old = next(iter(shim.parents[1].glob("versions/3.8.*/bin/python3.8")), shim)  # pyenv's own do nothing by themselves
    if not old.exists():
        pytest.skip("no python3.8 on this machine")
    from mltui.actions.jobs.shipped import RUNNER

    job = engine.submit(argv=(sys.executable, "-c", "print('here')"))
    until(lambda: engine.now(job).ended)
    for name in ("state.json", "log"):
        (Path(job.directory) / name).unlink()
    done = subprocess.run((old, str(RUNNER), "run", job.directory), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert engine.log(job) == b"here\n"


def test_a_second_command_of_a_stage_is_interrupted_too(engine: Engine) -> None:
    (engine.root / "train.py").write_text(TRAIN)
    pipeline = (
        (engine.root / "dvc.yaml").read_text().replace("cmd: python train.py", "cmd: python train.py; python train.py")
    )
    (engine.root / "dvc.yaml").write_text(pipeline)
    let(engine.root, "steps")
    job = _running(engine, b"step 1")
    engine.executor.cancel(job, "INT")
    until(lambda: engine.now(job).ended)
    assert engine.now(job).state == "stopped" and trainings(engine.root) == []


def test_slurm_jobs_that_the_training_submitted_are_cancelled(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with slurm_cluster() as cluster:
        for name, value in cluster.environment.items():
            monkeypatch.setenv(name, value)
        train = (engine.root / "train.py").read_text()
        submits = 'import subprocess\nsubprocess.run(["sbatch", "--wrap", "sleep 600", "--output", "/dev/null"])\n'
        (engine.root / "train.py").write_text(submits + train)
        let(engine.root, "steps")
        job = _running(engine, b"step 1")
        outcome = _stopped(engine, job, [], grace=LONG)
        assert outcome.state == "done", outcome  # on this host it may have ended by the signal: it has the job's mark
        left = subprocess.run(("squeue", "--noheader", "--states=PD,R"), capture_output=True, text=True, check=True)
        assert left.stdout == ""
