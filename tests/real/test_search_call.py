"""The call of ``mlflow.search_runs`` that is copied gives MLflow the runs that are on screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.warm_python import WarmPython, warm_python

from mltui.model.columns import Order
from mltui.model.filters import parse
from mltui.model.search_call import search_call

pytestmark = pytest.mark.real

#: Where MLflow keeps runs in a database.
SQL_STORE = "mlflow.store.tracking.sqlalchemy_store"
NOW = 1_900_000_000_000
LAST_FIRST = [f"lr.{number}" for number in range(11, -1, -1)]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Twelve runs in a SQLite store that MLflow made."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    uri = f"sqlite:///{tmp_path_factory.mktemp('store')}/mlflow.db"
    client = MlflowClient(uri)
    for number in range(12):
        run = client.create_run("0", start_time=NOW - number * 86_400_000, run_name=f"lr.{number}")
        values = [Metric(key, number / 10, 1, 0) for key in ("val/loss mean", "in", "lr_1.2", "val.loss")]
        values += [Metric("auc", 1 - number / 10, 1, 0)]
        params = [Param("model", "r'f" if number % 3 else "svm"), Param("max depth", str(number))]
        client.log_batch(run.info.run_id, values, params, [RunTag("team", "x" if number % 2 else "y")])
        client.set_terminated(run.info.run_id, "FAILED" if number % 4 == 0 else "FINISHED")
    return uri


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmPython]:
    with warm_python(tmp_path_factory.mktemp("python"), "mlflow", "pandas", SQL_STORE) as python:
        yield python


def called(python: WarmPython, code: str, cwd: Path) -> list[str]:
    """The names of the runs that the code's data frame holds, in its order. In a process of its own: MLflow keeps the
    address it is told in the environment."""
    told = f"{code}\nimport json\nprint(json.dumps(list(runs['tags.mlflow.runName'])))"
    found: list[str] = json.loads(python.run(told, cwd).splitlines()[-1])
    return found


@pytest.mark.parametrize(
    "typed, order, expected",
    [
        ("metrics.`val/loss mean` <= 0.2", (Order("attributes.start"),), ["lr.2", "lr.1", "lr.0"]),
        ("age < 2d and status = finished", (), ["lr.1"]),
        ('params.model = "r\'f" and metrics.auc > 0.7', (Order("metrics.auc"),), ["lr.2", "lr.1"]),
        ("name like 'lr.1%' and tags.team != 'x'", (), ["lr.10"]),
        ("metrics.in < 0.1 and metrics.lr_1.2 < 0.1 and metrics.val.loss < 0.1", (), ["lr.0"]),
        ("metrics.auc > +.8 and metrics.auc < 1_000", (Order("metrics.auc"),), ["lr.1", "lr.0"]),
        ("metrics.auc > 8e-1 and metrics.auc < 1e+16", (Order("metrics.auc"),), ["lr.1", "lr.0"]),
        ("metrics.auc > -1 and start >= +1_900_000_000_000", (), ["lr.0"]),
        (
            "",
            (Order("metrics.val/loss mean", True), Order("params.max depth")),
            LAST_FIRST,
        ),
    ],
)
def test_the_same_runs_in_the_same_order(
    python: WarmPython, store: str, tmp_path: Path, typed: str, order: tuple[Order, ...], expected: list[str]
) -> None:
    code = search_call(store, ["0"], parse(typed), order, NOW)
    assert "left out" not in code
    assert called(python, code, tmp_path) == expected


def test_what_mlflow_can_not_say_is_named(python: WarmPython, store: str, tmp_path: Path) -> None:
    typed = "metrics.auc >= 0.9 and (params.model = 'svm' or tags.team = 'x') and name ~ 'lr.*'"
    code = search_call(store, ["0"], parse(f"{typed} and metrics.auc < inf"), (Order("metrics.auc:max"),), NOW)
    assert f"left out: {typed}" in code
    assert "order_by" not in code
    assert called(python, code, tmp_path) == ["lr.0", "lr.1"]


@pytest.mark.parametrize("typed", [f"start < {1 << 70}", "age < 99999999999999999w", "metrics.auc < 1e999"])
def test_a_number_that_is_too_large_for_mlflow_is_left_out(
    python: WarmPython, store: str, tmp_path: Path, typed: str
) -> None:
    code = search_call(store, ["0"], parse(typed), (), NOW)
    assert f"left out: {typed}" in code
    assert len(called(python, code, tmp_path)) == 12


def test_it_is_said_what_a_name_is_to_mlflow(store: str) -> None:
    assert "is the tag mlflow.runName" in search_call(store, ["0"], parse("name != 'lr.1'"), (), NOW)
    assert "runName" not in search_call(store, ["0"], parse("status != FAILED"), (), NOW)
    assert "runName" not in search_call(store, ["0"], parse("tags.x = 'attributes.run_name'"), (), NOW)
