"""A small real DVC pipeline with one of everything, made once a session, and DVC's own answers about it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mltui.config import Config
from mltui.model.dvc import Pipeline
from mltui.sources.dvc.pipeline import PipelineSource
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner

FILES = {
    "dvc.yaml": """\
vars:
  - vars.yaml
  - suffix: txt
stages:
  prepare:
    desc: makes it ready
    cmd: mkdir -p data && cp raw.txt data/prep.txt
    deps: [raw.txt]
    params: [prepare.n]
    outs: [data/prep.txt]
  train:
    cmd: cat data/prep.txt train.sh > model.bin && echo '{"auc":0.5,"deep":{"f1":0.25}}' > m.json && echo 'a,b' > p.csv
    deps: [data/prep.txt, train.sh]
    params:
      - conf.json: [lr]
      - conf.toml: [a.b]
      - conf.py: [EPOCHS]
      - whole.yaml:
    outs: [model.bin]
    metrics: [{m.json: {cache: false}}]
    plots: [p.csv]
  folder:
    cmd: mkdir -p parts && cp model.bin parts/one && echo two > parts/two
    deps: [model.bin]
    outs: [{parts: {persist: true}}]
  inside:
    cmd: cp parts/two inside.txt
    deps: [parts/two]
    outs: [{inside.txt: {cache: false}}]
  loop:
    foreach: [a, b]
    do:
      cmd: echo ${item} > loop_${item}.txt && echo ${suffix}
      outs: ["loop_${item}.txt"]
  grid:
    matrix:
      x: [1, 2]
      y: [u, v]
    cmd: echo ${item.x}${item.y} > grid_${item.x}_${item.y}.txt
    outs: ["grid_${item.x}_${item.y}.txt"]
  named/deep:
    wdir: sub
    cmd: cp ../train.sh ${name}.txt
    deps: [../train.sh]
    outs: ["${name}.txt"]
  cold:
    cmd: cp train.sh cold.txt
    deps: [train.sh]
    outs: [cold.txt]
    frozen: true
  always:
    cmd: cp train.sh always.txt
    deps: [train.sh]
    outs: [always.txt]
    always_changed: true
  callback:
    cmd: "true"
""",
    "other/dvc.yaml": """\
stages:
  also:
    cmd: [cp ../train.sh one.txt, cp ../train.sh two.txt]
    deps: [../train.sh]
    outs: [one.txt, two.txt]
""",
    "params.yaml": "prepare:\n  n: 3\n",
    "vars.yaml": "name: templ\n",
    "conf.json": '{"lr": 0.1, "other": 1}',
    "conf.toml": "[a]\nb = 1\n",
    "conf.py": "EPOCHS = 5\n",
    "whole.yaml": "k: 1\nl: {m: 2}\n",
    "train.sh": "echo train\n",
    "raw.txt": "raw\n",
    "sub/keep": "",
    "images/1.png": "1",
    "images/deep/2.png": "22",
}


def write(root: Path, files: dict[str, str]) -> None:
    """Write files as of a moment ago: one that changes while it is asked about is asked about again."""
    moment = time.time_ns() - 1_000_000_000
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        os.utime(path, ns=(moment, moment))


def run(root: Path, *argv: str) -> str:
    """Run a command that has to succeed."""
    done = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout


def dvc(root: Path, *args: str, python: str | Path = sys.executable) -> str:
    """Run the real dvc."""
    return run(root, str(python), "-m", "dvc", *args)


def empty(root: Path) -> Path:
    """A repository of git and DVC with nothing in it."""
    root.mkdir()
    run(root, "git", "init", "-q")
    dvc(root, "init", "-q")
    return root


def make(root: Path, python: str | Path = sys.executable, declared: str = FILES["dvc.yaml"]) -> Path:
    """The project, reproduced and committed: everything in it is fresh but what never is."""
    root.mkdir(parents=True)
    run(root, "git", "init", "-q")
    dvc(root, "init", "-q", python=python)
    write(root, FILES)
    thawed = declared.replace("frozen: true", "frozen: false")  # a frozen stage is never run
    write(root, {"dvc.yaml": thawed})
    dvc(root, "add", "-q", "raw.txt", "images", python=python)
    dvc(root, "repro", "-q", "--all-pipelines", python=python)
    write(root, {"dvc.yaml": declared})
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-qm", "all")
    return root


@contextmanager
def at(root: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(root)
    try:
        yield
    finally:
        os.chdir(before)


def own_status(root: Path) -> dict[str, Any]:
    """What ``dvc status --json --no-updates`` prints: the call behind it, without a second of process start."""
    from dvc.repo import Repo

    with at(root), Repo(str(root)) as repo:
        found: dict[str, Any] = json.loads(json.dumps(repo.status(check_updates=False)))
    return found


def own_addresses(root: Path) -> list[str]:
    """What ``dvc stage list --all --name-only`` prints."""
    from dvc.repo import Repo

    with at(root), Repo(str(root)) as repo:
        return [stage.addressing for stage in repo.index.stages]


def source(root: Path, **config: Any) -> PipelineSource:
    runner = ProcessRunner()
    return PipelineSource(open_project(root, runner), Config(**config), runner)


def load(root: Path, **config: Any) -> Pipeline:
    """One answer, by a child of its own."""
    reader = source(root, **config)
    try:
        return reader.load()
    finally:
        reader.close()


def entries(pipeline: Pipeline) -> dict[str, Any]:
    """All ``dvc`` entries of stages and datasets together."""
    return {one.address: list(one.dvc) for one in (*pipeline.stages, *pipeline.datasets) if one.dvc}


def addresses(pipeline: Pipeline) -> set[str]:
    return {one.address for one in (*pipeline.stages, *pipeline.datasets)}


def listing(top: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, size and time of everything in a project."""
    found = {}
    for path in sorted(top.rglob("*")):
        stat = path.lstat()
        found[str(path.relative_to(top))] = (stat.st_mode, stat.st_size, stat.st_mtime_ns)
    return found


def copy(project: Path, target: Path) -> Path:
    shutil.copytree(project, target, symlinks=True)
    return target
