"""A random walk of a person through a real project: edits, dvc repro, exp run, commits, branches, with the truth kept.

The training script itself writes down the hash of the data it read, in a form that the join does not know: reversed,
in a tag of its own.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = """
import hashlib, json, os, sys
import mlflow, yaml

data = open("data.csv", "rb").read()
clean = open("clean.csv", "rb").read()
params = yaml.safe_load(open("params.yaml"))
digest = hashlib.md5(data).hexdigest()
value = int(hashlib.md5(clean + open(__file__, "rb").read() + repr(params).encode()).hexdigest()[:8], 16) / 2**32
with mlflow.start_run(run_name=sys.argv[1] if len(sys.argv) > 1 else None):
    mlflow.set_tag("truth", hashlib.md5(clean).hexdigest()[::-1] + "|" + digest[::-1])
    mlflow.log_params(params)
    mlflow.log_metric("auc", value)
    if os.environ.get("DVC_STAGE") and LOGS_STAGE:
        mlflow.set_tag("DVC_STAGE", os.environ["DVC_STAGE"])
json.dump({"auc": value}, open("metrics.json", "w"))
open("model.txt", "w").write(str(value))
"""
PIPELINE = """\
stages:
  prepare:
    cmd: sort data.csv > clean.csv
    deps: [data.csv]
    outs: [clean.csv]
  train:
    cmd: python train.py
    deps: [clean.csv, train.py]
    params: [lr, depth]
    outs: [model.txt]
    metrics: [{metrics.json: {cache: false}}]
"""
#: What a person does next, and how often.
STEPS = ("data", "param", "code", "repro", "repro", "commit", "commit", "experiment", "hand", "discard", "branch")


@dataclass
class Walk:
    """A project in `root` in the hands of a person. Where mltui-recorder is on PYTHONPATH, MLflow uses it."""

    root: Path
    seed: int
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.root.mkdir()
        self._env = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "DVC_NO_ANALYTICS": "1",
            "MLFLOW_TRACKING_URI": f"sqlite:///{self.root}/mlflow.db",
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b",
        }  # fmt: skip
        self.git("init", "-q", "-b", "main")
        self.dvc("init", "-q")
        (self.root / ".gitignore").write_text("/mlflow.db*\n/mlruns\n/mlartifacts\n/clean.csv\n/model.txt\n")
        (self.root / "dvc.yaml").write_text(PIPELINE)
        (self.root / "train.py").write_text(SCRIPT.replace("LOGS_STAGE", str(self.seed % 2 == 0)))
        (self.root / "params.yaml").write_text("lr: 0.1\ndepth: 3\n")
        (self.root / "data.csv").write_text("b,1\na,2\n")
        self.dvc("add", "-q", "data.csv")
        self.commit()

    def git(self, *args: str, check: bool = True) -> str:
        return self.run("git", *args, check=check)

    def dvc(self, *args: str, check: bool = True) -> str:
        return self.run(sys.executable, "-m", "dvc", *args, check=check)

    def run(self, *argv: str, check: bool = True) -> str:
        done = subprocess.run(argv, cwd=self.root, env=self._env, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout

    def walk(self, length: int) -> None:
        """Take so many steps, the first of which runs the pipeline."""
        for step in ["repro", *(self._random.choice(STEPS) for _ in range(length))]:
            self.steps.append(step)
            getattr(self, step)()

    # What a person does

    def data(self) -> None:
        """Other rows: one of three files, so that the same data comes again."""
        kind = self._random.randrange(3)
        (self.root / "data.csv").write_text(f"b,{kind}\na,2\n" + "c,3\n" * kind)

    def param(self) -> None:
        (self.root / "params.yaml").write_text(f"lr: {self._random.choice((0.1, 0.05))}\ndepth: 3\n")

    def code(self) -> None:
        with (self.root / "train.py").open("a") as file:
            file.write(f"# {self._random.random()}\n")

    def repro(self) -> None:
        self.dvc("repro", "-q")

    def hand(self) -> None:
        """The script alone; what it reads may be older than data.csv."""
        if (self.root / "clean.csv").exists():
            self.run(sys.executable, "train.py")

    def experiment(self) -> None:
        value = self._random.choice((0.2, 0.3))
        self.dvc("exp", "run", "-q", "--temp", "-f", "-S", f"lr={value}", check=False)

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", f"step {len(self.steps)}")

    def discard(self) -> None:
        self.git("checkout", "-q", "--", ".")
        self.dvc("checkout", "-q", "--force", check=False)

    def branch(self) -> None:
        """Drop what is not committed and go on from some earlier commit on a branch of its own."""
        commits = self.git("rev-list", "--all", "--branches").split()
        self.git("checkout", "-q", "-f", "-b", f"b{len(self.steps)}", self._random.choice(commits))
        self.dvc("checkout", "-q", "--force", check=False)
