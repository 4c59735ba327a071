"""Traces of a run, and params and tags of its logged models, as a real MLflow keeps them in SQLite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from mlflow_process import QUIET

from mltui.actions.opening import open_workspace

pytestmark = pytest.mark.real

#: Two traces inside a run and one outside, and a logged model; prints how many traces MLflow finds of the run.
WRITER = """
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
told = mlflow.set_experiment("traces")
with mlflow.start_run() as run:
    for _ in range(2):
        with mlflow.start_span("question"):
            pass
    model = mlflow.initialize_logged_model(name="best", params={"depth": "3"}, tags={"team": "risk"})
with mlflow.start_span("outside"):
    pass
mlflow.flush_trace_async_logging()
client = mlflow.MlflowClient()
print("found", len(client.search_traces(locations=[told.experiment_id], run_id=run.info.run_id)))
"""


def test_traces_and_models_of_a_run(tmp_path: Path, own_places: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-c", WRITER]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **QUIET}, check=True, capture_output=True, text=True
    )
    reader = open_workspace(tmp_path, flags={"store": "sqlite:///mlflow.db"}).reader()
    assert reader is not None
    (run,) = next(iter(reader.runs()))
    assert f"found {reader.traces(run.run_id)}" in done.stdout
    assert reader.traces(run.run_id) == 2
    (model,) = reader.logged_models(run.run_id)
    assert model.params == {"depth": "3"}
    assert model.tags["team"] == "risk"
