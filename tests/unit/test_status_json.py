"""The documents for machines: what their schemas demand, and JSON that any reader takes."""

from __future__ import annotations

import json
import math
import re
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from closed_schema import strict
from mltui.model.dvc import Dataset, Pipeline, Reason, Stage
from mltui.model.git import GitState
from mltui.model.life import Life
from mltui.model.part import Part, Problem
from mltui.model.registry import ModelVersion, RegisteredModel
from mltui.model.runs import Run, Store
from mltui.model.status import Snapshot
from mltui.present.jsonable import dumps, jsonable
from mltui.present.runs_machine import csv_header, csv_row, run_document
from mltui.present.status_json import status_document

NOW = 1_700_000_000_000
SHA = "3f2a1c9" + "0" * 33
DOCS = Path(__file__).parents[2] / "docs" / "status-schema.md"


def schema(name: str) -> dict[str, Any]:
    document = json.loads(resources.files("mltui.schema").joinpath(f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return document


def moment(**parts: Any) -> Snapshot:
    reason = Reason("param", "params.yaml", "modified", "lr", math.inf, {"a": [math.nan, 1]})
    stage = Stage(
        "train", "dvc.yaml", "train", "stale", ({"changed deps": {"params.yaml": {"lr": "modified"}}},),
        reasons=(reason,), cmd="python train.py", as_of=NOW,
    )  # fmt: skip
    dataset = Dataset("data.csv", "data.csv.dvc", "md5:" + "0" * 32, 10, None, "fresh", versions=3, as_of=NOW)
    version = ModelVersion("churn", "4", "r1", NOW)
    whole: dict[str, Any] = {
        "project": "/p",
        "git": Part("git", GitState("/p", "main", SHA, True, 2, None, None)),
        "pipeline": Part("pipeline", Pipeline(stages=(stage,), datasets=(dataset,), as_of=NOW)),
        "stores": Part("stores", (Store("mlflow.db", "sqlite", "repository", True, 1, 24, 1),)),
        "models": Part("models", (RegisteredModel("churn", "mlflow", (version,), {"champion": "4"}),)),
        "newest": Part("newest", ()),
        "experiments": Part("experiments", ()),
        "problems": (Problem("config", "unknown key x", "", "mltui.toml:1"),),
    }
    return Snapshot(**{**whole, **parts})


def empty() -> Snapshot:
    names = ("git", "pipeline", "stores", "models", "newest", "experiments")
    absent = {name: Part(name, None, Problem(name, "not here", absent=True)) for name in names}
    return Snapshot(project="/p", **absent)


@pytest.mark.parametrize("snapshot", [moment(), empty()], ids=["whole", "empty"])
def test_status_fits_its_schema(snapshot: Snapshot) -> None:
    document = json.loads(dumps(status_document(snapshot)))
    fits = jsonschema.Draft202012Validator(strict(schema("status"))).is_valid
    assert fits(document)
    assert not fits({**document, "more": 1})
    for name in document:
        assert not fits({key: value for key, value in document.items() if key != name}), f"{name} is not required"


def test_the_order_and_the_numbers_of_status() -> None:
    text = dumps(status_document(moment()))
    assert text.startswith('{"schema": 1, ')
    document = json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON"))
    assert list(document) == [
        "schema", "project", "git", "data", "pipeline", "mlflow", "models", "jobs", "attention", "problems",
    ]  # fmt: skip
    (reason,) = document["pipeline"]["stages"][0]["reasons"]
    assert (reason["old"], reason["new"]) == ("Infinity", {"a": ["NaN", 1]})
    assert document["models"] == [{"name": "churn", "source": "mlflow", "versions": 1, "aliases": {"champion": "4"}}]
    assert document["attention"] == [
        {"kind": "stage", "what": "train", "why": "param lr inf → {a: [nan, 1]}"},
        {"kind": "problem", "what": "mltui.toml:1", "why": "unknown key x"},
    ]


def a_run(**fields: Any) -> Run:
    whole: dict[str, Any] = {
        "run_id": "r1", "name": "", "kind": "run", "experiment": "churn", "experiment_id": "1", "status": "FINISHED",
        "lifecycle": "active", "start": NOW, "end": None, "commit": SHA,
        "metrics": {"auc": 0.5, "lost": math.nan, "up": math.inf, "down": -1.7976931348623157e308},
        "params": {"Win Rate ": "", "text": 'a "quote",\nand more'}, "tags": {"mlflow.user": "ada"},
    }  # fmt: skip
    return Run(**{**whole, **fields})


def test_runs_fit_their_schema() -> None:
    document = {"schema": 1, "runs": [run_document(a_run()), run_document(a_run(problem="meta.yaml is gone"))]}
    jsonschema.validate(json.loads(dumps(document)), strict(schema("runs")))
    first, second = document["runs"]
    assert first["metrics"] == {"auc": 0.5, "lost": "NaN", "up": "Infinity", "down": "-Infinity"}
    assert "problem" not in first
    assert second["problem"] == "meta.yaml is gone"


def test_a_run_that_may_run_no_more_says_so() -> None:
    gone = a_run(status="RUNNING", life=Life("gone", NOW, why="no process 7 on this host any more"))
    silent = a_run(status="RUNNING", life=Life("silent", None, 41 * 60_000))
    entries = [run_document(each) for each in (gone, silent, a_run(status="RUNNING"), a_run())]
    jsonschema.validate({"schema": 1, "runs": entries}, strict(schema("runs")))
    assert [each["life"] for each in entries] == [
        {"state": "gone", "last_write": NOW, "why": "gone: no process 7 on this host any more"},
        {"state": "silent", "last_write": None, "why": "silent, longest gap so far 41 min"},
        None,
        None,
    ]
    keys = {group: set[str]() for group in ("metrics", "params", "tags")}
    assert "life" not in csv_header(keys, problems=True)
    assert csv_row(entries[0], keys, problems=True) == csv_row(entries[2], keys, problems=True)


def test_a_csv_row_fits_its_header() -> None:
    keys = {"metrics": {"auc", "loss"}, "params": {"text"}, "tags": set()}
    header = csv_header(keys, problems=True)
    row = csv_row(run_document(a_run()), keys, problems=True)
    cells = dict(zip(header, row, strict=True))
    assert cells["metrics.auc"] == 0.5
    assert cells["metrics.loss"] == ""
    assert cells["params.text"] == 'a "quote",\nand more'
    assert (cells["end"], cells["problem"]) == ("", "")


def test_names_that_are_not_utf8_are_still_json() -> None:
    text = dumps({"branch": "caf\udce9", "subject": "é"})
    assert json.loads(text.encode())["branch"] == "caf\udce9"
    assert "é" in dumps({"subject": "é"})


def test_values_of_any_type() -> None:
    assert jsonable({1: (None, True, {2})}) == {"1": [None, True, [2]]}
    assert jsonable(Path("a")) == "a"


def described(document: Any) -> set[str]:
    if isinstance(document, list):
        return set().union(*(described(item) for item in document)) if document else set()
    if not isinstance(document, dict):
        return set()
    own = set(document["properties"]) if isinstance(document.get("properties"), dict) else set()
    return own.union(*(described(value) for value in document.values()))


@pytest.mark.parametrize("name", ["status", "runs"])
def test_the_page_describes_every_field(name: str) -> None:
    told = set(re.findall(r"`(\w+)(?:\[\]|\{\})?`", DOCS.read_text()))
    assert described(schema(name)) <= told
