"""Small real projects for tests of the command line, made once a session by the tools themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

DVC = (sys.executable, "-m", "dvc")

PIPELINE = """\
stages:
  prepare:
    cmd: cp data.csv clean.csv
    deps: [data.csv]
    outs: [clean.csv]
  train:
    cmd: cp clean.csv model.bin
    deps: [clean.csv]
    params: [lr]
    outs: [model.bin]
"""

#: Two experiments, three runs of which the newest of "churn" failed, a deleted run, a registered model with an alias.
RUNS = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("churn")
with mlflow.start_run(run_name="first") as first:
    mlflow.log_params({"lr": 0.1, "note": 'a "quote",\\nand more'})
    mlflow.log_metrics({"auc": 0.9, "loss": float("nan"), "up": float("inf")})
    mlflow.set_tag("mlflow.source.git.commit", "f" * 40)
with mlflow.start_run(run_name="gone") as gone:
    pass
mlflow.delete_run(gone.info.run_id)
mlflow.set_experiment("other/glob [x]")
with mlflow.start_run(run_name="second"):
    mlflow.log_metric("auc", 0.8)
mlflow.set_experiment("churn")
try:
    with mlflow.start_run(run_name="lazy-fox"):
        raise ValueError
except ValueError:
    pass
if sys.argv[2:] == ["registry"]:
    client = mlflow.MlflowClient()
    client.create_registered_model("churn-model")
    client.create_model_version("churn-model", "somewhere", first.info.run_id)
    client.set_registered_model_alias("churn-model", "champion", "1")
"""


def dvc(cwd: Path, *args: str) -> str:
    """What ``dvc <args>`` printed; fails the test if dvc fails."""
    done = subprocess.run([*DVC, *args], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def log_runs(uri: str, *words: str, cwd: Path) -> None:
    """Let MLflow write `RUNS` into the store at `uri`."""
    env = {**os.environ, "MLFLOW_ALLOW_FILE_STORE": "true"}
    done = subprocess.run(
        [sys.executable, "-c", RUNS, uri, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def make_pipeline(path: Path, *init: str) -> Path:
    """A DVC project with two stages that ran, and one dataset; `train` is stale because lr was changed since."""
    (path / "dvc.yaml").write_text(PIPELINE)
    (path / "params.yaml").write_text("lr: 0.1\n")
    (path / "data.csv").write_text("a,b\n1,2\n")
    (path / "raw.txt").write_text("raw\n")
    dvc(path, "init", "-q", *init)
    dvc(path, "config", "core.analytics", "false")
    dvc(path, "repro", "-q")
    dvc(path, "add", "-q", "raw.txt")
    (path / "params.yaml").write_text("lr: 0.05\n")
    return path
