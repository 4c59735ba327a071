"""`mltui chart` on a store that the real MLflow wrote."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.real.mlflow_mirrored import mlflow

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chart") / "mlflow.db"
    mlflow("write", f"sqlite:///{path}", path.parent)
    delete_one(path)
    return path


def delete_one(store: Path) -> None:
    """A deleted run logged `only_deleted`, and none else."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{store}")
    run = client.create_run("0", run_name="rejected").info.run_id
    client.log_metric(run, "only_deleted", 1.0)
    client.delete_run(run)


def chart(store: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **more, "MLTUI_CACHE_DIR": f"{store.parent}/cache", "XDG_STATE_HOME": f"{store.parent}/state"}
    command = [sys.executable, "-m", "mltui", "chart", "--store", str(store), *words]
    return subprocess.run(
        command, cwd=store.parent, env={**env, "PYTHONUTF8": "1"}, check=False, capture_output=True, text=True
    )


def test_a_metric_by_the_name_of_its_run(store: Path) -> None:
    done = chart(store, "loss", "parent")
    assert (done.returncode, done.stderr) == (0, "")
    rows = done.stdout.split("\n")
    assert rows[0] == "loss"
    assert max(map(len, rows)) <= 100 and len(rows) <= 31
    assert "1 NaN" in done.stdout and "parent 0.2500" in done.stdout
    assert "\x1b" not in done.stdout


def test_the_newest_runs_that_logged_it_without_a_name(store: Path) -> None:
    done = chart(store, "val/auc", "--width", "40", "--height", "8")
    assert done.returncode == 0
    assert max(map(len, done.stdout.split("\n"))) <= 40


def test_repeated_steps_go_over_time_and_json_has_every_point(store: Path) -> None:
    assert "steps repeat: relative time" in chart(store, "same").stdout
    document = json.loads(chart(store, "same", "parent", "--json").stdout)
    (run,) = document["runs"]
    assert (document["schema"], document["x"], run["repeated_steps"]) == (1, "relative", True)
    assert len(run["values"]) == len(run["times"]) == len(run["steps"]) == 50
    assert json.loads(chart(store, "up", "--json").stdout)["runs"][0]["values"] == ["Infinity"]


def test_what_is_wrong_says_what_is_near(store: Path) -> None:
    missing = chart(store, "los")
    assert missing.returncode == 3
    assert "'los'" in missing.stderr and "did you mean 'loss'" in missing.stderr
    nobody = chart(store, "loss", "paren")
    assert nobody.returncode == 2 and "parent" in nobody.stderr
    assert chart(store, "loss", "--smooth", "1").returncode == 2
    assert chart(store, "loss", "--x", "epoch").returncode == 2


def test_a_metric_that_others_logged_is_no_misspelling(store: Path) -> None:
    done = chart(store, "loss", "child")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "mltui: none of these runs logged a metric 'loss'\n  1 other run did\n"
    long = chart(store, "y" * 300)
    assert max(map(len, long.stderr.splitlines())) < 120


@pytest.mark.parametrize(("named", "who"), [((), "no run in scope"), (("child",), "none of these runs")])
def test_a_metric_that_only_a_deleted_run_logged(store: Path, named: tuple[str, ...], who: str) -> None:
    done = chart(store, "only_deleted", *named)
    assert (done.returncode, done.stdout) == (3, "")
    told = f"mltui: {who} logged a metric 'only_deleted'\n  only 1 deleted run did; a full id names one\n"
    assert done.stderr == told


def test_runs_without_the_metric_are_named(store: Path) -> None:
    done = chart(store, "loss", "parent", "child")
    assert done.returncode == 0
    assert "child logged no loss" in done.stderr


def test_without_names_it_is_of_runs_in_scope(store: Path) -> None:
    within = chart(store, "loss", MLTUI_EXPERIMENTS="nowhere-else")
    assert (within.returncode, within.stdout) == (3, "")
    assert "no run in scope logged a metric 'loss'" in within.stderr
    assert chart(store, "loss", "parent", MLTUI_EXPERIMENTS="nowhere-else").returncode == 0, "a named one is meant"
