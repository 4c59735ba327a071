"""Which experiments of a shared store are this project's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.mlflow_tables import REGISTRY_2020, TABLES_2020, a_run, make

from mltui.config import Config
from mltui.model.runs import REPO_TAG, Run, Store
from mltui.sources.mlflow import scope
from mltui.sources.mlflow.scoped import ScopedReader
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner

OURS, THEIRS = "a" * 40, "b" * 40


def run(experiment_id: str, commit: str | None = None, repo: str = "") -> Run:
    tags = {REPO_TAG: repo} if repo else {}
    return Run(experiment_id, "", "run", "", experiment_id, "FINISHED", "active", 1, 2, commit, tags=tags)


@pytest.mark.parametrize(
    "url",
    [
        "git@github.com:ada/wine.git",
        "https://github.com/ada/wine",
        "https://token@GitHub.com/ada/wine.git/",
        "ssh://git@github.com:22/ada/wine.git",
        "git://github.com/ada/wine",
    ],
)
def test_one_repository_has_many_urls(url: str) -> None:
    assert scope.normal(url) == "github.com/ada/wine"


def test_by_url_and_by_commit() -> None:
    asked: list[Collection[str]] = []

    def known(shas: Collection[str]) -> set[str]:
        asked.append(shas)
        return {OURS}

    runs = [
        run("1", commit=THEIRS, repo="https://github.com/ada/wine"),
        run("2", commit=OURS),
        run("3", commit=THEIRS, repo="https://github.com/bob/beer"),
        run("4", commit="not a sha\n"),
        run("5"),
    ]
    found = scope.by_repository(runs, {"github.com/ada/wine"}, known)
    assert found == {"1", "2"}
    assert asked == [{OURS, THEIRS}]


def test_nothing_to_ask_git_about() -> None:
    def known(_: Collection[str]) -> set[str]:
        raise AssertionError("no process for nothing")

    assert scope.by_repository([run("1")], (), known) == frozenset()


@pytest.fixture
def reader(tmp_path: Path) -> SqlReader:
    rows = [
        ("experiments", {"experiment_id": 1, "name": "wine/red", "lifecycle_stage": "active"}),
        ("experiments", {"experiment_id": 2, "name": "beer", "lifecycle_stage": "active"}),
        a_run("a" * 32, experiment_id=1),
        a_run("b" * 32, experiment_id=2),
        ("registered_models", {"name": "wine"}),
        ("registered_models", {"name": "beer"}),
        ("model_versions", {"name": "wine", "version": 1, "run_id": "a" * 32}),
        ("model_versions", {"name": "wine", "version": 2, "run_id": "b" * 32}),
        ("model_versions", {"name": "beer", "version": 1, "run_id": "b" * 32}),
    ]
    path = make(tmp_path / "mlflow.db", TABLES_2020 | REGISTRY_2020, rows)
    return SqlReader(Store("http://server", "rest", "environment"), SqliteDatabase(path, tmp_path / "copies"))


def found(reader: SqlReader, config: Config | None = None, **environ: str) -> scope.Scope:
    project = Project(Path("/nowhere"), Path("/nowhere"))
    return scope.ours(reader, project, config or Config(), environ, ProcessRunner())


def ours(reader: SqlReader, config: Config | None = None, **environ: str) -> frozenset[str] | None:
    return found(reader, config, **environ).inside


def test_what_is_said_decides(reader: SqlReader) -> None:
    assert ours(reader, Config(experiments=("wine/*", "other"))) == {"1"}
    assert ours(reader, Config(experiments=("[wine]",))) == frozenset()
    assert ours(reader, Config(experiments=("*",))) is None
    assert ours(reader, MLFLOW_EXPERIMENT_NAME="beer") == {"2"}
    assert ours(reader, MLFLOW_EXPERIMENT_ID="0") == {"0"}
    assert ours(reader) is None, "outside a repository everything is shown"


def test_an_empty_scope_says_why(reader: SqlReader) -> None:
    problem = found(reader, MLFLOW_EXPERIMENT_NAME="wine").problem
    assert problem is not None
    assert problem.summary == (
        'no experiment fits MLFLOW_EXPERIMENT_NAME "wine"; 3 in the store: Default, wine/red, beer'
    )
    assert ".env" in problem.hint
    assert not problem.absent
    by_number = found(reader, MLFLOW_EXPERIMENT_ID="12").problem
    assert by_number is not None
    assert by_number.summary.startswith('no experiment fits MLFLOW_EXPERIMENT_ID "12"; ')
    configured = found(reader, Config(experiments=("w", "b?"))).problem
    assert configured is not None
    assert configured.summary.startswith('no experiment fits "w" or "b?"; 3 in the store')
    assert found(reader, MLFLOW_EXPERIMENT_NAME="beer").problem is None


def test_long_lists_of_experiments_end_with_a_mark(tmp_path: Path) -> None:
    rows = [("experiments", {"experiment_id": n, "name": f"e{n}", "lifecycle_stage": "active"}) for n in range(1, 12)]
    rows += [("experiments", {"experiment_id": 12, "name": "gone", "lifecycle_stage": "deleted"})]
    path = make(tmp_path / "mlflow.db", TABLES_2020, rows)
    store = SqlReader(Store("x", "sqlite", "repository"), SqliteDatabase(path, tmp_path / "copies"))
    problem = found(store, Config(experiments=("none",))).problem
    assert problem is not None
    assert problem.summary.endswith("; 12 in the store: Default, e1, e2, e3, e4, e5, e6, e7, …")


def test_nothing_logged_from_here_yet_is_no_fault(reader: SqlReader, tmp_path: Path) -> None:
    empty = Project(tmp_path, tmp_path, tmp_path / ".git", tmp_path / ".git")
    said = scope.ours(reader, empty, Config(), {}, ProcessRunner())
    assert said.inside == frozenset()
    assert said.problem is not None
    assert said.problem.absent
    assert said.problem.summary.startswith("no experiment has a run of this repository; 3 in the store")


def test_a_store_in_the_repository_is_all_ours(reader: SqlReader) -> None:
    local = SqlReader(replace(reader.store, kind="sqlite"), reader._database)
    assert ours(local, MLFLOW_EXPERIMENT_NAME="beer") is None


def test_models_likewise(reader: SqlReader) -> None:
    scoped = ScopedReader(reader, frozenset({"1"}))
    assert [(model.name, [one.version for one in model.versions]) for model in scoped.models()] == [("wine", ["1"])]
    assert {one.name: one.in_scope for one in scoped.experiments()} == {
        "Default": False,
        "wine/red": True,
        "beer": False,
    }
