"""A small real project whose only stage does what a param says, and workers of DVC's queue that end with the test."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cli_projects import dvc
from git_repository import commit, git, make

from mltui.sources.dvc.queue_processes import workers

#: What the stage does, by its param `how`. It waits for a file `open` in $DOORS, and says there that it has begun.
TRAIN = """
import json, os, signal, subprocess, sys, time
from pathlib import Path
params = json.load(open("params.json"))
how, doors = params["how"], Path(os.environ.get("DOORS", "."))
def wait():
    (doors / "begins").write_text(str(os.getpid()))
    (doors / "begins").rename(doors / f"begun-{how}")
    while not (doors / "open").exists():
        time.sleep(0.02)
if how == "bytes":
    sys.stdout.buffer.write(b"\\xff\\xfe\\x00 caf\\xe9\\n")
if how == "fail":
    sys.exit("it went wrong")
if how == "stubborn":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
if how == "forks" and os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        (doors / "grandchild").write_text(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
if how in ("wait", "stubborn", "forks"):
    wait()
Path("seen.json").write_text(json.dumps({k: v for k, v in os.environ.items() if k.startswith(("ML", "CUDA"))}))
Path("metrics.json").write_text(json.dumps({"auc": params["lr"]}))
"""
STAGES = """\
stages:
  train:
    cmd: {python} train.py
    deps: [train.py]
    params: [params.json: [lr, how]]
    outs: [seen.json]
    metrics: [metrics.json: {{cache: false}}]
"""


def made(path: Path) -> Path:
    """The project with its baseline."""
    make(path)
    git(path, "config", "user.name", "Ada")
    git(path, "config", "user.email", "ada@example.org")
    (path / "train.py").write_text(TRAIN)
    (path / "dvc.yaml").write_text(STAGES.format(python=sys.executable))
    (path / "params.json").write_text('{"lr": 0.1, "how": "quick"}')
    dvc(path, "init", "-q")
    dvc(path, "config", "core.analytics", "false")
    dvc(path, "config", "core.autostage", "true")
    dvc(path, "repro", "-q")
    commit(path, "baseline")
    return path


def ended(root: Path) -> None:
    """End what a test left running: by pid, and by the doors that its training waits at."""
    from mltui.actions.experiments.processes import belonging
    from mltui.sources.dvc.queue_tasks import tasks

    for task in tasks(root):
        for pid in belonging(task):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    for pid in workers(root):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def until(over: Callable[[], object], what: str, seconds: float = 600) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not over():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def queue_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("queue") / "project")


@pytest.fixture
def queued_project(queue_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy, with $DOORS beside it."""
    import shutil

    root = tmp_path / "project"
    shutil.copytree(queue_template, root, symlinks=True)
    (tmp_path / "doors").mkdir()
    monkeypatch.setenv("DOORS", str(tmp_path / "doors"))
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    yield root
    (tmp_path / "doors" / "open").touch()
    ended(root)
