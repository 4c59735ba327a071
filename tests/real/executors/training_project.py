"""A small real git and DVC project whose one training does what an executor must be able to bear."""

# ruff: noqa: PTH115, PTH208

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

#: Where the tests' own python and dvc are.
BIN = str(Path(sys.executable).parent)
DVC = str(Path(BIN) / "dvc")

#: What params.yaml's `kind` chooses.
TRAIN = """
import os, signal, subprocess, sys, time

kind = open("params.yaml").read().split()[1]
print("job", os.environ.get("MLTUI_JOB"), os.environ.get("MLFLOW_RUN_CONTEXT"))
if kind == "fails":
    print("the loss is nan")
    sys.exit(3)
if kind == "asks":
    input("continue? ")
if kind == "bytes":
    os.write(1, b"\\xff\\xfe caf\\xe9\\r 50%\\r100%\\n")
if kind == "large":
    for _ in range(50):
        os.write(1, (b"x" * 99 + b"\\n") * 10_000 + b"y" * 48_576 + b"\\n")
if kind in ("forks", "stubborn"):
    told, tell = os.pipe()
    os.set_inheritable(tell, True)
    sleeps = [sys.executable, "-c", f"import os, time; os.write({tell}, b'.'); time.sleep(600)"]
    if os.fork() == 0:  # forked twice, in a session of its own, without anything in its environment
        os.setsid()
        if os.fork() == 0:
            os.execve(sys.executable, sleeps, {})
        os._exit(0)
    subprocess.Popen(sleeps, start_new_session=True, pass_fds=[tell])
    for _ in "ab":  # a Python that only just starts may lose an interrupt
        os.read(told, 1)
if kind == "stubborn":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if kind in ("steps", "forks", "stubborn", "cleans"):
    try:
        for step in range(12_000):
            print("step", step)
            time.sleep(0.05)
    except KeyboardInterrupt:
        if kind != "cleans":
            raise
        time.sleep(0.3)  # saves a checkpoint
        print("interrupted at", step)
        sys.exit(1)
open("model.txt", "w").write(kind)
open("metrics.json", "w").write('{"acc": 0.9}')
"""
PIPELINE = """
stages:
  train:
    cmd: python train.py
    deps: [train.py]
    params: [kind]
    outs: [model.txt]
    metrics:
    - metrics.json:
        cache: false
  report:
    cmd: cp metrics.json report.txt
    deps: [metrics.json]
    outs: [report.txt]
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "DVC_NO_ANALYTICS": "1"}


def git(root: Path, *words: str) -> str:
    done = subprocess.run(("git", *words), cwd=root, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make(root: Path) -> None:
    """The project with its pipeline run once, all of it committed."""
    root.mkdir(parents=True)
    (root / "train.py").write_text(TRAIN)
    (root / "dvc.yaml").write_text(PIPELINE)
    (root / "params.yaml").write_text("kind: well\n")
    git(root, "init", "-q")
    for words in (("init", "-q"), ("repro", "-q")):
        done = subprocess.run((DVC, *words), cwd=root, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    git(root, "add", "-A")
    git(root, "commit", "-qm", "a first training")


def let(root: Path, kind: str) -> None:
    """Make the next training one of that kind, committed: an executor may run it in a clone."""
    (root / "params.yaml").write_text(f"kind: {kind}\n")
    git(root, "commit", "-qam", f"a training that {kind}")


def worktree(root: Path) -> str:
    """What a job that was stopped has to leave as it was."""
    return git(root, "status", "--porcelain=v2", "--branch") + git(root, "for-each-ref", "refs/exps/exec")


def until(condition: Callable[[], object], seconds: float = 600.0) -> None:
    """Wait for it; how long is no part of what is tested."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def trainings(root: Path) -> list[int]:
    """Processes of this machine that work for a training of the project: below `root`, whatever their environment."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            where = os.readlink(f"/proc/{name}/cwd")
            state = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        inside = where == str(root) or where.startswith(f"{root}/")
        if inside and state not in "ZX" and int(name) != os.getpid():
            found.append(int(name))
    return found
