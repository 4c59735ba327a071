"""Artifacts that a real MLflow logged: into a SQLite store, a file store, and through a server that proxies them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow_process import QUIET, Server, start

from mltui.actions.opening import open_workspace
from mltui.present.previews import preview
from mltui.present.text import plain
from mltui.sources.logs import IndexedLog
from mltui.sources.mlflow.artifacts import Artifacts

pytestmark = pytest.mark.real

WRITER = """
import os, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("files")
with mlflow.start_run(run_name="logs files"):
    mlflow.log_dict({"loss": [1, 2]}, "eval/a name & more.json")
    mlflow.log_text("x" * 1_000_000, "large.txt")
    mlflow.log_table({"question": ["why?"], "score": [0.5]}, "table.json")
"""


def log(uri: str, cwd: Path) -> None:
    environ = {**os.environ, **QUIET, "MLFLOW_ALLOW_FILE_STORE": "true"}
    subprocess.run([sys.executable, "-c", WRITER, uri], cwd=cwd, env=environ, check=True, capture_output=True)


def opened(place: Path, store: str) -> Artifacts:
    """The artifacts of the only run of `store`, as mltui opens them in `place`."""
    workspace = open_workspace(place, flags={"store": store})
    reader = workspace.reader()
    assert reader is not None
    (run,) = next(iter(reader.runs()))
    return workspace.artifacts.of(reader.run(run.run_id), reader.store)


def compare(artifacts: Artifacts) -> None:
    entries = {each.path: (each.kind, each.size) for each in artifacts.entries().entries}
    assert entries["eval"] == ("directory", None)
    assert entries["large.txt"] == ("file", 1_000_000)
    (inside,) = artifacts.entries("eval").entries
    assert inside.path == "eval/a name & more.json"
    assert '  "loss": [' in [plain(each) for each in preview(inside.path, artifacts.read(inside.path, inside.size))]
    large = artifacts.read("large.txt", 1_000_000)
    assert (len(large.data), large.cut) == (256_000, True)
    table = [plain(each) for each in preview("table.json", artifacts.read("table.json", None))]
    assert table == ["question  score", "why?        0.5"]


@pytest.mark.parametrize("store", ["sqlite:///mlflow.db", "mlruns"])
def test_local_stores_and_the_same_moved_elsewhere(tmp_path: Path, own_places: Path, store: str) -> None:
    place = tmp_path / "before"
    place.mkdir()
    log(store if ":" in store else (place / store).as_uri(), place)
    compare(opened(place, store))
    moved = tmp_path / "after"
    place.rename(moved)
    artifacts = opened(moved, store)
    compare(artifacts)
    assert "not here" in artifacts.root.note


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    place = tmp_path / "server"
    place.mkdir()
    proxied = ("--default-artifact-root", "mlflow-artifacts:/", "--artifacts-destination", str(place / "kept"))
    server = start(place, *proxied, "--serve-artifacts").up()
    try:
        yield server
    finally:
        server.stop()


def test_a_server_that_proxies_artifacts_lists_and_hands_them_out(
    server: Server, tmp_path: Path, own_places: Path
) -> None:
    log(server.uri, tmp_path)
    artifacts = opened(tmp_path, server.uri)
    assert artifacts.root.kind == "server"
    compare(artifacts)


def test_a_log_that_another_process_appends_to(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    command = "import sys\nfor line in sys.stdin: open(sys.argv[1], 'a').write(line); print('written', flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", command, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as training:
        assert training.stdin and training.stdout
        seen = IndexedLog(str(path))
        for epoch in range(3):
            training.stdin.write(f"epoch {epoch}\n")
            training.stdin.flush()
            assert training.stdout.readline() == "written\n"
            stand = seen.look()
            assert stand is not None and (stand.lines, stand.why) == (epoch + 1, "")
        training.stdin.close()
    assert seen.read(0, 9) == [b"epoch 0", b"epoch 1", b"epoch 2"]
