"""Runs of a job's own store, brought home: what becomes of ids, experiments, addresses, and of what can't be copied."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mltui.actions.jobs.collecting import collect, rescue, stores

#: As much of MLflow's tables as says something (mlflow/store/tracking/dbmodels/models.py).
TABLES = """
CREATE TABLE alembic_version (version_num TEXT);
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT UNIQUE, artifact_location TEXT);
CREATE TABLE experiment_tags (key TEXT, value TEXT, experiment_id INTEGER);
CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, experiment_id INTEGER, artifact_uri TEXT);
CREATE TABLE metrics (key TEXT, value REAL, step INTEGER, run_uuid TEXT, PRIMARY KEY (key, step, run_uuid, value));
CREATE TABLE latest_metrics (key TEXT, value REAL, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT, PRIMARY KEY (key, run_uuid));
CREATE TABLE datasets (dataset_uuid TEXT, experiment_id INTEGER, name TEXT, digest TEXT,
                       PRIMARY KEY (experiment_id, name, digest));
CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT, destination_id TEXT,
                     PRIMARY KEY (source_type, source_id, destination_type, destination_id));
CREATE TABLE logged_models (model_id TEXT PRIMARY KEY, experiment_id INTEGER, artifact_location TEXT,
                            source_run_id TEXT);
CREATE TABLE trace_info (request_id TEXT PRIMARY KEY, experiment_id INTEGER);
CREATE TABLE trace_tags (key TEXT, value TEXT, request_id TEXT, PRIMARY KEY (key, request_id));
CREATE TABLE registered_models (name TEXT);
CREATE TABLE model_versions (name TEXT, run_id TEXT);
"""


def store(path: Path, *statements: str, version: str = "v1") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(path) as made:
        made.executescript(TABLES)
        made.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        for statement in statements:
            made.execute(statement)
    made.close()
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    found = sqlite3.connect(path)
    try:
        return found.execute(sql).fetchall()
    finally:
        found.close()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A job's directory with one run, its artifact, a dataset, a model and a trace."""
    top = tmp_path / "job"
    where = f"{top}/mlruns/1"
    for path in ("r1/artifacts", "models/m1/artifacts", "traces/t1/artifacts"):
        (top / "mlruns" / "1" / path).mkdir(parents=True)
        (top / "mlruns" / "1" / path / "x.txt").write_text(path)
    store(
        top / "mlflow.db",
        f"INSERT INTO experiments VALUES (0, 'Default', '{top}/mlruns/0'), (1, 'churn', '{where}')",
        "INSERT INTO experiment_tags VALUES ('team', 'blue', 1)",
        f"INSERT INTO runs VALUES ('r1', 'brave-cat', 1, '{where}/r1/artifacts')",
        "INSERT INTO metrics VALUES ('auc', 0.5, 0, 'r1'), ('auc', 0.7, 1, 'r1')",
        "INSERT INTO latest_metrics VALUES ('auc', 0.7, 'r1')",
        "INSERT INTO params VALUES ('lr', '0.1', 'r1')",
        "INSERT INTO tags VALUES ('mltui.job', 'j', 'r1')",
        "INSERT INTO datasets VALUES ('d1', 1, 'train', 'abc')",
        "INSERT INTO inputs VALUES ('i1', 'DATASET', 'd1', 'RUN', 'r1')",
        f"INSERT INTO logged_models VALUES ('m1', 1, 'file://{where}/models/m1/artifacts', 'r1')",
        "INSERT INTO trace_info VALUES ('t1', 1)",
        f"INSERT INTO trace_tags VALUES ('mlflow.artifactLocation', '{where}/traces/t1/artifacts', 't1')",
    )
    return top


def test_where_there_is_none_the_store_comes_whole_with_its_addresses(top: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert collect(str(top), str(home), str(tmp_path / "keep")) == ["mlflow.db: collected whole, as there was none"]
    assert rows(home / "mlflow.db", "SELECT artifact_uri FROM runs") == [(f"{home}/mlruns/1/r1/artifacts",)]
    assert rows(home / "mlflow.db", "SELECT value FROM trace_tags") == [(f"{home}/mlruns/1/traces/t1/artifacts",)]
    for path in ("r1/artifacts", "models/m1/artifacts", "traces/t1/artifacts"):
        assert (home / "mlruns" / "1" / path / "x.txt").read_text() == path
    assert sorted(path.name for path in home.iterdir()) == ["mlflow.db", "mlruns"]


def test_experiments_are_found_by_name_and_everything_of_the_run_follows(top: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    there = store(
        home / "mlflow.db",
        f"INSERT INTO experiments VALUES (1, 'other', 'x'), (4, 'churn', 'file://{home}/mlruns/4')",
        "INSERT INTO datasets VALUES ('mine', 4, 'train', 'abc')",
        "INSERT INTO runs VALUES ('old', 'first', 1, 'x')",
    )
    assert collect(str(top), str(home), str(tmp_path / "keep")) == ["mlflow.db: 1 run collected"]
    place = f"file://{home}/mlruns/4"
    assert rows(there, "SELECT * FROM runs WHERE run_uuid = 'r1'") == [("r1", "brave-cat", 4, f"{place}/r1/artifacts")]
    assert rows(there, "SELECT * FROM metrics") == [("auc", 0.5, 0, "r1"), ("auc", 0.7, 1, "r1")]
    assert rows(there, "SELECT * FROM latest_metrics") == [("auc", 0.7, "r1")]
    assert rows(there, "SELECT key, value FROM params UNION ALL SELECT key, value FROM tags") == [
        ("lr", "0.1"),
        ("mltui.job", "j"),
    ]
    assert rows(there, "SELECT source_id, destination_id FROM inputs") == [("mine", "r1")]
    assert rows(there, "SELECT experiment_id, artifact_location FROM logged_models") == [
        (4, f"{place}/models/m1/artifacts")
    ]
    assert rows(there, "SELECT experiment_id FROM trace_info") == [(4,)]
    for path in ("r1/artifacts", "models/m1/artifacts", "traces/t1/artifacts"):
        assert (home / "mlruns" / "4" / path / "x.txt").read_text() == path

    assert collect(str(top), str(home), str(tmp_path / "keep")) == ["mlflow.db: no run in it that is not at home"]
    assert len(rows(there, "SELECT * FROM metrics")) == 2


def test_a_link_whose_copy_was_cut_off_is_copied_again(top: Path, tmp_path: Path) -> None:
    home, artifacts = tmp_path / "home", top / "mlruns/1/r1/artifacts"
    (artifacts / "best").symlink_to("x.txt")
    half = home / "mlruns/1/r1/artifacts"
    half.mkdir(parents=True)
    (half / "best.collecting").symlink_to("x.txt")
    (half / "x.txt.collecting").symlink_to(tmp_path / "outside")
    assert collect(str(top), str(home), str(tmp_path / "keep")) == ["mlflow.db: collected whole, as there was none"]
    assert {path.name for path in half.iterdir()} == {"best", "x.txt"} and (half / "best").is_symlink()
    assert not (tmp_path / "outside").exists() and (half / "x.txt").read_text() == "r1/artifacts"


def test_an_experiment_that_home_lacks_gets_a_free_number(top: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    there = store(home / "mlflow.db", "INSERT INTO experiments VALUES (1, 'other', 'x'), (2, 'Default', 'y')")
    collect(str(top), str(home), str(tmp_path / "keep"))
    churn = rows(there, "SELECT * FROM experiments WHERE name = 'churn'")
    assert churn == [(3, "churn", f"{home}/mlruns/3")]
    assert rows(there, "SELECT * FROM experiment_tags") == [("team", "blue", 3)]
    assert (home / "mlruns/3/r1/artifacts/x.txt").is_file()


def test_artifacts_of_an_experiment_kept_elsewhere_lie_beside_the_store(top: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    there = store(home / "mlflow.db", "INSERT INTO experiments VALUES (4, 'churn', 's3://bucket/4')")
    collect(str(top), str(home), str(tmp_path / "keep"))
    assert rows(there, "SELECT artifact_uri FROM runs") == [(f"{home}/mlruns/1/r1/artifacts",)]
    assert (home / "mlruns/1/r1/artifacts/x.txt").is_file()


def test_a_store_of_another_schema_is_kept_and_not_migrated(top: Path, tmp_path: Path) -> None:
    home, keep = tmp_path / "home", tmp_path / "keep"
    there = store(home / "mlflow.db", version="v2")
    before = there.read_bytes()
    (said,) = collect(str(top), str(home), str(keep))
    assert "schema v1, the one at home v2" in said
    assert said.endswith(f"kept as {keep}/mlflow.db")
    assert there.read_bytes() == before
    assert rows(keep / "mlflow.db", "SELECT run_uuid FROM runs") == [("r1",)]
    assert (keep / "mlruns/1/r1/artifacts/x.txt").is_file()


def test_a_copy_that_fails_midway_leaves_the_store_as_it_was(top: Path, tmp_path: Path) -> None:
    home, keep = tmp_path / "home", tmp_path / "keep"
    there = store(
        home / "mlflow.db",
        "INSERT INTO experiments VALUES (4, 'churn', 'x')",
        "CREATE TRIGGER no BEFORE INSERT ON params BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    (said,) = collect(str(top), str(home), str(keep))
    assert "not collected (full)" in said
    assert rows(there, "SELECT * FROM runs") == []
    assert (keep / "mlflow.db").is_file()


def test_where_artifacts_find_no_room_no_empty_store_is_left(top: Path, tmp_path: Path) -> None:
    home, keep = tmp_path / "home", tmp_path / "keep"
    (home / "mlruns" / "1").mkdir(parents=True)
    (home / "mlruns" / "1" / "r1").write_text("a file where a directory belongs")
    (said,) = collect(str(top), str(home), str(keep))
    assert "not collected" in said and (keep / "mlflow.db").is_file()
    assert not (home / "mlflow.db").exists()


def test_models_registered_beside_the_code_are_named(top: Path, tmp_path: Path) -> None:
    with sqlite3.connect(top / "mlflow.db") as made:
        made.execute("INSERT INTO registered_models VALUES ('churn-model')")
        made.execute("INSERT INTO model_versions VALUES ('churn-model', 'r1')")
    made.close()
    store(tmp_path / "home" / "mlflow.db")
    said = collect(str(top), str(tmp_path / "home"), str(tmp_path / "keep"))
    assert said[1] == "mlflow.db: models registered there are not collected: churn-model"


def test_what_is_no_store_or_is_linked_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("SQLite format 3\0 but not")
    sqlite3.connect(tmp_path / "cache.db").close()
    store(tmp_path / ".dvc" / "inside.db")
    store(tmp_path.parent / f"{tmp_path.name}-home.db")
    (tmp_path / "linked.db").symlink_to(tmp_path.parent / f"{tmp_path.name}-home.db")
    assert stores(str(tmp_path)) == []
    assert collect(str(tmp_path), str(tmp_path / "h"), str(tmp_path / "k")) == ["no runs were logged beside the code"]


def test_runs_that_nobody_asked_for_are_kept_unless_git_brought_them(top: Path, tmp_path: Path) -> None:
    home, keep = tmp_path / "home", tmp_path / "keep"
    home.mkdir()
    (top / "more" / "2" / "r2").mkdir(parents=True)
    for path in ("more/2/meta.yaml", "more/2/r2/meta.yaml"):
        (top / path).write_text("name: churn\n")
    said = rescue(str(top), str(home), str(keep))
    assert [line.rpartition(" ")[2] for line in said] == [f"{keep}/mlflow.db", f"{keep}/more"]
    assert rows(keep / "mlflow.db", "SELECT run_uuid FROM runs") == [("r1",)]
    assert (keep / "more/2/r2/meta.yaml").is_file()

    import shutil

    shutil.copytree(top, home, dirs_exist_ok=True)
    assert rescue(str(top), str(home), str(tmp_path / "again")) == []
