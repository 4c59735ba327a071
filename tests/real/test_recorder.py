"""mltui-recorder in real trainings under real DVC: what it writes down equals what the script read, and costs nothing.

The script says itself what it read: the md5 of the bytes, in tags of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from git_repository import commit, git, make

from mltui.sources.processes import host_name, is_taken, is_there
from mltui_recorder import provider
from mltui_recorder.budget import budget

pytestmark = pytest.mark.real

#: Reads the paths it is given in a run, says their md5, and writes the first argument.
TRAIN = """
import hashlib, os, signal, subprocess, sys
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
import mlflow
out, *paths = sys.argv[1:]
if "SCRIPT_GOES_TO" in os.environ:
    paths = [os.path.abspath(path) for path in paths]
    out = os.path.abspath(out)
    os.chdir(os.environ["SCRIPT_GOES_TO"])
mlflow.set_tracking_uri(os.environ["STORE"])
with mlflow.start_run(run_name=os.environ.get("DVC_STAGE")):
    for n, path in enumerate(paths):
        with open(path, "rb") as file:
            mlflow.set_tag(f"truth.{n}", hashlib.md5(file.read()).hexdigest())
    diff = subprocess.run(["git", "diff", "HEAD"], capture_output=True, check=False).stdout
    mlflow.set_tag("truth.diff", hashlib.sha1(diff).hexdigest() if diff else "none")
    if "SCRIPT_DIES" in os.environ:
        os.kill(os.getpid(), signal.SIGKILL)
with open(out, "w") as file:
    file.write(os.environ.get("DVC_STAGE", "") + open(paths[0]).read() if paths else "")
"""
#: Seconds: these tests are about what is found, whatever else the machine does.
PATIENT = "60"
STAGES = """\
stages:
  prepare:
    cmd: cp data.csv clean.csv
    deps: [data.csv]
    outs: [clean.csv]
  train:
    cmd: {python} train.py model.bin clean.csv train.py
    deps: [clean.csv, train.py]
    params: [lr]
    outs: [model.bin]
  metrics:
    cmd: {python} train.py metrics.json clean.csv && mkdir plots && cp metrics.json plots/one.csv
    deps: [clean.csv]
    outs:
      - plots:
          cache: false
    metrics:
      - metrics.json:
          cache: false
  each:
    foreach: [a, b]
    do:
      cmd: {python} train.py ${{item}}.bin clean.csv "odd +@${{item}}.csv"
      deps: [clean.csv, "odd +@${{item}}.csv"]
      outs: ["${{item}}.bin"]
"""
ELSEWHERE = """\
stages:
  train:
    wdir: ../work
    cmd:
    - echo begins
    - {python} ../train.py w.bin ../clean.csv ../images/one.png && echo done
    deps: [../clean.csv, ../images/one.png]
    outs: [w.bin]
"""


class Training:
    """A project whose trainings have the recorder."""

    def __init__(self, root: Path, recorder: Path) -> None:
        self.root = root
        self.store = root.parent / "mlflow.db"
        self.env = {**os.environ, "PYTHONPATH": str(recorder), "STORE": f"sqlite:///{self.store}"}
        self.env["MLTUI_RECORDER_SECONDS"] = PATIENT
        self.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def begin(self) -> None:
        make(self.root)
        files = {
            "train.py": TRAIN,
            "dvc.yaml": STAGES.format(python=sys.executable),
            "sub/dvc.yaml": ELSEWHERE.format(python=sys.executable),
            "work/keep": "",
            "params.yaml": "lr: 1\n",
            "data.csv": "a,b\n1,2\n",
            "images/one.png": "1",
            "odd +@a.csv": "A",
            "odd +@b.csv": "B",
        }
        for name, text in files.items():
            self.write(name, text)
        self.dvc("init", "-q")
        self.dvc("add", "-q", "data.csv", "images")
        commit(self.root, "begin")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def dvc(self, *words: str, cwd: str = ".", fails: bool = False, **env: str) -> None:
        argv = [sys.executable, "-m", "dvc", *words]
        done = subprocess.run(
            argv, cwd=self.root / cwd, env={**self.env, **env}, capture_output=True, text=True, check=False
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr

    def newest(self) -> dict[str, str]:
        """The tags of the run that started last."""
        connection = sqlite3.connect(self.store)
        try:
            rows = connection.execute(
                "select key, value from tags where run_uuid ="
                " (select run_uuid from runs order by start_time desc limit 1)"
            )
            return dict(rows.fetchall())
        finally:
            connection.close()


def deps(tags: dict[str, str]) -> dict[str, str]:
    """What is written down, by path (docs/recorder.md: what stands behind a space is the path)."""
    found = {}
    for name, value in tags.items():
        if name.startswith("mltui.dep."):
            hash_, space, path = value.partition(" ")
            found[path if space else name.removeprefix("mltui.dep.")] = hash_
    return found


def truth(tags: dict[str, str], *paths: str) -> dict[str, str]:
    return {path: f"md5:{tags[f'truth.{n}']}" for n, path in enumerate(paths)}


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, recorder: Path) -> Path:
    """The project before anything ran."""
    root = tmp_path_factory.mktemp("begun") / "project"
    Training(root, recorder).begin()
    return root


@pytest.fixture(scope="module")
def trained(begun: Path, recorder: Path) -> Path:
    """The project after one training, committed, with the store beside it."""
    root = begun.parents[1] / "trained" / "project"
    shutil.copytree(begun, root)
    training = Training(root, recorder)
    training.dvc("repro", "-q", "train")
    commit(root, "trained")
    return root


@pytest.fixture
def new(begun: Path, tmp_path: Path, recorder: Path) -> Training:
    shutil.copytree(begun, tmp_path / "project")
    return Training(tmp_path / "project", recorder)


@pytest.fixture
def training(trained: Path, tmp_path: Path, recorder: Path) -> Training:
    shutil.copytree(trained.parent, tmp_path, dirs_exist_ok=True)
    return Training(tmp_path / "project", recorder)


def test_repro_after_edits(training: Training) -> None:
    first = training.newest()
    assert deps(first) == truth(first, "clean.csv", "train.py")
    assert (first["mltui.stage"], first["mltui.host"]) == ("train", host_name())
    assert "mltui.error" not in first
    assert "mltui.exp" not in first
    assert is_there(int(first["mltui.pid"]), first["mltui.pid_start"]) is False

    training.write("data.csv", "a,b\n3,4\n")
    training.dvc("repro", "-q", "train")
    edited = training.newest()
    assert deps(edited) == truth(edited, "clean.csv", "train.py")
    assert deps(edited)["clean.csv"] != deps(first)["clean.csv"]
    assert (edited["mltui.dirty"], edited["mltui.diff_sha1"]) == ("true", edited["truth.diff"])
    commit(training.root, "other data")

    training.write("params.yaml", "lr: 2\n")
    training.dvc("repro", "-q", "train")
    tuned = training.newest()
    assert deps(tuned) == deps(edited), "a file of params is no dep"
    assert (tuned["mltui.dirty"], tuned["mltui.diff_sha1"]) == ("true", tuned["truth.diff"])

    commit(training.root, "tuned")
    training.dvc("repro", "-q", "-f", "-s", "train")
    clean = training.newest()
    assert (clean["mltui.dirty"], clean["truth.diff"]) == ("false", "none")
    assert "mltui.diff_sha1" not in clean


def test_data_that_dvc_was_told_not_to_look_at(training: Training) -> None:
    before = training.newest()
    training.write("clean.csv", "a,b\n9,9\n")  # of the same size
    training.dvc("repro", "-q", "--single-item", "train")
    tags = training.newest()
    assert deps(tags) == truth(tags, "clean.csv", "train.py")
    assert deps(tags)["clean.csv"] != deps(before)["clean.csv"]


def test_outs_that_dvc_removed_for_the_run_are_no_changes(training: Training) -> None:
    training.dvc("repro", "-q", "metrics")
    commit(training.root, "with git's own metrics")
    assert git(training.root, "ls-files", "metrics.json", "plots") == "metrics.json\nplots/one.csv"
    training.dvc("repro", "-q", "-f", "-s", "metrics")
    clean = training.newest()
    assert (clean["mltui.stage"], clean["mltui.dirty"]) == ("metrics", "false")
    assert clean["truth.diff"] != "none", "git sees that they are gone"
    assert "mltui.diff_sha1" not in clean

    git(training.root, "checkout", "-q", ".")
    (training.root / "images.dvc").unlink()
    training.dvc("repro", "-q", "-f", "-s", "metrics")
    assert training.newest()["mltui.dirty"] == "true", "nobody but a person removed that"


def test_experiments(training: Training) -> None:
    for number, words in enumerate(((), ("--temp",)), 3):
        training.dvc("exp", "run", "-q", *words, "-n", f"exp-{number}", "-S", f"lr={number}", "train")
        tags = training.newest()
        assert (tags["mltui.exp"], tags["mltui.stage"]) == (f"exp-{number}", "train")
        assert deps(tags) == truth(tags, "clean.csv", "train.py")
        assert tags.get("mltui.diff_sha1", "none") == tags["truth.diff"]
        git(training.root, "checkout", "-q", ".")


def test_foreach_and_names_that_no_tag_can_have(training: Training) -> None:
    training.dvc("repro", "-q", "each@a")
    a = training.newest()
    assert (a["mltui.stage"], deps(a)) == ("each@a", truth(a, "clean.csv", "odd +@a.csv"))
    training.dvc("repro", "-q", "each@b")
    b = training.newest()
    assert (b["mltui.stage"], deps(b)) == ("each@b", truth(b, "clean.csv", "odd +@b.csv"))


def test_another_dvc_yaml_with_a_wdir(training: Training) -> None:
    training.dvc("repro", "-q", "train", cwd="sub")
    tags = training.newest()
    assert tags["mlflow.runName"] == "train", "as DVC says it from there"
    assert tags["mltui.stage"] == "sub/dvc.yaml:train"
    found = deps(tags)
    assert found.pop("images").endswith(".dir"), "what is tracked is the directory"
    assert found == truth(tags, "clean.csv", "images/one.png")
    training.dvc("repro", "-q", "-f", "-s", "sub/dvc.yaml:train", SCRIPT_GOES_TO="/")
    again = training.newest()
    assert (again["mltui.stage"], deps(again)) == ("sub/dvc.yaml:train", deps(tags))


def test_a_file_store_takes_all_names(training: Training) -> None:
    folder = training.root.parent / "runs"
    training.env["STORE"] = str(folder)
    training.dvc("repro", "-q", "sub/dvc.yaml:train")
    training.dvc("repro", "-q", "each@a")
    written = {path.name for path in folder.rglob("*") if "tags" in path.parts}
    assert {"mltui.dep.clean.csv", "mltui.dep.images", "mltui.stage"} <= written


def test_a_training_that_is_killed(new: Training) -> None:
    new.dvc("repro", "-q", "train", fails=True, SCRIPT_DIES="1")
    tags = new.newest()
    assert deps(tags) == truth(tags, "clean.csv", "train.py")
    assert is_there(int(tags["mltui.pid"]), tags["mltui.pid_start"]) is False


def test_a_lock_that_only_dvc_can_read(training: Training) -> None:
    lock = training.root / "dvc.lock"
    lock.write_text("# tidied\n" + lock.read_text())
    training.dvc("repro", "-q", "-f", "-s", "train")
    tags = training.newest()
    assert tags["mltui.error"] == "dvc.lock: not a dvc.lock of schema 2.0"
    found = deps(tags)
    assert found == truth(tags, "clean.csv", "train.py")


def test_a_git_that_takes_for_ever(training: Training, tmp_path: Path) -> None:
    """The git that stands in at the door sleeps."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "git").write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\nexec sleep 600\n")
    (bin_ / "git").chmod(0o755)
    code = "from mltui_recorder.provider import Recorder as R; [print(R().tags().get('mltui.error')) for _ in 'ab']"
    env = {**training.env, "PATH": f"{bin_}{os.pathsep}{training.env['PATH']}", "MLTUI_RECORDER_SECONDS": "3"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=training.root, env=env, capture_output=True, timeout=600, check=True
    )
    assert done.stdout.decode().splitlines() == ["git took too long"] * 2, "it is said again, but not asked again"
    pids = [int(pid) for path in tmp_path.glob("pids") for pid in path.read_text().split()]
    assert len(pids) <= 1, "none where the machine was so busy that it came to nothing before it was ended"
    assert not any(map(is_taken, pids))


@pytest.mark.parametrize("without", ["repository", "git"])
def test_without_git_or_dvc(tmp_path: Path, recorder: Path, without: str) -> None:
    (tmp_path / "empty").mkdir()
    env = {**os.environ, "PYTHONPATH": str(recorder), "SLURM_JOB_ID": "17", "CUDA_VISIBLE_DEVICES": ""}
    env["MLTUI_RECORDER_SECONDS"] = PATIENT
    if without == "git":
        make(tmp_path / "empty")
        env["PATH"] = str(tmp_path)
    code = "import json; from mltui_recorder.provider import Recorder; print(json.dumps(Recorder().tags()))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "empty", env=env, capture_output=True, timeout=600, check=True
    )
    found = json.loads(done.stdout)
    names = {"mltui.host", "mltui.pid", "mltui.pid_start", "mltui.slurm_job", "mltui.cuda"}
    assert found.keys() == names
    assert (found["mltui.slurm_job"], found["mltui.cuda"]) == ("17", "")


def test_a_stage_that_nothing_tells_of(training: Training) -> None:
    """DVC_STAGE without DVC, as in a container: no dep is guessed."""
    code = "import json; from mltui_recorder.provider import Recorder; print(json.dumps(Recorder().tags()))"
    env = {**training.env, "DVC_STAGE": "train"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=training.root, env=env, capture_output=True, timeout=600, check=True
    )
    found = json.loads(done.stdout)
    assert found["mltui.error"] == "the stage's deps: no rwlock of DVC names a process above this one"
    assert not deps(found)
    assert "mltui.stage" not in found


def test_whatever_goes_wrong_becomes_a_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setenv("MLTUI_RECORDER_SECONDS", PATIENT)
    made: Callable[[], dict[str, str]] = provider.Recorder().tags
    monkeypatch.setattr(provider, "repository", broken)
    monkeypatch.setattr(provider._Unchanging, "worktree", None)
    assert made()["mltui.error"] == "git: RuntimeError"
    monkeypatch.setattr(provider, "process_tags", broken)
    assert made() == {"mltui.error": "RuntimeError"}


def test_a_file_system_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(provider._Unchanging, "worktree", ({}, ""))
    monkeypatch.setenv("DVC_STAGE", "train")
    monkeypatch.setenv("MLTUI_RECORDER_SECONDS", "1")
    monkeypatch.setattr(provider, "running_stage", lambda _: released.wait(120))
    try:
        assert provider.Recorder().tags()["mltui.error"] == "DVC's files took too long"
        assert provider.Recorder().tags()["mltui.error"] == "still waiting for what an earlier run asked for"
    finally:
        released.set()
        thread = provider._Unchanging.thread
        assert thread is not None
        thread.join(600)


def test_the_budget_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    for said, seconds in (("2", 2.0), ("0", 0.0), ("-1", 0.0), ("nan", 0.2), ("soon", 0.2), ("1e9", 60.0)):
        monkeypatch.setenv("MLTUI_RECORDER_SECONDS", said)
        assert budget() == seconds
        assert provider.Recorder().in_context() == (seconds > 0)


def test_threads_that_start_runs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTUI_RECORDER_SECONDS", PATIENT)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: provider.Recorder().tags(), range(24)))
    assert found == [found[0]] * len(found)
    assert "mltui.error" not in found[0]
