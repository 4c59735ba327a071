"""Jobs in a directory of their own, by the real dvc and git: links, runs brought home, commits, whose turn it is."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_projects import dvc
from git_repository import commit, git, make

from mltui.actions.jobs.shipped import RUNNER
from mltui.config import Config
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import spec_document
from mltui.sources.git.locate import open_project
from mltui.sources.jobs.made import made
from mltui.sources.jobs.source import read_job
from mltui.sources.retrain.elsewhere import CHILDREN
from mltui.sources.runner import ProcessRunner
from mltui.sources.sides.named import Named
from mltui.sources.sides.reading import SideReader
from mltui.sources.workspace import Workspace

pytestmark = pytest.mark.real

#: Reads what git ignores, logs as it is told, and waits at a door where there is one.
TRAIN = """
import json, os, sys, time
from pathlib import Path
params = dict(line.split(": ") for line in Path("params.yaml").read_text().splitlines())
lr, store = float(params["lr"]), params["store"]
if doors := os.environ.get("DOORS"):
    (Path(doors) / f"begun-{lr}").touch()
    while not (Path(doors) / "open").exists():
        time.sleep(0.02)
scale = json.loads(Path("raw/scale.json").read_text()) if params["raw"] == "1" else 1
Path("metrics.json").write_text(json.dumps({"auc": lr * scale}))
if store == "sqlite":
    import mlflow
    if known := os.environ.get("KNOWN"):  # making a store anew takes longer than all the rest
        Path("mlflow.db").write_bytes(Path(known).read_bytes())
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("churn")
    with mlflow.start_run(run_name=f"lr {lr}"):
        mlflow.log_metric("auc", lr)
        mlflow.log_metric("auc", lr + 1, step=1)
        mlflow.log_param("lr", lr)
        mlflow.log_text("hello", "notes/hello.txt")
        if params["fail"] == "1":
            raise ValueError("as told")
if store == "files":
    here = Path("mlruns/7")
    run = here / f"{int(lr * 10):032x}"
    (run / "metrics").mkdir(parents=True)
    (run / "artifacts").mkdir()
    (run / "artifacts" / "notes.txt").write_text("hello")
    (run / "metrics" / "auc").write_text(f"1700000000000 {lr} 0\\n")
    location = here.absolute().as_uri()
    (here / "meta.yaml").write_text(f"artifact_location: {location}\\nexperiment_id: '7'\\nname: churn\\n")
    artifacts = (run / "artifacts").absolute().as_uri()
    (run / "meta.yaml").write_text(f"artifact_uri: {artifacts}\\nexperiment_id: '7'\\nrun_id: {run.name}\\n")
sys.exit(3 if params["fail"] == "1" else 0)
"""
STAGES = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, raw]
    params: [lr, store, raw, fail]
    metrics:
      - metrics.json:
          cache: false
"""
Start = Callable[..., "Started"]


class Started:
    """A job whose runner runs: `wait` for what it becomes."""

    def __init__(self, folder: Path, runner: subprocess.Popen[bytes]) -> None:
        self.folder, self.runner = folder, runner

    def now(self) -> Job:
        job = read_job(self.folder)
        assert job is not None
        return job

    def wait(self) -> Job:
        self.runner.wait(600)
        return self.now()

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("isolated") / "project")
    (path / "train.py").write_text(TRAIN)
    (path / "dvc.yaml").write_text(STAGES)
    (path / "params.yaml").write_text("lr: 0.1\nstore: none\nraw: 1\nfail: 0\n")
    (path / ".gitignore").write_text("/raw\n/mlflow.db\n/mlruns\n")
    (path / "raw").mkdir()
    (path / "raw" / "scale.json").write_text("2")
    git(path, "config", "user.name", "Somebody")
    git(path, "config", "user.email", "somebody@example.com")
    dvc(path, "init", "-q")
    dvc(path, "config", "core.analytics", "false")
    commit(path, "a pipeline")
    return path


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """The pipeline, never run, with a change of its own in the worktree."""
    path = tmp_path / "project"
    shutil.copytree(built, path, symlinks=True)
    git(path, "update-index", "-q", "--refresh")
    (path / "notes.md").write_text("not tracked\n")
    (path / "train.py").write_text(TRAIN + "# changed\n")
    return path


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    started: list[Started] = []

    def one(mode: str, *words: str, links: tuple[str, ...] = (), collect: bool = False, **env: str) -> Started:
        state = project / ".git" / "mltui"
        id = f"20261129-09000{len(started)}-000{len(started)}"
        argv = (sys.executable, "-m", "dvc", *words)
        if mode in CHILDREN:
            own = [word for path in links for word in ("--link", path)] + ["--collect"] * collect
            rev = ["--rev", env.pop("rev")] if mode == "rev" else []
            argv = (sys.executable, str(CHILDREN[mode]), "--state", str(state), *rev, *own, "--", *words)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        folder = state / "jobs" / id
        folder.mkdir(parents=True)
        spec = JobSpec(
            id, "retrain", 0, "local", "local", mode, argv, str(project), {"PATH": path, **env}  # type: ignore[arg-type]
        )  # fmt: skip
        (folder / "spec.json").write_text(json.dumps(spec_document(spec)))
        runner = subprocess.Popen([sys.executable, str(RUNNER), "run", str(folder)])
        started.append(Started(folder, runner))
        return started[-1]

    yield one
    for each in started:
        if each.runner.poll() is None:
            subprocess.run([sys.executable, str(RUNNER), "cancel", str(each.folder), "KILL"], check=False)
            each.runner.wait(600)


def until(condition: Callable[[], Any], seconds: float = 600) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)
    return found


def state(project: Path) -> str:
    """Everything that a job elsewhere may not touch."""
    seen = git(project, "status", "--porcelain=v2", "--branch", "--untracked-files=all")
    return seen + git(project, "stash", "list") + git(project, "worktree", "list") + (project / "train.py").read_text()


def test_links_are_there_for_the_stages_and_in_no_commit(project: Path, start: Start) -> None:
    before = state(project)
    without = start("isolated", "exp", "run", "--temp").wait()
    assert without.state == "failed"

    job = start("isolated", "exp", "run", "--temp", "-S", "lr=0.4", links=("raw", "gone")).wait()

    assert job.state == "finished", Path(job.log).read_text()
    assert "gone is not linked: there is none" in Path(job.log).read_text()
    (ref,) = git(project, "for-each-ref", "--format=%(refname)", "refs/exps").split()
    assert json.loads(git(project, "show", f"{ref}:metrics.json")) == {"auc": 0.8}
    assert not [name for name in git(project, "ls-tree", "-r", "--name-only", ref).split() if name.startswith("raw")]
    assert (project / "raw" / "scale.json").read_text() == "2"
    assert state(project) == before
    assert not list((project / ".dvc/tmp/exps/standalone").glob("tmp*"))
    workspace = Workspace(open_project(project, ProcessRunner()), Config())
    found = made(workspace, job, workspace.pipeline.load().stages)
    assert (found.commit, [(each.key, each.before, each.after) for each in found.metrics]) == (
        git(project, "rev-parse", ref), [("auc", None, 0.8)],
    )  # fmt: skip
    workspace.close()


def test_runs_that_the_code_logs_beside_itself_are_in_the_store_at_home(project: Path, start: Start) -> None:
    words = ("exp", "run", "--temp", "-S", "store=sqlite", "-S", "raw=0")
    first = start("isolated", *words, links=("raw",), collect=True).wait()
    assert first.state == "finished", Path(first.log).read_text()
    assert "mlflow.db: collected whole" in Path(first.log).read_text()
    known = str(project / "mlflow.db")
    words = (*words, "-S", "lr=0.5", "-S", "fail=1")
    second = start("isolated", *words, links=("raw",), collect=True, KNOWN=known).wait()
    assert second.state == "failed"
    assert "mlflow.db: 1 run collected" in Path(second.log).read_text()

    with sqlite3.connect(project / "mlflow.db") as store:
        rows = store.execute(
            "SELECT name, status, artifact_uri, experiment_id FROM runs ORDER BY start_time"
        ).fetchall()
        series = store.execute("SELECT value FROM metrics WHERE key = 'auc' ORDER BY value").fetchall()
        jobs = store.execute("SELECT value FROM tags WHERE key = 'mltui.job' ORDER BY value").fetchall()
    assert [(name, status) for name, status, *_ in rows] == [("lr 0.1", "FINISHED"), ("lr 0.5", "FAILED")]
    assert rows[0][3] == rows[1][3]
    for row in rows:
        assert str(row[2]).startswith(f"{project}/mlruns/{row[3]}/")
        assert (Path(row[2]) / "notes/hello.txt").read_text() == "hello"
    assert series == [(0.1,), (0.5,), (1.1,), (1.5,)]
    assert jobs == [(first.id,), (second.id,)]
    assert_known_by_its_experiment(project, first)


def assert_known_by_its_experiment(project: Path, job: Job) -> None:
    """Nobody looked at the worktree of the run, and it is known: all that lay there is in the experiment's commit."""
    made_of = job.commit_made or ""
    assert git(project, "show", f"{made_of}:train.py").endswith("# changed"), "with what was in no commit"
    store = f"sqlite:///{project}/mlflow.db"
    workspace = Workspace(
        open_project(project, ProcessRunner()), Config(store=store, store_origin="environment", experiments=("*",))
    )
    reader = workspace.reader()
    assert reader is not None
    runs = {run.name: run for page in reader.runs() for run in page}
    assert runs["lr 0.1"].commit == git(project, "rev-parse", "HEAD"), "which is not what it ran with"

    def worktree(name: str) -> tuple[str, str, str]:
        found = workspace.lineage.around(f"run:{runs[name].run_id}")
        (node,) = (each for each in found.nodes if each.kind == "worktree")
        (edge,) = (each for each in found.upstream if each.source == node.id)
        return node.label, node.note, edge.kind

    sides = SideReader(workspace)
    ends = {name: sides.read(Named("run", run.run_id, name, run=run)) for name, run in runs.items()}
    workspace.close()
    assert worktree("lr 0.1") == (f"worktree, as experiment {job.experiment}", f"commit {made_of[:7]}", "recorded")
    assert worktree("lr 0.5")[2] == "unknown", "it failed: there is no experiment"
    assert (ends["lr 0.1"].commit, ends["lr 0.1"].dirty) == (made_of, False)
    assert (ends["lr 0.5"].commit, ends["lr 0.5"].dirty) == (runs["lr 0.5"].commit, None)


def test_a_file_store_is_brought_home_into_the_experiment_of_its_name(project: Path, start: Start) -> None:
    home = project / "mlruns" / "3"
    home.mkdir(parents=True)
    (home / "meta.yaml").write_text("artifact_location: x\nexperiment_id: '3'\nname: churn\n")
    job = start(
        "isolated", "exp", "run", "--temp", "-S", "store=files", "-S", "raw=0", links=("raw",), collect=True
    ).wait()
    assert job.state == "finished", Path(job.log).read_text()

    (run,) = [path for path in home.iterdir() if path.is_dir()]
    assert (run / "meta.yaml").read_text().splitlines()[:2] == [
        f"artifact_uri: {(run / 'artifacts').as_uri()}",
        "experiment_id: '3'",
    ]
    assert (run / "artifacts" / "notes.txt").read_text() == "hello"
    assert sorted(path.name for path in project.iterdir() if path.name.startswith(".coll")) == []

    unasked = start(
        "isolated", "exp", "run", "--temp", "-S", "store=files", "-S", "raw=0", "-S", "lr=0.9", links=("raw",)
    )
    ended = unasked.wait()
    assert ended.state == "finished", unasked.log
    assert "mlruns: runs were logged beside the code; kept as" in unasked.log
    assert (Path(ended.directory) / "stores" / "mlruns" / "7" / "meta.yaml").is_file()


def test_two_at_once_each_make_their_own_experiment(project: Path, start: Start, tmp_path: Path) -> None:
    doors = tmp_path / "doors"
    doors.mkdir()
    before = state(project)
    words = ("exp", "run", "--temp", "-S", "raw=0")
    jobs = [
        start("isolated", *words, "--name", f"at-{lr}", "-S", f"lr=0.{lr}", links=("raw",), DOORS=str(doors))
        for lr in (2, 3)
    ]
    until(lambda: len(list(doors.iterdir())) == 2)
    (doors / "open").touch()
    ended = [job.wait() for job in jobs]
    assert [job.state for job in ended] == ["finished", "finished"], jobs[1].log
    assert [job.experiment for job in ended] == ["at-2", "at-3"]
    for name, lr in (("at-2", 0.2), ("at-3", 0.3)):
        (ref,) = git(project, "for-each-ref", "--format=%(refname)", f"refs/exps/**/{name}").split()
        assert json.loads(git(project, "show", f"{ref}:metrics.json")) == {"auc": lr}
    assert state(project) == before


def test_one_that_starts_while_another_runs_in_place_waits_with_putting_the_worktree_aside(
    project: Path, start: Start, tmp_path: Path
) -> None:
    doors = tmp_path / "doors"
    doors.mkdir()
    (project / "params.yaml").write_text("lr: 0.6\nstore: none\nraw: 1\nfail: 0\n")
    in_place = start("in place", "repro", DOORS=str(doors))
    until((doors / "begun-0.6").exists)
    written = (project / "train.py").stat().st_mtime_ns
    isolated = start("isolated", "exp", "run", "--temp", "-S", "lr=0.7", links=("raw",))
    again = start("in place", "repro", "--force")
    until(lambda: isolated.now().waits_for and again.now().waits_for)
    assert in_place.now().id in isolated.now().waits_for
    assert isolated.now().state == again.now().state == "queued"
    assert (project / "train.py").stat().st_mtime_ns == written
    (doors / "open").touch()
    for job in (in_place, isolated, again):
        assert job.wait().state == "finished", job.log
    assert json.loads((project / "metrics.json").read_text()) == {"auc": 1.2}


def test_an_interrupt_while_dvc_has_put_the_worktree_aside_loses_nothing(project: Path, start: Start) -> None:
    """Sent while refs/stash is there, if that is seen at all; else it comes a little later, which is to be as good.

    What trains is no Python: one that only just starts may lose an interrupt."""
    (project / "dvc.yaml").write_text(STAGES.replace("python train.py", "sleep 600"))
    before = state(project)
    job = start("isolated", "exp", "run", "--temp", links=("raw",))
    stash = project / ".git" / "refs" / "stash"
    until(lambda: stash.exists() or ((job.folder / "log").exists() and "Running" in job.log))
    subprocess.run([sys.executable, str(RUNNER), "cancel", str(job.folder), "INT"], check=True)
    assert job.wait().state == "stopped", job.log
    assert state(project) == before
    assert git(project, "for-each-ref", "refs/exps", "refs/stash") == ""
    assert [path for path in (project / ".dvc" / "tmp" / "exps" / "standalone").glob("tmp*") if path.is_dir()] == []


def test_a_run_in_the_worktree_of_a_commit_is_clean_as_the_recorder_sees_it(
    project: Path, start: Start, recorder: Path
) -> None:
    """Though DVC takes the metrics file away before each run, which git tracks."""
    words = "lr: 0.1\nstore: sqlite\nraw: 0\nfail: 0\n"
    (project / "params.yaml").write_text(words)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "-q"], cwd=project, env={**os.environ, "PATH": path}, check=True
    )
    commit(project, "trained")
    known, seconds = str(project / "mlflow.db"), "60"
    job = start(
        "rev", "repro", "--force", rev="HEAD", links=("raw",), collect=True,
        KNOWN=known, PYTHONPATH=str(recorder), MLTUI_RECORDER_SECONDS=seconds,
    ).wait()  # fmt: skip
    assert job.state == "finished", Path(job.log).read_text()
    with sqlite3.connect(project / "mlflow.db") as store:
        rows = store.execute(
            "SELECT r.run_uuid, d.value FROM tags j JOIN tags d USING (run_uuid) JOIN runs r USING (run_uuid) "
            "WHERE j.key = 'mltui.job' AND j.value = ? AND d.key = 'mltui.dirty'",
            (job.id,),
        ).fetchall()
    assert [dirty for _, dirty in rows] == ["false"]
    config = Config(store=f"sqlite:///{project}/mlflow.db", store_origin="environment", experiments=("*",))
    workspace = Workspace(open_project(project, ProcessRunner()), config)
    found = workspace.lineage.around(f"run:{rows[0][0]}")
    workspace.close()
    assert [node.label for node in found.nodes if node.kind == "worktree"] == ["worktree, as committed"]


def test_another_commit_runs_in_a_worktree_that_goes_and_leaves_its_lock_and_metrics(
    project: Path, start: Start
) -> None:
    first = git(project, "rev-parse", "HEAD")
    (project / ".dvc" / "config.local").write_text("[core]\n    autostage = false\n")
    (project / "train.py").write_text("raise SystemExit(1)\n")
    commit(project, "broken")
    before = state(project)

    job = start("rev", "repro", rev=first, links=("raw",)).wait()

    assert job.state == "finished", Path(job.log).read_text()
    kept = Path(job.directory)
    assert json.loads((kept / "metrics" / "metrics.json").read_text()) == {"auc": 0.2}
    assert "train:" in (kept / "made" / "dvc.lock").read_text()
    assert state(project) == before
    assert not list((project / ".dvc" / "tmp" / "mltui").iterdir())

    (project / "train.py").write_text("print('BEGUN', flush=True)\nimport time\ntime.sleep(600)\n")
    commit(project, "long")
    before = state(project)
    stopped = start("rev", "repro", rev="HEAD", links=("raw",))
    until(lambda: (stopped.folder / "log").exists() and "BEGUN" in stopped.log)
    subprocess.run([sys.executable, str(RUNNER), "cancel", str(stopped.folder), "INT"], check=True)
    assert stopped.wait().state == "stopped", stopped.log
    assert state(project) == before
    assert not list((project / ".dvc" / "tmp" / "mltui").iterdir())

    (project / "train.py").write_text("raise SystemExit(1)\n")
    commit(project, "broken again")
    before = state(project)
    failed = start("rev", "repro", rev="HEAD", links=("raw",)).wait()
    assert failed.state == "failed"
    said = Path(failed.log).read_text()
    removal = said.partition("this removes it: ")[2].splitlines()[0]
    assert git(project, "worktree", "list").count("\n") == 1
    subprocess.run(removal, shell=True, check=True)
    assert state(project) == before
