"""`mltui runs` as JSON, CSV and table, over a store that MLflow wrote."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_projects import dvc, log_runs, make_pipeline
from git_repository import commit, git, make

from closed_schema import closed

pytestmark = pytest.mark.real

SCHEMA = closed("runs")


def mltui(cwd: Path, *arguments: str, code: int = 0) -> str:
    argv = [sys.executable, "-m", "mltui", *arguments]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == code, (done.returncode, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stdout


def runs(cwd: Path, *arguments: str) -> list[dict[str, Any]]:
    text = mltui(cwd, "runs", "--json", *arguments)
    document = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert next(iter(document)) == "schema"
    jsonschema.validate(document, SCHEMA)
    found: list[dict[str, Any]] = document["runs"]
    return found


def names(found: list[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in found]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose only content is a database of runs."""
    path = make(tmp_path_factory.mktemp("store") / "project")
    log_runs(f"sqlite:///{path}/mlflow.db", cwd=path)
    return path


def test_every_field(store: Path) -> None:
    newest_first = runs(store)
    assert names(newest_first) == ["lazy-fox", "second", "first"]
    first = newest_first[-1]
    assert (first["kind"], first["experiment"], first["status"], first["lifecycle"]) == (
        "run", "churn", "FINISHED", "active",
    )  # fmt: skip
    assert first["commit"] == "f" * 40
    assert first["metrics"] == {"auc": 0.9, "loss": "NaN", "up": "Infinity"}
    assert first["params"] == {"lr": "0.1", "note": 'a "quote",\nand more'}
    assert first["tags"]["mlflow.runName"] == "first"
    assert first["start"] <= first["end"]


def test_order_is_start_then_id(store: Path) -> None:
    keys = [(-each["start"], each["run_id"]) for each in runs(store, "--all")]
    assert keys == sorted(keys)
    assert len(keys) == 4


def test_deleted_ones_when_asked(store: Path) -> None:
    assert names(runs(store, "--all")) == ["lazy-fox", "second", "gone", "first"]
    assert [each["lifecycle"] for each in runs(store, "--all") if each["name"] == "gone"] == ["deleted"]


def test_limit(store: Path) -> None:
    assert names(runs(store, "--limit", "2")) == ["lazy-fox", "second"]
    assert runs(store, "--limit", "0") == []


def test_experiments_by_name_id_and_glob(store: Path) -> None:
    assert names(runs(store, "--experiment", "churn")) == ["lazy-fox", "first"]
    assert names(runs(store, "--experiment", "other/glob [x]")) == ["second"]
    assert names(runs(store, "--experiment", "o*")) == ["second"]
    identifier = runs(store, "--experiment", "churn")[0]["experiment_id"]
    assert names(runs(store, "--experiment", identifier)) == ["lazy-fox", "first"]
    assert len(runs(store, "--experiment", "churn", "--experiment", "other*")) == 3
    mltui(store, "runs", "--experiment", "nothing", code=2)


def test_another_store_by_path_and_uri(store: Path, tmp_path: Path) -> None:
    for said in (store / "mlflow.db", f"sqlite:///{store}/mlflow.db"):
        assert len(runs(tmp_path, "--store", str(said))) == 3
    assert len(runs(tmp_path, "-C", str(store), "--store", "mlflow.db")) == 3


def test_csv_loses_nothing(store: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(mltui(store, "runs", "--csv", "--all"), newline="")))
    documents = runs(store, "--all")
    assert [row["run_id"] for row in rows] == [each["run_id"] for each in documents]
    for row, document in zip(rows, documents, strict=True):
        for group in ("metrics", "params", "tags"):
            held = {key.partition(".")[2]: value for key, value in row.items() if key.startswith(f"{group}.") and value}
            assert held == {key: str(value) for key, value in document[group].items()}
        assert row["start"] == str(document["start"])
        assert row["commit"] == (document["commit"] or "")


def test_the_table_is_whole_in_a_pipe(store: Path) -> None:
    lines = mltui(store, "runs").splitlines()
    assert lines[0].split()[:2] == ["run", "when"]
    assert [line.split()[:2] for line in lines[1:]] == [["✗", "lazy-fox"], ["✓", "second"], ["✓", "first"]]
    assert "\x1b" not in "".join(lines)


LIVES = """
import os, subprocess, sys, time
from mlflow.entities import Metric, RunTag
from mlflow.tracking import MlflowClient
from mltui.sources.processes import host_name, process_start

def tags(pid):
    said = {"mltui.pid": pid, "mltui.pid_start": process_start(pid), "mltui.host": host_name()}
    return [RunTag(key, str(value)) for key, value in said.items()]

client = MlflowClient(sys.argv[1])
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
held = tags(child.pid)
child.communicate(b"\\n")
now, minute = int(time.time() * 1000), 60_000
experiment = client.create_experiment("lives")
for name, writes, recorded, status in (  # writes in minutes ago, of runs that began two hours ago
    ("silent", (119, 118), (), "RUNNING"),
    ("patient", (119, 60), (), "RUNNING"),
    ("gone", (119, 118, 1), held, "RUNNING"),
    ("here", (119, 1), tags(os.getppid()), "RUNNING"),
    ("done", (119, 118), held, "FINISHED"),
):
    run = client.create_run(experiment, start_time=now - 120 * minute, run_name=name).info.run_id
    points = [Metric("loss", 1.0, now - ago * minute, step) for step, ago in enumerate(writes)]
    client.log_batch(run, metrics=points, tags=list(recorded))
    if status != "RUNNING":
        client.set_terminated(run, status)
"""


def test_runs_that_may_run_no_more(tmp_path: Path) -> None:
    path = make(tmp_path / "project")
    uri = f"sqlite:///{path}/mlflow.db"
    subprocess.run([sys.executable, "-c", LIVES, uri], cwd=path, check=True, capture_output=True, timeout=600)
    found = {each["name"]: each for each in runs(path)}
    lives = {name: each["life"] and each["life"]["state"] for name, each in found.items()}
    assert lives == {"silent": "silent", "patient": None, "gone": "gone", "here": None, "done": None}
    life = found["silent"]["life"]
    assert life["why"] == "silent, longest gap so far 60 s"
    assert life["last_write"] == found["silent"]["start"] + 2 * 60_000
    assert found["gone"]["life"]["why"].startswith("gone: no process ")
    header, *_ = csv.reader(io.StringIO(mltui(path, "runs", "--csv")))
    assert "life" not in header


def test_a_file_store(tmp_path: Path) -> None:
    log_runs(f"file:{tmp_path}/mlruns", cwd=tmp_path)
    found = runs(tmp_path)
    assert names(found) == ["lazy-fox", "second", "first"]
    assert found[-1]["metrics"] == {"auc": 0.9, "loss": "NaN", "up": "Infinity"}


def test_dvc_experiments_belong_to_it_unless_cut_off(tmp_path: Path) -> None:
    path = make(tmp_path / "project")
    make_pipeline(path)
    commit(path, "everything")
    dvc(path, "repro", "-q")
    commit(path, "repro")
    dvc(path, "exp", "run", "-q", "--name", "happy-auk", "-S", "lr=0.3")
    git(path, "checkout", "-q", ".")
    (experiment,) = runs(path)
    assert (experiment["kind"], experiment["name"], experiment["experiment"]) == (
        "exp",
        "happy-auk",
        git(path, "rev-parse", "--short=7", "HEAD"),
    )
    assert experiment["params"]["lr"] == "0.3"
    assert experiment["commit"] == experiment["run_id"]
    log_runs(f"sqlite:///{path}/mlflow.db", cwd=path)
    assert {each["kind"] for each in runs(path)} == {"run", "exp"}
    assert {each["kind"] for each in runs(path, "--store", "mlflow.db")} == {"run"}
    assert {each["kind"] for each in runs(path, "--experiment", "*")} == {"run"}
