"""`mltui status` where there is only git, only DVC, only MLflow, or all of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_projects import dvc, log_runs, make_pipeline
from git_repository import commit, git, make

pytestmark = pytest.mark.real

HEAVY = {
    "textual",
    "mlflow",
    "dvc",
    "pandas",
    "numpy",
    "git",
    "httpx",
    "yaml",
    "rich",
    "click",
    "watchfiles",
    "plotext",
}
SCHEMA = json.loads(resources.files("mltui.schema").joinpath("status.schema.json").read_text("utf-8"))


def mltui(cwd: Path, *arguments: str, code: int = 0) -> str:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout


def status(cwd: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(mltui(cwd, "status", "--json", *arguments, code=code))
    jsonschema.validate(document, SCHEMA)
    return document


@pytest.fixture(scope="session")
def whole_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a pipeline, a dataset and an MLflow database."""
    path = make(tmp_path_factory.mktemp("whole") / "project")
    make_pipeline(path)
    log_runs(f"sqlite:///{path}/mlflow.db", "registry", cwd=path)
    (path / ".gitignore").write_text("/mlflow.db\n/mlruns\n/clean.csv\n/model.bin\n/raw.txt\n")
    commit(path, "everything")
    return path


@pytest.fixture
def whole(whole_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole_once, tmp_path / "project", symlinks=True))


def by_address(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {stage["address"]: stage for stage in document["pipeline"]["stages"]}


def test_all_three(whole: Path) -> None:
    document = status(whole)
    assert document["project"] == str(whole)
    assert document["git"]["branch"] == "main"
    assert document["git"]["commit"] == git(whole, "rev-parse", "HEAD")
    stages = by_address(document)
    assert stages["prepare"]["status"] == "fresh"
    assert stages["train"]["status"] == "stale"
    assert [(each["kind"], each["key"], each["old"], each["new"]) for each in stages["train"]["reasons"]] == [
        ("param", "lr", 0.1, 0.05)
    ]
    (dataset,) = document["data"]["datasets"]
    assert (dataset["path"], dataset["status"], dataset["size"]) == ("raw.txt", "fresh", 4)
    (store,) = document["mlflow"]["stores"]
    assert (store["kind"], store["active"], store["runs"]) == ("sqlite", True, 3)
    assert document["models"] == [
        {"name": "churn-model", "source": "mlflow", "versions": 1, "aliases": {"champion": "1"}}
    ]
    assert [(each["kind"], each["what"]) for each in document["attention"]] == [("stage", "train"), ("run", "lazy-fox")]
    assert document["attention"][0]["why"] == "param lr 0.1 → 0.05"
    assert document["problems"] == []


def test_the_dvc_entries_are_dvcs_own(whole: Path) -> None:
    (whole / "raw.txt").write_text("other\n")
    (whole / "clean.csv").unlink()
    document = status(whole)
    entries = {
        each["address"]: each["dvc"] for each in (*document["pipeline"]["stages"], *document["data"]["datasets"])
    }
    theirs = json.loads(dvc(whole, "status", "--json", "--no-updates"))
    assert {address: entry for address, entry in entries.items() if entry} == theirs


def test_what_was_remembered_is_true_again(whole: Path) -> None:
    first = status(whole)
    again = status(whole)
    assert by_address(again).keys() == by_address(first).keys()
    assert [each["status"] for each in again["pipeline"]["stages"]] == [
        each["status"] for each in first["pipeline"]["stages"]
    ]
    (whole / "params.yaml").write_text("lr: 0.1\n")
    assert by_address(status(whole))["train"]["status"] == "fresh"


def test_no_wait_prints_what_is_remembered(whole: Path) -> None:
    assert status(whole, "--no-wait")["pipeline"]["settled"] is False
    as_of = status(whole)["pipeline"]["as_of"]
    (whole / "params.yaml").write_text("lr: 0.1\n")
    remembered = status(whole, "--no-wait")
    assert remembered["pipeline"]["as_of"] <= as_of
    assert remembered["pipeline"]["settled"] is False
    assert by_address(remembered).keys() == {"prepare", "train"}


def test_from_a_subdirectory(whole: Path) -> None:
    inner = whole / "src" / "deep"
    inner.mkdir(parents=True)
    document = status(inner)
    assert document["project"] == str(whole)
    assert by_address(document).keys() == {"prepare", "train"}


def test_exit_code_with_attention(whole: Path) -> None:
    entries = status(whole, "--exit-code", code=1)["attention"]
    assert {entry["kind"] for entry in entries} == {"stage", "run"}
    dvc(whole, "repro", "-q")
    (whole / "mlflow.db").unlink()
    assert status(whole, "--exit-code", code=0)["attention"] == []


def test_another_store(whole: Path, tmp_path: Path) -> None:
    shutil.move(whole / "mlflow.db", tmp_path / "elsewhere.db")
    assert status(whole)["mlflow"]["stores"] == []
    (store,) = [
        each for each in status(whole, "--store", str(tmp_path / "elsewhere.db"))["mlflow"]["stores"] if each["active"]
    ]
    assert store["runs"] == 3


def test_only_dvc(tmp_path: Path) -> None:
    path = make_pipeline(tmp_path, "--no-scm")
    document = status(path)
    assert document["git"] is None
    assert by_address(document).keys() == {"prepare", "train"}
    assert document["problems"] == []


def test_only_a_database(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "only"
    path.mkdir()
    shutil.copy(whole / "mlflow.db", path / "results.sqlite")
    document = status(path)
    assert (document["git"], document["pipeline"]["stages"]) == (None, [])
    assert [(store["kind"], store["runs"]) for store in document["mlflow"]["stores"]] == [("sqlite", 3)]
    assert document["problems"] == []


def test_a_bare_mlruns(tmp_path: Path) -> None:
    log_runs(f"file:{tmp_path}/mlruns", cwd=tmp_path)
    for where in (tmp_path, tmp_path / "mlruns"):
        document = status(where)
        assert [(store["kind"], store["runs"]) for store in document["mlflow"]["stores"]] == [("file", 3)], where
        assert document["problems"] == []


def test_a_bare_repository(whole: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(whole), "bare.git")
    document = status(tmp_path / "bare.git")
    assert document["git"]["commit"] == git(whole, "rev-parse", "HEAD")
    assert document["git"]["dirty"] is False
    assert document["problems"] == []


def test_a_warm_status_imports_nothing_heavy(whole: Path) -> None:
    argv = [sys.executable, "-X", "importtime", "-m", "mltui", "status"]
    for _ in range(2):
        done = subprocess.run(argv, cwd=whole, capture_output=True, text=True, check=True)
    imported = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
    assert "mltui.sources.workspace" in imported
    assert {name.split(".")[0] for name in imported} & HEAVY == set()


def test_a_kept_document_imports_next_to_nothing(whole: Path) -> None:
    argv = [sys.executable, "-X", "importtime", "-m", "mltui", "status", "--json"]
    for _ in range(2):
        done = subprocess.run(argv, cwd=whole, capture_output=True, text=True, check=True)
    imported = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
    assert "mltui.sources.standing" in imported
    assert imported & {"mltui.sources.workspace", "dataclasses", "pathlib", "subprocess", "json"} == set()


def test_text_is_plain_and_whole_in_a_pipe(whole: Path) -> None:
    long = "a-branch-of-a-rather-long-name-" * 6
    git(whole, "checkout", "-q", "-b", long)
    text = mltui(whole, "status")
    assert long in text
    assert "\x1b" not in text
    assert "  ~ train     param lr 0.1 → 0.05\n" in text


def test_nothing_is_written_in_the_project(whole: Path) -> None:
    def listed() -> dict[str, int]:
        files = (path for path in whole.rglob("*") if path.is_file() and path.name != "btime")
        return {str(path.relative_to(whole)): path.stat().st_mtime_ns for path in files}

    before = listed()
    status(whole)
    mltui(whole, "runs", "--csv")
    mltui(whole, "doctor")
    assert listed() == before
