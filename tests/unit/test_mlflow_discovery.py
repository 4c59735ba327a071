"""Where stores are found, and where nobody looks."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import TABLES_2020, make

from mltui.config import Config
from mltui.sources.mlflow.discovery import Discovery, walk
from mltui.sources.places import Project


def experiment(tree: Path, name: str = "0") -> None:
    (tree / name).mkdir(parents=True)
    (tree / name / "meta.yaml").write_text(f"artifact_location: x\nexperiment_id: '{name}'\nname: n\n")


def found(root: Path, config: Config | None = None) -> dict[str, str]:
    """Paths (or URIs) below `root` to origins."""
    discovery = Discovery(Project(root, root), config or Config())
    return {one.address.uri.replace(root.as_uri()[7:], ""): one.origin for one in discovery.find()}


def test_databases_under_any_name_and_trees(tmp_path: Path) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020)
    (tmp_path / "a" / "b").mkdir(parents=True)
    make(tmp_path / "a" / "b" / "history.bin", TABLES_2020)
    experiment(tmp_path / "mlruns")
    experiment(tmp_path / "a" / "runs of old", "123")
    assert found(tmp_path) == {
        "sqlite:////mlflow.db": "repository",
        "sqlite:////a/b/history.bin": "repository",
        "file:///mlruns": "repository",
        "file:///a/runs%20of%20old": "repository",
    }


def test_what_looks_like_a_store_and_is_none_of_its_own(tmp_path: Path) -> None:
    experiment(tmp_path / "mlruns")
    run = tmp_path / "mlruns" / "0" / ("a" * 32)
    (run / "artifacts" / "deep").mkdir(parents=True)
    (run / "meta.yaml").write_text("experiment_id: '0'\nrun_id: a\n")
    make(run / "artifacts" / "deep" / "mlflow.db", TABLES_2020)
    experiment(tmp_path / "mlruns" / ".trash", "1")
    (tmp_path / "small.db").write_bytes(b"SQLite format 3\0")
    (tmp_path / "data.csv").write_bytes(b"x" * 65536)
    assert found(tmp_path) == {"file:///mlruns": "repository"}


def test_a_tree_whose_experiment_lost_its_own_file(tmp_path: Path) -> None:
    run = tmp_path / "mlruns" / "7" / ("a" * 32)
    run.mkdir(parents=True)
    (run / "meta.yaml").write_text("experiment_id: '7'\nrun_uuid: a\n")
    assert found(tmp_path) == {"file:///mlruns": "repository"}


@pytest.mark.parametrize("name", [".git", ".dvc", "node_modules", "mlartifacts", "venv", "data", "raw"])
def test_where_nobody_looks(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    make(tmp_path / name / "mlflow.db", TABLES_2020)
    if name == "venv":
        (tmp_path / name / "pyvenv.cfg").write_text("")
    (tmp_path / "data.dvc").write_text("outs:\n- path: data\n")
    (tmp_path / "dvc.yaml").write_text("stages:\n  one:\n    cmd: x\n    outs:\n      - raw:\n          cache: false\n")
    assert found(tmp_path) == {}


def test_at_home_nobody_looks_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020)
    monkeypatch.setenv("HOME", str(tmp_path))
    discovery = Discovery(Project(tmp_path, tmp_path), Config())
    assert discovery.find() == ()
    assert "never searched" in discovery.searched.note


def test_the_directory_itself_may_be_the_tree(tmp_path: Path) -> None:
    experiment(tmp_path / "mlruns")
    root = tmp_path / "mlruns"
    assert [one.address.path for one in Discovery(Project(root, root), Config()).find()] == [root]


def test_deeper_than_six_and_more_than_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / "1/2/3/4/5/6"
    (deep / "7").mkdir(parents=True)
    make(deep / "six.db", TABLES_2020)
    make(deep / "7" / "seven.db", TABLES_2020)
    assert list(found(tmp_path)) == ["sqlite:////1/2/3/4/5/6/six.db"]
    monkeypatch.setattr(walk, "ENTRIES", 2)
    result = walk.walk(tmp_path)
    assert not result.complete
    assert result.databases == []


def test_a_search_is_remembered_until_a_directory_changes(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "sub").mkdir(parents=True)
    os.utime(root / "sub", ns=(1, 1))  # a directory's time need not move within one tick of the clock
    project = Project(root, root)
    assert Discovery(project, Config()).find() == ()
    again = Discovery(project, Config())
    assert again.find() == ()
    assert again.searched.remembered
    make(root / "sub" / "mlflow.db", TABLES_2020)
    assert len(again.find()) == 1
    assert not again.searched.remembered


def test_a_store_named_twice_is_one_and_keeps_its_first_origin(tmp_path: Path) -> None:
    make(tmp_path / "mlflow.db", TABLES_2020)
    (tmp_path / "sub").mkdir()
    config = Config(store="sqlite:///sub/../mlflow.db", store_origin="environment")
    assert found(tmp_path, config) == {"sqlite:////mlflow.db": "environment"}


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    for name in ("mlflow.db", "dvc.yaml", "train.py", "meta.yaml"):
        os.mkfifo(tmp_path / name)
    assert found(tmp_path) == {}


def test_a_linked_tree_is_found_once(tmp_path: Path) -> None:
    experiment(tmp_path / "real")
    (tmp_path / "mlruns").symlink_to(tmp_path / "real")
    assert len(found(tmp_path)) == 1


def test_uris_in_code_are_offered(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "import mlflow\nmlflow.set_tracking_uri('http://mlflow.example:5000/')\nmlflow.set_tracking_uri(uri)\n"
    )
    (tmp_path / "params.yaml").write_text("mlflow:\n  mlflow_tracking_uri: postgresql://u:s3cret@db/runs # here\n")
    (tmp_path / "local.py").write_text("mlflow.set_tracking_uri('sqlite:///mlflow.db')\n")
    assert found(tmp_path) == {"http://mlflow.example:5000": "code", "postgresql://db/runs": "code"}


def test_an_edit_in_place_is_seen_by_a_search_that_is_remembered(tmp_path: Path) -> None:
    """It moves no directory, and only the file that moved is read again."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("a", "b"):
        (root / f"{name}.py").write_text(f"mlflow.set_tracking_uri('http://{name}.example')\n")
    os.utime(root, ns=(1, 1))
    project = Project(root, root)
    Discovery(project, Config()).find()
    with (root / "a.py").open("a") as file:
        file.write("mlflow.set_tracking_uri('http://c.example')\n")
    os.utime(root / "a.py", ns=(2, 2))
    for _ in range(2):
        again = Discovery(project, Config())
        uris = {one.address.uri for one in again.find()}
        assert uris == {"http://a.example", "http://b.example", "http://c.example"}
        assert again.searched.remembered


def test_a_file_that_cannot_be_read_is_listed_if_its_name_says_mlflow(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_bytes(b"")
    (tmp_path / "other.db").write_bytes(b"")
    connection = sqlite3.connect(tmp_path / "songs.db")
    connection.execute("create table songs (x)")
    connection.execute("insert into songs values (randomblob(40000))")
    connection.commit()
    connection.close()
    discovery = Discovery(Project(tmp_path, tmp_path), Config())
    assert [(one.address.path.name, one.sure) for one in discovery.find() if one.address.path] == [
        ("mlflow.db", True),
        ("songs.db", False),
    ]


def test_a_project_that_was_moved_away_and_put_back_is_searched_again(tmp_path: Path) -> None:
    """A search that looked into nothing stood for ever, in the next start too."""
    root = tmp_path / "project"
    root.mkdir()
    make(root / "mlflow.db", TABLES_2020)
    discovery = Discovery(Project(root, root), Config())
    assert len(discovery.find()) == 1
    root.rename(tmp_path / "away")
    assert discovery.find() == ()
    (tmp_path / "away").rename(root)
    assert len(discovery.find()) == 1
    assert len(Discovery(Project(root, root), Config()).find()) == 1
