"""A project with three model versions, made by git, DVC and MLflow themselves, pushed to a git and a DVC remote.

``churn/1`` (@champion) read the first delivery of the data, ``churn/2`` and ``churn/3`` the second one, the last with
another param.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import dvc_project as dp
from git_repository import git

from mltui.config.loading import load_config
from mltui.model.gates import GateReport, GateResult
from mltui.model.promotion import Target
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.sources.gates.evaluating import evaluate
from mltui.sources.gates.policy import policy
from mltui.sources.git.locate import open_project
from mltui.sources.runner import ProcessRunner
from mltui.sources.workspace import Workspace

SCRIPT = """
import json
import mlflow, yaml
from mlflow import MlflowClient
open("data/customers.csv").read()
params = yaml.safe_load(open("params.yaml"))
mlflow.set_experiment("churn")
with mlflow.start_run(run_name=params["name"]) as run:
    mlflow.log_params(params)
    mlflow.log_metric("auc", params["auc"])
    mlflow.log_metric("val/loss", 1 - params["auc"])
    client = MlflowClient()
    try:
        client.create_registered_model("churn")
    except Exception:
        pass
    made = client.create_model_version("churn", run.info.artifact_uri, run.info.run_id)
    if made.version == "1" or made.version == 1:
        client.set_registered_model_alias("churn", "champion", made.version)
json.dump({"auc": params["auc"]}, open("metrics.json", "w"))
open("model.txt", "w").write(str(params))
"""
PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [data/customers.csv, train.py]
    params: [name, auc]
    outs: [model.txt]
    metrics: [{metrics.json: {cache: false}}]
"""
GATES = """\
[metrics]
goal = {auc = "max", "val/loss" = "min"}

[[gates]]
metric = "metrics.auc >= 0.8"
[[gates]]
metric = "metrics.auc >= champion - 0.005"
[[gates]]
check = "same data"
[[gates]]
check = "pipeline fresh"
[[gates]]
check = "data pushed"
[[gates]]
check = "commit pushed"
[[gates]]
command = "pytest -q"
preset = "pytest"
"""


def make(folder: Path) -> Path:
    """The project in `folder`/project, its remotes beside it."""
    root = dp.empty(folder / "project")
    git(root, "checkout", "-q", "-b", "main")
    dp.write(root, {".gitignore": "/mlflow.db*\n/mlruns/\n", "train.py": SCRIPT, "dvc.yaml": PIPELINE})
    dp.write(root, {"mltui.toml": GATES})
    (folder / "store").mkdir()
    dp.dvc(root, "remote", "add", "-q", "-d", "storage", str(folder / "store"))
    delivered(root, "a\n1\n", name="first", auc=0.9)
    delivered(root, "a\n1\n2\n", name="second", auc=0.91)
    delivered(root, None, name="third", auc=0.902)
    git(folder, "clone", "-q", "--bare", str(root), "origin.git")
    git(root, "remote", "add", "origin", str(folder / "origin.git"))
    git(root, "fetch", "-q", "origin")
    dp.dvc(root, "push", "-q", "--all-commits")
    return root


def delivered(root: Path, data: str | None, *, name: str, auc: float) -> None:
    """Data that were delivered and params that were chosen, committed; then reproduced, and the results committed."""
    if data is not None:
        dp.write(root, {"data/customers.csv": data})
        dp.dvc(root, "add", "-q", "data/customers.csv")
    dp.write(root, {"params.yaml": f"name: {name}\nauc: {auc}\n"})
    _commit(root, f"before {name}")
    reproduce(root)
    _commit(root, f"results of {name}")


def reproduce(root: Path) -> None:
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "MLFLOW_TRACKING_URI": f"sqlite:///{root}/mlflow.db",
    }
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "-q"], cwd=root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _commit(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def copy(template: Path, folder: Path) -> Path:
    """The project with remotes of its own."""
    shutil.copytree(template.parent, folder, symlinks=True)
    root = folder / template.name
    git(root, "remote", "set-url", "origin", str(folder / "origin.git"))
    config = root / ".dvc" / "config"
    config.write_text(config.read_text().replace(str(template.parent / "store"), str(folder / "store")))
    git(root, "commit", "-q", "-a", "-m", "remotes of its own")
    git(root, "push", "-q", "origin", "main")
    return root


def edit(root: Path, statement: str, *values: object) -> None:
    """Change the store, as another client of MLflow would."""
    with closing(sqlite3.connect(root / "mlflow.db")) as connection, connection:
        assert connection.execute(statement, values).rowcount > 0


def workspace(root: Path) -> Workspace:
    runner = ProcessRunner()
    project = open_project(root, runner)
    return Workspace(project, load_config(project.start, project.root), runner)


def subject(space: Workspace, number: str) -> tuple[RegisteredModel, ModelVersion]:
    """The model churn with one of its versions."""
    model = next(each for each in space.models.load(quick=False) if each.name == "churn")
    return model, next(each for each in model.versions if each.version == number)


def report(root: Path, number: str, target: Target | None = None, only: str = "") -> GateReport:
    """What the gates say of ``churn/<number>``, or the one that is called `only`."""
    space = workspace(root)
    try:
        model, version = subject(space, number)
        asked = policy(space)
        asked = replace(asked, gates=tuple(each for each in asked.gates if only in ("", each.text)))
        return evaluate(space, asked, model, version, target or Target("alias", "champion"))
    finally:
        space.close()


def said(found: GateReport) -> dict[str, GateResult]:
    """Results by the text of their gate."""
    return {each.gate.text: each for each in found.results}


def of(root: Path, number: str, gate: str) -> GateResult:
    """What one gate says."""
    return said(report(root, number, only=gate))[gate]


def with_gates(root: Path, text: str) -> None:
    """Another policy, committed and pushed."""
    dp.write(root, {"mltui.toml": text})
    git(root, "commit", "-q", "-a", "-m", "gates")
    git(root, "push", "-q", "origin", "main")
