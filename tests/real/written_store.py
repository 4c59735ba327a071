"""A store with a model of three versions and a run, made by the real MLflow; and everything a `Writer` can do to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from mltui.actions.mlflow.door import open_writer
from mltui.actions.mlflow.port import Which, Writer
from mltui.config import Config
from mltui.errors import NotFound, UsageError
from mltui.sources.places import Project
from mltui.sources.workspace import Workspace

QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
FILES = "MLFLOW_ALLOW_FILE_STORE"

MAKE = """
import json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.create_experiment("churn")
runs = [client.create_run(experiment, run_name=name).info for name in ("stormy-hare", "calm-owl")]
client.create_registered_model("churn")
for info in (runs[0], runs[1], runs[1]):
    client.create_model_version("churn", info.artifact_uri + "/model", info.run_id)
if hasattr(client, "set_registered_model_alias"):
    client.set_registered_model_alias("churn", "champion", "1")
print(json.dumps([info.run_id for info in runs]))
"""


@dataclass(frozen=True)
class Made:
    """The store's address and its runs."""

    uri: str
    runs: tuple[str, str]


def make_store(uri: str, cwd: Path, python: str | Path = sys.executable, **variables: str) -> Made:
    """Fill the store at `uri` with the mlflow of `python`."""
    env = {**os.environ, **QUIET, FILES: "true", **variables}
    argv = [str(python), "-c", MAKE, uri]
    done = subprocess.run(argv, cwd=cwd, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout.splitlines()[-1])
    return Made(uri, (first, second))


def workspace_of(root: Path, uri: str, **config: object) -> Workspace:
    """A project without git whose user named that store."""
    root.mkdir(exist_ok=True)
    said = Config(store=uri, **config)  # type: ignore[arg-type]
    return Workspace(Project(root, root), said)


def writer_of(root: Path, uri: str, which: Which = "registry", **config: object) -> Writer:
    return open_writer(workspace_of(root, uri, **config), which)


def there_and_back(writer: Writer, made: Made, *, copies: bool = True) -> None:
    """Every write, seen by reading, and taken back."""
    _model(writer)
    _versions(writer)
    if copies:
        number = writer.copy_version("churn", "3", "prod.churn")
        assert writer.version("prod.churn", number).version == number
        assert writer.copy_version("churn", "2", "prod.churn") == str(int(number) + 1)
    _run(writer, made.runs[0])


def _model(writer: Writer) -> None:
    assert writer.model("churn").aliases == {"champion": "1"}
    writer.set_alias("churn", "champion", "2")
    writer.set_alias("churn", "challenger", "3")
    assert writer.model("churn").aliases == {"champion": "2", "challenger": "3"}
    writer.delete_alias("churn", "challenger")
    writer.set_alias("churn", "champion", "1")
    assert writer.model("churn").aliases == {"champion": "1"}
    writer.set_model_tag("churn", "mltui.claim.champion.0f", '{"who": "ключ"}')
    assert writer.model("churn").tags == {"mltui.claim.champion.0f": '{"who": "ключ"}'}
    writer.delete_model_tag("churn", "mltui.claim.champion.0f")
    writer.describe_model("churn", "who leaves\nnext month")
    found = writer.model("churn")
    assert (found.name, found.tags, found.description) == ("churn", {}, "who leaves\nnext month")
    writer.rename_model("churn", "leaving")
    assert writer.version("leaving", "1").model == "leaving"
    writer.rename_model("leaving", "churn")
    for alias in ("latest", "v1", "a/b"):
        with pytest.raises(UsageError, match="mlflow: "):
            writer.set_alias("churn", alias, "1")
    for missing in (lambda: writer.model("no"), lambda: writer.version("churn", "99")):
        with pytest.raises(NotFound):
            missing()
    for gone in (lambda: writer.set_alias("churn", "x", "99"), lambda: writer.set_version_tag("no", "1", "k", "v")):
        with pytest.raises(NotFound):
            gone()


def _versions(writer: Writer) -> None:
    writer.set_version_tag("churn", "1", "k", "v")
    writer.describe_version("churn", "1", "the first")
    assert writer.latest("churn", "Production") is None
    writer.set_stage("churn", "1", "Production")
    writer.set_stage("churn", "2", "Production")
    first = writer.version("churn", "1")
    assert (first.tags, first.description, first.stage, first.status) == (
        {"k": "v"},
        "the first",
        "Production",
        "READY",
    )
    assert first.run_id and first.source.endswith("/model")
    assert writer.latest("churn", "Production") == "2"
    writer.delete_version_tag("churn", "1", "k")
    writer.set_stage("churn", "1", "None")
    assert (writer.version("churn", "1").tags, writer.version("churn", "1").stage) == ({}, "")
    assert writer.latest("churn", "Production") == "2"
    assert writer.latest("churn", "Staging") is None
    assert writer.version("churn", "2").stage == "Production", "what else is in a stage stays there"
    with pytest.raises(UsageError):
        writer.set_stage("churn", "1", "Prod")


def _run(writer: Writer, run_id: str) -> None:
    assert writer.run(run_id)["name"] == "stormy-hare"
    writer.rename_run(run_id, "windy-hare")
    writer.set_run_tag(run_id, "mlflow.note.content", "kept")
    found = writer.run(run_id)
    assert (found["name"], found["status"], found["end"]) == ("windy-hare", "RUNNING", None)
    assert found["tags"]["mlflow.note.content"] == "kept"  # type: ignore[index]
    writer.delete_run_tag(run_id, "mlflow.note.content")
    assert "mlflow.note.content" not in writer.run(run_id)["tags"]  # type: ignore[operator]
    with pytest.raises(NotFound):
        writer.delete_run_tag(run_id, "mlflow.note.content")
    writer.end_run(run_id, "KILLED", 1_700_000_000_000)
    assert (writer.run(run_id)["status"], writer.run(run_id)["end"]) == ("KILLED", 1_700_000_000_000)
    writer.end_run(run_id, "FAILED", None)
    assert (writer.run(run_id)["status"], writer.run(run_id)["end"]) == ("FAILED", 1_700_000_000_000)
    writer.reopen_run(run_id, "RUNNING", None)
    assert writer.run(run_id)["status"] == "RUNNING"
    writer.delete_run(run_id)
    assert writer.run(run_id)["lifecycle"] == "deleted"
    writer.restore_run(run_id)
    assert writer.run(run_id)["lifecycle"] == "active"
    with pytest.raises(NotFound):
        writer.run("0" * 32)
