"""``databricks`` through the project's own mlflow, against a stand-in (`workspace_stand_in`): no Databricks here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow_mirrored import held, mlflow, normal
from mlflow_process import start
from workspace_stand_in import TOKEN, Proxy, workspace

from mltui.config import Config
from mltui.errors import Denied, NotFound, Unreachable
from mltui.sources.mlflow.databricks.door import DatabricksDoor
from mltui.sources.mlflow.databricks.mirror import DatabricksMirror
from mltui.sources.mlflow.server import asking
from mltui.sources.mlflow.sources import StoresSource
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    place = tmp_path_factory.mktemp("workspace")
    server = start(place).up()
    try:
        mlflow("write", server.uri, place)
        with workspace(server.uri) as proxy:
            yield proxy
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def logged_in(stand_in: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # nobody's ~/.databrickscfg
    monkeypatch.setenv("DATABRICKS_HOST", stand_in.uri)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "databricks")  # the workspace's: no Unity Catalog stands in here
    stand_in.asked.clear()
    stand_in.every = 0


def test_it_says_what_mlflow_says_and_waits_when_asked_to(
    stand_in: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PAGE", 2)
    stand_in.every = 4
    mirror = DatabricksMirror(
        "databricks", tmp_path / "m.db", {}, python=sys.executable, root=tmp_path, runner=ProcessRunner()
    )
    mirror.refresh()
    found, said = held(mirror), normal(mlflow("read", stand_in.upstream, tmp_path))
    mirror.close()
    for part in ("experiments", "runs", "series", "models"):
        assert found[part] == said[part], part
    assert mirror.problems() == ()
    assert 429 in [status for _, status in stand_in.asked]


def test_a_project_whose_environment_names_it(stand_in: Proxy, tmp_path: Path, own_places: Path) -> None:
    config = Config(store="databricks", store_origin="environment", experiments=("*",))
    stores = StoresSource(Project(tmp_path, tmp_path), config)
    assert stand_in.asked == []
    reader = stores.reader()
    assert reader is not None
    assert len([run for page in reader.runs() for run in page]) == 4
    (store,) = stores.load()
    assert (store.uri, store.kind, store.active, store.problem) == ("databricks", "rest", True, "")
    stores.close()


def test_a_wrong_token_and_none(stand_in: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> None:
        door = DatabricksDoor("databricks", "", python=sys.executable, root=tmp_path, runner=ProcessRunner())
        try:
            door.post("experiments/search", {"max_results": 1})
        finally:
            door.close()

    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-wrong")
    with pytest.raises(Denied, match="does not accept our login") as caught:
        ask()
    assert "dapi-wrong" not in f"{caught.value.summary} {caught.value.hint}"
    monkeypatch.delenv("DATABRICKS_TOKEN")
    monkeypatch.delenv("DATABRICKS_HOST")
    with pytest.raises(Denied, match="mlflow finds no login for databricks"):
        ask()


def test_an_interpreter_without_mlflow_and_one_that_dies(tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    dead = tmp_path / "dead"
    dead.write_text("#!/bin/sh\nexit 3\n")
    for script, error, words in ((bare, NotFound, "which is not in"), (dead, Unreachable, "died")):
        script.chmod(0o755)
        door = DatabricksDoor("databricks", "", python=str(script), root=tmp_path, runner=ProcessRunner())
        with pytest.raises(error, match=words):
            door.get("runs/get", {"run_id": "a"})
        door.close()
