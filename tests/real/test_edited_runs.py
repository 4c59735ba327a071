"""What is edited while a job runs: DVC locks it as what was read, and mltui says so. By real git, dvc and mlflow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_projects import dvc
from git_repository import commit, git, make

from mltui.actions.jobs.restore import Restore
from mltui.actions.jobs.shipped import RUNNER
from mltui.config import Config
from mltui.model.attention import attention
from mltui.model.job import Edit, Job, JobSpec
from mltui.model.job_record import spec_document
from mltui.model.jobs import told
from mltui.model.lineage.graph import Edge
from mltui.model.part import Part
from mltui.model.retrain import Asked
from mltui.model.status import Snapshot
from mltui.sources.git.locate import open_project
from mltui.sources.retrain.planner import Planner
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

#: Reads everything, logs a run, and waits at its door before it ends.
TRAIN = """
import os, sys, time
from pathlib import Path
read = Path("params.yaml").read_text() + Path("clean.csv").read_text() + Path("extra.csv").read_text()
import mlflow
mlflow.set_experiment("churn")
with mlflow.start_run() as run:
    mlflow.log_param("lr", read.partition("lr: ")[2].split()[0])
    doors = Path(os.environ["DOORS"])
    (doors / "begun").write_text(run.info.run_id)
    while not (doors / "open").exists():
        time.sleep(0.02)
Path("metrics.json").write_text('{"auc": 0.9}')
"""
STAGES = """\
stages:
  prepare:
    cmd: cp raw.csv clean.csv
    deps: [raw.csv]
    outs: [clean.csv]
  train:
    cmd: python train.py
    deps: [train.py, clean.csv, extra.csv]
    params: [lr]
    metrics:
      - metrics.json:
          cache: false
"""


class Trial:
    """A project and a job in it, whose training waits until `open`."""

    def __init__(self, root: Path) -> None:
        self.root, self.doors = root, root.parent / "doors"
        self.doors.mkdir()
        self.id = "20261129-090000-0001"
        self.folder = root / ".git" / "mltui" / "jobs" / self.id
        self.store = f"sqlite:///{root.parent / 'mlflow.db'}"
        self.runner: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        env = {"PATH": path, "DOORS": str(self.doors), "MLFLOW_TRACKING_URI": self.store, "PYTHONPATH": ""}
        argv = (sys.executable, "-m", "dvc", "repro", "--force")
        spec = JobSpec(self.id, "retrain", 0, "local", "local", "in place", argv, str(self.root), dict(env))
        self.folder.mkdir(parents=True)
        (self.folder / "spec.json").write_text(json.dumps(spec_document(spec)))
        self.runner = subprocess.Popen([sys.executable, str(RUNNER), "run", str(self.folder)])
        until((self.doors / "begun").exists)

    def end(self) -> None:
        (self.doors / "open").touch()
        assert self.runner is not None
        assert self.runner.wait(600) == 0, (self.folder / "log").read_text()

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def workspace(self) -> Workspace:
        return Workspace(
            open_project(self.root, ProcessRunner()),
            Config(store=self.store, store_origin="environment", experiments=("*",)),
        )

    def job(self) -> Job:
        workspace = self.workspace()
        try:
            (job,) = workspace.jobs.load()
            return job
        finally:
            workspace.close()

    def into_run(self) -> list[Edge]:
        """The edges of data into the run."""
        workspace = self.workspace()
        try:
            root = f"run:{(self.doors / 'begun').read_text()}"
            edges = workspace.lineage.around(root).upstream
            return [each for each in edges if each.target == root and each.source.startswith("data:")]
        finally:
            workspace.close()

    def into_stage(self) -> dict[str, str]:
        """How surely data is known to have gone into the last execution of the training, by path."""
        workspace = self.workspace()
        try:
            edges = workspace.lineage.around("stage:train").upstream
            return {_path(each): each.kind for each in edges if each.target == "stage:train" and "data:" in each.source}
        finally:
            workspace.close()


def _path(edge: Edge) -> str:
    return edge.source.removeprefix("data:").partition("@")[0]


def until(condition: Callable[[], Any], seconds: float = 600) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
    return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("edited") / "project")
    files = {"raw.csv": "a\n", "extra.csv": "b\n", "params.yaml": "lr: 0.1\nother: 1\n"}
    for name, text in {**files, "train.py": TRAIN, "dvc.yaml": STAGES}.items():
        (path / name).write_text(text)
    git(path, "config", "user.name", "Somebody")
    git(path, "config", "user.email", "somebody@example.com")
    dvc(path, "init", "-q")
    dvc(path, "config", "core.analytics", "false")
    commit(path, "a pipeline")
    return path


@pytest.fixture
def trial(built: Path, tmp_path: Path) -> Iterator[Trial]:
    shutil.copytree(built, tmp_path / "project", symlinks=True)
    git(tmp_path / "project", "update-index", "-q", "--refresh")
    one = Trial(tmp_path / "project")
    yield one
    if one.runner is not None and one.runner.poll() is None:
        subprocess.run([sys.executable, str(RUNNER), "cancel", str(one.folder), "KILL"], check=False)
        one.runner.wait(600)


def needs(job: Job) -> list[str]:
    nothing = [Part(name) for name in ("project", "git", "pipeline", "stores", "models", "newest", "experiments")]
    snapshot: Any = Snapshot(*nothing, jobs=Part("jobs", (job,)))  # type: ignore[arg-type]
    return [each.why for each in attention(snapshot) if each.kind == "job"]


def assert_it_is_said_before_somebody_edits(trial: Trial, job: Job) -> None:
    subprocess.run([sys.executable, str(RUNNER), "changed", str(trial.folder)], check=True)
    workspace = trial.workspace()
    try:
        plan = Planner(workspace).plan(Asked(overrides=("lr=0.5",)))
        refused = Restore(replace(job, state="finished"), workspace.runner).refusal()
    finally:
        workspace.close()
    assert any(each.startswith(f"job {job.id} runs train in this worktree") for each in plan.warnings), plan.warnings
    assert refused is not None
    assert refused.summary.startswith("a stage runs in this worktree")


def test_what_was_edited_is_said_and_is_no_record_of_the_run(trial: Trial) -> None:
    trial.start()
    trial.write("extra.csv", "edited\n")
    running = until(lambda: (job := trial.job()).steps and job.steps[-1].edited and job)
    assert running.steps[-1].edited == (Edit("extra.csv"),)
    assert needs(running) == ["extra.csv edited while train runs: dvc.lock will say it was read so"]
    assert_it_is_said_before_somebody_edits(trial, running)
    trial.write("params.yaml", "lr: 0.2\nother: 2\n")
    os.utime(trial.root / "train.py", (1, 1))  # touched, and as before
    trial.end()

    lock = (trial.root / "dvc.lock").read_text()
    assert "lr: 0.2" in lock, "DVC locks what is there when the command has ended"
    job = trial.job()
    assert job.steps[-1].edited == (Edit("extra.csv"), Edit("params.yaml", (("lr", 0.1, 0.2),)))
    assert needs(job) == ["extra.csv, lr 0.1 → 0.2 of params.yaml edited while train ran: dvc.lock says it was read so"]
    assert told((job,)) == (job,)

    found = trial.into_run()
    kinds = {(_path(each), each.kind) for each in found}
    assert kinds == {("extra.csv", "unknown"), ("train.py", "inferred"), ("clean.csv", "recorded")}
    assert len([each for each in found if each.kind == "unknown"]) == 2, "as it was before, and as it was at the end"
    assert all("edited while the stage ran" in each.how for each in found if each.kind == "unknown")

    commit(trial.root, "results")
    assert trial.into_stage() == {"extra.csv": "unknown", "train.py": "recorded", "clean.csv": "recorded"}
    assert {(_path(each), each.kind) for each in trial.into_run()} == kinds, "nor is it inferred from the commit"

    dvc(trial.root, "repro", "-q", "-f", "-s", "prepare")
    assert needs(trial.job()), "another stage"
    trial.write("dvc.lock", lock.replace("lr: 0.2", "lr: 0.3"))
    assert not needs(trial.job()), "the entry is another one by now"


def test_where_nothing_was_edited_the_lock_is_a_record_of_the_run(trial: Trial) -> None:
    trial.start()
    trial.write("params.yaml", "lr: 0.1\nother: 3\n")  # no param of the stage
    trial.end()
    job = trial.job()
    assert [step.edited for step in job.steps] == [(), ()]
    assert not needs(job)
    assert {(_path(each), each.kind) for each in trial.into_run()} == {
        ("extra.csv", "recorded"),
        ("train.py", "recorded"),
        ("clean.csv", "recorded"),
    }
