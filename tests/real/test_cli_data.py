"""`mltui data` as a process: tables, timelines, JSON, a commit's tree, words that name nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from git_repository import commit, git, make

pytestmark = pytest.mark.real

SCHEMA = json.loads(resources.files("mltui.schema").joinpath("data.schema.json").read_text("utf-8"))
HEX = "0123456789abcdef" * 2


def tracked(number: int, path: str, **more: int) -> str:
    rows = "".join(f"  {key}: {value}\n" for key, value in more.items())
    return f"outs:\n- md5: {HEX[:28]}{number:04x}\n  size: {number}\n  path: {path}\n{rows}"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """raw.csv in three versions and a fourth in the worktree; one that moved, one that is gone, one without hash."""
    root = make(tmp_path / "repository")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text("")
    data = root / "data"
    data.mkdir()
    (data / "raw.csv.dvc").write_text(tracked(1000, "raw.csv"))
    (data / "old.dvc").write_text(tracked(7, "old", nfiles=3))
    (data / "gone.dvc").write_text(tracked(8, "gone"))
    commit(root, "one", "1700000001 +0000")
    git(root, "tag", "v1")
    (data / "raw.csv.dvc").write_text(tracked(3000, "raw.csv"))
    git(root, "mv", "data/old.dvc", "moved.dvc")
    (root / "moved.dvc").write_text(tracked(7, "moved", nfiles=3))
    (data / "gone.dvc").unlink()
    (data / "nohash.dvc").write_text("outs:\n- path: nohash\n")
    commit(root, "two", "1700000002 +0000")
    (data / "raw.csv.dvc").write_text("{[\n")
    commit(root, "broken", "1700000003 +0000")
    (data / "raw.csv.dvc").write_text(tracked(2500, "raw.csv"))
    commit(root, "three", "1700000004 +0000")
    (data / "raw.csv.dvc").write_text(tracked(2600, "raw.csv"))
    return root


def mltui(cwd: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def document(cwd: Path, *arguments: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(mltui(cwd, "data", "--json", *arguments).stdout)
    assert next(iter(said)) == "schema"
    jsonschema.validate(said, SCHEMA)
    return said


def test_the_table(project: Path) -> None:
    """Whole in a pipe, without a word on standard error."""
    done = mltui(project, "data")
    assert done.stderr == ""
    rows = [re.split(r" {2,}", row) for row in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["dataset", "data/nohash", "data/raw.csv", "moved"]
    assert rows[0][1:] == ["size", "files", "hash", "versions", "newest", "commit", "refs"]
    assert rows[2][1:] == [
        "2.6 kB",
        "01234567",
        "3",
        rows[2][4],
        git(project, "rev-parse", "HEAD")[:7],
        "main",
        "not committed, a gap",
    ]
    assert rows[3][1:4] == ["7 B", "3", "01234567"]
    assert rows[3][-1] == "main, v1"


def test_the_timeline(project: Path) -> None:
    said = mltui(project, "data", "data/raw.csv").stdout.splitlines()
    assert said[0] == "data/raw.csv  tracked by data/raw.csv.dvc  3 versions  not committed, a gap"
    rows = [re.split(r" {2,}", row) for row in said[2:]]
    assert [row[0] for row in rows[:3]] == ["v3", "v2", "v1"]
    assert [row[2:4] for row in rows[:3]] == [["2.5 kB", "-500 B"], ["3.0 kB", "+2.0 kB"], ["1.0 kB", "01234567"]]
    assert [row[-1] for row in rows[:3]] == ["main", "main", "main, v1"]
    assert said[-1].startswith(git(project, "rev-parse", "HEAD~1")[:7])
    assert "data/raw.csv.dvc is no YAML" in said[-1]


def test_the_document(project: Path) -> None:
    said = document(project)
    assert said["at"] is None
    by_path = {one["path"]: one for one in said["datasets"]}
    assert list(by_path) == ["data/nohash", "data/raw.csv", "moved"]
    raw, moved = by_path["data/raw.csv"], by_path["moved"]
    assert (raw["hash"], raw["size"], raw["where"]) == (f"md5:{HEX[:28]}{2600:04x}", 2600, "worktree")
    assert [(one["number"], one["size"], one["refs"], one["tips"]) for one in raw["versions"]] == [
        (1, 1000, ["main", "v1"], ["v1"]),
        (2, 3000, ["main"], []),
        (3, 2500, ["main"], ["main"]),
    ]
    assert [(gap["path"], gap["commit"]) for gap in raw["gaps"]] == [
        ("data/raw.csv.dvc", git(project, "rev-parse", "HEAD~1"))
    ]
    assert [(one["path"], one["commit"], one["date"]) for one in moved["versions"]] == [
        ("data/old", git(project, "rev-parse", "v1"), 1700000001000)
    ]
    assert (by_path["data/nohash"]["hash"], by_path["data/nohash"]["versions"]) == (None, [])
    assert raw["status"] is None, "DVC is not asked"
    mltui(project, "status")
    assert {one["status"] for one in document(project)["datasets"]} == {"missing"}


def test_deleted_ones(project: Path) -> None:
    said = {one["path"]: one["where"] for one in document(project, "--all")["datasets"]}
    assert said == {"data/gone": "history", "data/nohash": "worktree", "data/raw.csv": "worktree", "moved": "worktree"}
    (project / "moved.dvc").unlink()
    assert {one["path"]: one["where"] for one in document(project)["datasets"]}["moved"] == "head"
    assert "not in the worktree" in mltui(project, "data", "moved").stdout
    assert "gone" in mltui(project, "data", "data/gone").stdout


def test_what_a_commit_held(project: Path) -> None:
    said = document(project, "--at", "v1")
    assert said["at"] == {"rev": "v1", "said": "v1", "commit": git(project, "rev-parse", "v1"), "date": 1700000001000}
    held = {
        one["path"]: (one["hash"], one["size"], [each["number"] for each in one["versions"]])
        for one in said["datasets"]
    }
    assert held == {
        "data/gone": (f"md5:{HEX[:28]}0008", 8, [1]),
        "data/old": (f"md5:{HEX[:28]}0007", 7, [1]),
        "data/raw.csv": (f"md5:{HEX[:28]}03e8", 1000, [1]),
    }
    table = mltui(project, "data", "--at", "v1").stdout
    assert re.search(r"data/raw.csv +1.0 kB .* v1 ", table)
    (raw,) = document(project, "data/raw.csv", "--at", "HEAD~1")["datasets"]
    assert (raw["hash"], raw["gaps"][0]["reason"][:10]) == (None, "is no YAML")


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("data/raw.csv", ["data/raw.csv"]),
        ("data/raw.csv.dvc", ["data/raw.csv"]),
        ("./data/../data/raw.csv", ["data/raw.csv"]),
        ("data", ["data/nohash", "data/raw.csv"]),
        ("data/", ["data/nohash", "data/raw.csv"]),
        ("moved/inside/1.png", ["moved"]),
        ("data/old", ["moved"]),
        ("data/gone", ["data/gone"]),
    ],
)
def test_words_that_name_datasets(project: Path, word: str, names: list[str]) -> None:
    assert [one["path"] for one in document(project, word)["datasets"]] == names


def test_words_are_meant_from_where_one_stands(project: Path) -> None:
    assert document(project / "data", "raw.csv") == document(project, "data/raw.csv")
    assert document(project, "-C", "data", "../moved.dvc") == document(project, "moved")
    assert document(project, "-C", str(project), str(project / "moved")) == document(project, "moved")


def test_words_that_name_nothing(project: Path) -> None:
    done = mltui(project, "data", "data/raw.cvs", code=2)
    assert done.stderr.startswith("mltui: no dataset is called 'data/raw.cvs'\n  did you mean data/raw.csv")
    assert "did you mean v1" in mltui(project, "data", "--at", "v11", code=2).stderr
    for rev in ("--output=x", "HEAD:data", "nowhere"):
        assert f"{rev!r} names no commit" in mltui(project, "data", f"--at={rev}", code=2).stderr
    assert not (project / "x").exists()


def test_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert "no git, no DVC" in mltui(tmp_path / "plain", "data", code=3).stderr
    root = make(tmp_path / "empty")
    assert document(root) == {"schema": 1, "at": None, "datasets": [], "problems": []}
    assert "no datasets" in mltui(root, "data").stderr
    assert mltui(root, "data").stdout == ""


def test_without_git_what_lies_there_is_listed(project: Path, tmp_path: Path) -> None:
    (project / ".git").rename(tmp_path / "away")
    said = {one["path"]: (one["size"], one["versions"]) for one in document(project)["datasets"]}
    assert said == {"data/nohash": (None, []), "data/raw.csv": (2600, []), "moved": (7, [])}


def test_pipeline_outs_that_count_as_datasets(project: Path) -> None:
    (project / "mltui.toml").write_text("[data]\nouts = ['model.bin']\n")
    (project / "dvc.yaml").write_text("stages:\n  train:\n    cmd: x\n    outs: [model.bin]\n")
    row = f"    outs:\n    - path: model.bin\n      md5: {HEX}\n      size: 3\n"
    (project / "dvc.lock").write_text(f"schema: '2.0'\nstages:\n  train:\n    cmd: x\n{row}")
    (model,) = document(project, "model.bin")["datasets"]
    assert (model["address"], model["hash"], model["versions"]) == ("train", f"md5:{HEX}", [])
    commit(project, "model", "1700000009 +0000")
    (model,) = document(project, "model.bin")["datasets"]
    assert [one["tips"] for one in model["versions"]] == [["main"]]
    (model,) = document(project, "model.bin", "--at", "HEAD")["datasets"]
    assert (model["address"], model["size"], len(model["versions"])) == ("train", 3, 1)
