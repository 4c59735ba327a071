"""`mltui experiments` tells what the app's chooser of experiments offers, and what is in scope."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_projects import log_runs
from git_repository import make

from closed_schema import closed
from mltui.actions.opening import open_workspace
from mltui.actions.user_state import choose
from mltui.cli import run

pytestmark = pytest.mark.real

#: MLflow makes its own; the others by `cli_projects.RUNS`: one of the three runs of "churn" is deleted.
ALL = {"Default": 0, "churn": 2, "other/glob [x]": 1}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make(tmp_path_factory.mktemp("scope") / "project")
    log_runs(f"sqlite:///{path}/mlflow.db", cwd=path)
    return path


@pytest.fixture
def mltui(project: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    def ask(*words: str, code: int = 0, place: Path = project) -> Any:
        assert run(["-C", str(place), "experiments", *words]) == code
        out, err = capfd.readouterr()
        if "--json" not in words or code:
            return out, err
        found = json.loads(out)
        jsonschema.validate(found, closed("scope"))
        assert sorted(map(_told, found["experiments"])) == sorted(map(_told, _read(place, deleted="--all" in words)))
        return found

    return ask


def _told(each: dict[str, Any]) -> tuple[str, str, int, bool]:
    return each["experiment_id"], each["name"], each["runs"], each["in_scope"]


def _read(place: Path, *, deleted: bool) -> list[dict[str, Any]]:
    """What the chooser of the app is made of."""
    workspace = open_workspace(place)
    reader = workspace.reader()
    assert reader is not None
    found = [asdict(each) for each in reader.experiments() if deleted or each.lifecycle == "active"]
    workspace.close()
    return found


def test_all_of_a_store_in_the_repository_are_its_own(mltui: Any) -> None:
    found = mltui("--json")
    assert {each["name"]: each["runs"] for each in found["experiments"]} == ALL
    assert all(each["in_scope"] for each in found["experiments"])
    assert (found["asked"], found["problems"], found["store"]["kind"]) == ([], [], "sqlite")
    out, err = mltui()
    assert out.splitlines()[0].split() == ["experiment", "runs", "in", "scope", "id"]
    assert [row.split()[-2] for row in out.splitlines()[1:]] == ["yes"] * 3
    assert err == ""


def test_what_was_chosen_in_the_app_is_in_scope_and_comes_first(mltui: Any, project: Path) -> None:
    workspace = open_workspace(project)
    choose(workspace.project, experiments=("other/glob [x]",))
    workspace.close()
    found = mltui("--json")
    assert [(each["name"], each["in_scope"]) for each in found["experiments"]] == [
        ("other/glob [x]", True),
        ("Default", False),
        ("churn", False),
    ]
    assert found["asked"] == ["other/glob [x]"]
    assert [row.split()[-2] for row in mltui()[0].splitlines()[1:]] == ["yes", "no", "no"]


def test_nothing_in_scope_is_said(mltui: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLTUI_EXPERIMENTS", "fraud*")
    found = mltui("--json")
    assert {each["in_scope"] for each in found["experiments"]} == {False}
    (problem,) = found["problems"]
    assert "no experiment fits" in problem["summary"]
    assert "no experiment fits" in mltui()[1]


def test_deleted_ones_are_asked_for(project: Path, tmp_path: Path, mltui: Any) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    script = "import mlflow, sys; c = mlflow.MlflowClient(sys.argv[1]); c.delete_experiment(sys.argv[2])"
    churn = next(each["experiment_id"] for each in mltui("--json")["experiments"] if each["name"] == "churn")
    subprocess.run([sys.executable, "-c", script, f"sqlite:///{copy}/mlflow.db", churn], check=True, cwd=tmp_path)
    assert {each["name"] for each in mltui("--json", place=copy)["experiments"]} == ALL.keys() - {"churn"}
    every = mltui("--json", "--all", place=copy)["experiments"]
    assert {each["name"]: each["lifecycle"] for each in every} == {
        **dict.fromkeys(ALL, "active"),
        "churn": "deleted",
    }
    assert "deleted" in mltui("--all", place=copy)[0]


def test_no_store(tmp_path: Path, mltui: Any) -> None:
    assert "there is no MLflow store here" in mltui(code=3, place=make(tmp_path / "git"))[1]
    assert "nowhere.db" in mltui("--store", "nowhere.db", "--json", code=3)[1]
