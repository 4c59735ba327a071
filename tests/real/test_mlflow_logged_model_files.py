"""Files of the models that MLflow 3 logs beside a run, against ``MlflowClient.list_logged_model_artifacts``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow_process import QUIET, Server, start

from mltui.actions.opening import open_workspace
from mltui.model.artifacts import Artifact
from mltui.present.previews import preview
from mltui.present.text import plain
from mltui.sources.mlflow.artifacts import Artifacts
from mltui.sources.mlflow.artifacts.served import ServedModel
from mltui.sources.mlflow.server.login import login
from mltui.sources.mlflow.server.rest import Rest
from mltui.sources.mlflow.subjects import Subjects

pytestmark = pytest.mark.real

#: Logs a file and three models, two of one name, and prints what MLflow lists of each: [path, is_dir, size].
WRITER = """
import json, sys, mlflow
from mlflow import MlflowClient
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("models")
class Twice(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input
ids = []
with mlflow.start_run():
    mlflow.log_text("own", "own.txt")
    mlflow.log_metric("loss", 1.0)
    for name in ("same", "same", "other"):
        told = mlflow.pyfunc.log_model(name=name, python_model=Twice(), pip_requirements=["numpy==1.26.4"])
        ids.append(told.model_id)
client = MlflowClient()
def listed(model, path=None):
    for each in client.list_logged_model_artifacts(model, path):
        yield [each.path, each.is_dir, each.file_size]
        if each.is_dir:
            yield from listed(model, each.path)
print("listed " + json.dumps({model: sorted(listed(model)) for model in ids}))
"""


def log(uri: str, cwd: Path) -> dict[str, list[list[object]]]:
    environ = {**os.environ, **QUIET, "MLFLOW_ALLOW_FILE_STORE": "true"}
    command = [sys.executable, "-W", "ignore", "-c", WRITER, uri]
    done = subprocess.run(command, cwd=cwd, env=environ, check=True, capture_output=True, text=True)
    said = next(line for line in done.stdout.splitlines() if line.startswith("listed "))
    found: dict[str, list[list[object]]] = json.loads(said.removeprefix("listed "))
    return found


def opened(place: Path, store: str) -> tuple[Artifacts, dict[str, str]]:
    """The artifacts of the only run of `store`, and the packages of its model."""
    workspace = open_workspace(place, flags={"store": store})
    reader = workspace.reader()
    assert reader is not None
    (run,) = next(iter(reader.runs()))
    (subject,) = Subjects(place).read([run], reader)
    return workspace.artifacts.of(reader.run(run.run_id), reader.store, reader), dict(subject.packages)


def walked(artifacts: Artifacts, path: str) -> Iterator[Artifact]:
    for entry in artifacts.entries(path).entries:
        yield entry
        if entry.kind == "directory":
            yield from walked(artifacts, entry.path)


def compare(artifacts: Artifacts, listed: dict[str, list[list[object]]]) -> None:
    top = artifacts.entries().entries
    same = sorted(f"same {model[:8]}" for model in list(listed)[:2])
    assert [one.name for one in top] == ["other", *same, "own.txt"]
    assert {one.path for one in top} == {*listed, "own.txt"}
    for model, expected in listed.items():
        found = [
            [one.path.removeprefix(f"{model}/"), one.kind == "directory", one.size] for one in walked(artifacts, model)
        ]
        assert sorted(found, key=lambda each: str(each[0])) == expected
        assert any(path == "MLmodel" for path, *_ in expected)
        lines = [plain(each) for each in preview("MLmodel", artifacts.read(f"{model}/MLmodel", None))]
        assert f"model_id: {model}" in lines
        logged = artifacts.model_of(model)
        assert logged is not None
        assert (logged.model_id, logged.status) == (model, "ready")
    assert artifacts.read("own.txt", 3).data == b"own"
    assert artifacts.model_of("own.txt") is None


@pytest.mark.parametrize("store", ["sqlite:///mlflow.db", "mlruns"])
def test_local_stores_and_the_same_moved_elsewhere(tmp_path: Path, own_places: Path, store: str) -> None:
    place = tmp_path / "before"
    place.mkdir()
    listed = log(store if ":" in store else (place / store).as_uri(), place)
    moved = tmp_path / "after"
    for here in (place, moved):
        if here is moved:
            place.rename(moved)
        artifacts, packages = opened(here, store)
        compare(artifacts, listed)
        assert packages["numpy"] == "1.26.4"
        model = next(iter(listed))
        address = Path(artifacts.address(f"{model}/MLmodel"))
        assert artifacts.local(f"{model}/MLmodel")
        assert address.is_relative_to(here)
        assert address.is_file()
        sizes = [size for files in listed.values() for _, _, size in files if isinstance(size, int)]
        total = artifacts.total()
        assert total is not None
        assert (total.files, total.size) == (len(sizes) + 1, sum(sizes) + 3)
    assert "not here" in artifacts.root_of(model).note


@pytest.fixture(params=["proxied", "direct"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    place = tmp_path / "server"
    place.mkdir()
    proxied = ("--default-artifact-root", "mlflow-artifacts:/", "--artifacts-destination", str(place / "kept"))
    options = (*proxied, "--serve-artifacts") if request.param == "proxied" else ("--no-serve-artifacts",)
    server = start(place, *options).up()
    try:
        yield server
    finally:
        server.stop()


def test_a_server_is_asked_for_them(server: Server, tmp_path: Path, own_places: Path) -> None:
    listed = log(server.uri, tmp_path)
    artifacts, _ = opened(tmp_path, server.uri)
    compare(artifacts, listed)
    rest = Rest(login(server.uri, {}))
    for model in listed:  # as from a machine that has not got the server's directories
        served = ServedModel(rest, model, "file:///nowhere/here")
        assert {one.path for one in served.entries().entries} == {
            str(path) for path, *_ in listed[model] if "/" not in str(path)
        }
        assert b"model_id: " + model.encode() in served.read("MLmodel", 10_000).data
    rest.close()
