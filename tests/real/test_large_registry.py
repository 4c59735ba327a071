"""A registry of 500 models and 20,000 versions is read as MLflow's own client reads it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from bench.registry_store import MODELS, VERSIONS, fill

from mltui.config import Config
from mltui.sources.mlflow.model_list import ModelsSource
from mltui.sources.mlflow.stores import StoresSource
from mltui.sources.places import Project

#: A few models as MLflow says them, in a process of its own, of a copy: the client may upgrade what it opens.
CLIENT = """
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1])
found = {}
for name in sys.argv[2:]:
    model = client.get_registered_model(name)
    versions = client.search_model_versions(f"name = '{name}'", max_results=200)
    found[name] = [{key: str(held) for key, held in model.aliases.items()}, dict(model.tags), model.description, sorted(
        [int(one.version), one.run_id, one.status, dict(one.tags), one.creation_timestamp] for one in versions
    )]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("registry")
    command = [sys.executable, "-m", "mlflow", "db", "upgrade", f"sqlite:///{root}/mlflow.db"]
    subprocess.run(command, check=True, capture_output=True)
    fill(root / "mlflow.db")
    return root


def models_of(root: Path) -> ModelsSource:
    stores = StoresSource(Project(root, root), Config())
    stores.load()
    return ModelsSource(stores)


def test_every_version_with_its_run_commit_aliases_and_tags(root: Path, tmp_path: Path) -> None:
    import json
    import shutil

    found = {model.name: model for model in models_of(root).load()}
    assert len(found) == MODELS
    assert sum(len(model.versions) for model in found.values()) == MODELS * VERSIONS
    shutil.copy(root / "mlflow.db", tmp_path / "copy.db")
    names = [sorted(found)[at] for at in (0, 250, MODELS - 1)]
    command = [sys.executable, "-W", "ignore", "-c", CLIENT, f"sqlite:///{tmp_path}/copy.db", *names]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    for name in names:
        model = found[name]
        versions = sorted(
            [int(one.version), one.run_id, one.status, dict(one.tags), one.created] for one in model.versions
        )
        assert [dict(model.aliases), dict(model.tags), model.description, versions] == said[name]


def test_commits_come_of_the_runs_whether_they_are_few_or_most(root: Path) -> None:
    connection = sqlite3.connect(root / "mlflow.db")
    select = "select run_uuid, value from tags where key = 'mlflow.source.git.commit'"
    commits = dict(connection.execute(select))
    connection.close()
    for model in models_of(root).load()[:20]:
        assert [one.commit for one in model.versions] == [commits[one.run_id or ""] for one in model.versions]


def test_what_says_the_same_again_is_the_same(root: Path, tmp_path: Path) -> None:
    """A training that logs moves the store, and 20,000 versions are not made anew for it."""
    import shutil

    shutil.copy(root / "mlflow.db", tmp_path / "mlflow.db")
    source = models_of(tmp_path)
    first = source.load()

    def write(statement: str) -> None:
        connection = sqlite3.connect(tmp_path / "mlflow.db")
        with connection:
            connection.execute(statement)
        connection.close()

    write("update latest_metrics set value = 0.5")
    assert source.load() is first
    write("update registered_model_aliases set version = 7 where name = 'team_00.model_0000' and alias = 'champion'")
    moved = source.load()
    assert moved[0].aliases["champion"] == "7"
    assert moved[0].versions[VERSIONS - 7].aliases == ("champion",)
    write("update tags set value = 'ffff' where key = 'mlflow.source.git.commit'")
    assert source.load()[0].versions[0].commit == "ffff", "a commit that was edited is seen"
    write("update model_version_tags set value = 'no' where key = 'validated'")
    assert source.load()[0].versions[0].tags["validated"] == "no"
