"""Runs side by side: what differs, by how much, and which is best."""

from __future__ import annotations

import math
from typing import Any

import pytest

from churn_sample import run
from mltui.model.compare import ComparedRow, Comparison, Delta, Subject, best_of, compare
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import COMMIT_TAG, PARENT_TAG, USER_TAG, Run, RunInput

NAN, INF = math.nan, math.inf


def a_run(name: str, **more: Any) -> Run:
    return run(name, None, 0, **{"params": {}, "tags": {}, "metrics": {}, **more})


def compared(*runs: Run, **how: Any) -> Comparison:
    return compare([Subject(each) for each in runs], **how)


def row(found: Comparison, id: str) -> ComparedRow:
    return next(each for each in found.rows if each.id == id)


def metric(*values: float | None, **how: Any) -> tuple[Comparison, ComparedRow]:
    runs = [a_run(f"r{at}", metrics={} if value is None else {"m": value}) for at, value in enumerate(values)]
    found = compared(*runs, **how)
    return found, row(found, "metrics.m")


def test_missing_is_a_value_of_its_own_and_empty_another() -> None:
    found = compared(a_run("a", params={"x": "", "y": "1"}), a_run("b", params={"y": "1"}))
    assert row(found, "params.x").values == ("", None)
    assert row(found, "params.x").differs
    assert not row(found, "params.y").differs
    assert [each.id for each in found.differences().rows if each.section == "params"] == ["params.x"]


@pytest.mark.parametrize(
    ("values", "differs"),
    [((1.0, 1.0), False), ((NAN, NAN), False), ((NAN, 1.0), True), ((INF, -INF), True), ((0.0, -0.0), False)],
)
def test_numbers_that_differ(values: tuple[float, float], differs: bool) -> None:
    assert metric(*values)[1].differs is differs


@pytest.mark.parametrize(
    ("base", "value", "expected"),
    [
        (2.0, 3.0, Delta(1.0, 50.0)),
        (-2.0, -3.0, Delta(-1.0, -50.0)),
        (0.0, 3.0, Delta(3.0, None)),
        (0.0, 0.0, Delta(0.0, None)),
        (NAN, 3.0, None),
        (3.0, NAN, None),
        (INF, 3.0, None),
        (3.0, -INF, None),
        (1e308, -1e308, None),
        (None, 3.0, None),
        (3.0, None, None),
        (1e-300, 1e300, Delta(1e300, None)),
    ],
)
def test_deltas_of_metrics(base: float | None, value: float | None, expected: Delta | None) -> None:
    found, of = metric(base, value, 1.0)
    assert found.delta(of, 1) == expected
    assert found.delta(of, 0) is None


def test_params_have_deltas_only_where_both_are_numbers() -> None:
    found = compared(
        a_run("a", params={"lr": "0.5", "model": "rf", "x": "1_0", "y": "nan", "z": "1"}),
        a_run("b", params={"lr": "1", "model": "svm", "x": "20", "y": "1", "z": "all"}),
    )
    assert found.delta(row(found, "params.lr"), 1) == Delta(0.5, 100.0)
    assert all(found.delta(row(found, f"params.{key}"), 1) is None for key in ("model", "x", "y", "z"))


def test_tags_that_look_like_numbers_are_no_numbers() -> None:
    found = compared(a_run("a", tags={"ticket": "17"}), a_run("b", tags={"ticket": "18"}))
    assert found.delta(row(found, "tags.ticket"), 1) is None


@pytest.mark.parametrize(
    ("values", "goal", "best"),
    [
        ((1.0, 3.0, 3.0), "max", {1, 2}),
        ((1.0, 3.0, 3.0), "min", {0}),
        ((NAN, 3.0, 1.0), "max", {1}),
        ((NAN, NAN, 1.0), "max", set()),
        ((2.0, 2.0, None), "max", set()),
        ((INF, 3.0, 1.0), "max", {0}),
        ((1.0, 3.0, 2.0), None, set()),
    ],
)
def test_best_of_a_row(values: tuple[float | None, ...], goal: Any, best: set[int]) -> None:
    assert best_of(values, goal) == best


def test_the_direction_comes_from_goals_before_the_primary_metric() -> None:
    primary = PrimaryMetric("m", "max", guessed=True)
    assert metric(1.0, 2.0, primary=primary)[1].best == {1}
    assert metric(1.0, 2.0, primary=primary, goals={"m": "min"})[1].best == {0}
    assert metric(1.0, 2.0)[1].best == frozenset()


def test_the_baseline_is_the_first_unless_somebody_says() -> None:
    one, other = a_run("a"), a_run("b")
    assert compared(one, other).baseline == 0
    assert compared(one, other, baseline=other.run_id).baseline == 1
    assert compared(one, other, baseline="gone").baseline == 0
    with pytest.raises(IndexError):
        compared(one, other).against(2)


@pytest.mark.parametrize("count", [0, 1, 21])
def test_two_to_twenty(count: int) -> None:
    with pytest.raises(ValueError, match="2 to 20"):
        compared(*(a_run(f"r{at}") for at in range(count)))


def test_the_primary_metric_comes_first_and_all_else_by_name() -> None:
    found = compared(a_run("a", metrics={"b": 1, "z": 1}), a_run("b", metrics={"a": 1}),
                     primary=PrimaryMetric("z", None, guessed=False))  # fmt: skip
    assert [each.key for each in found.rows if each.section == "metrics"] == ["z", "a", "b"]


def test_datasets_by_name_and_context() -> None:
    def wine(digest: str, context: str = "training") -> RunInput:
        return RunInput("wine", digest, "local", "{}", context)

    found = compare(
        [Subject(a_run("a"), [wine("11"), wine("22"), wine("11")]), Subject(a_run("b"), [wine("11"), wine("11", "")])]
    )
    assert row(found, "datasets.wine (training)").values == ("11, 22", "11")
    assert row(found, "datasets.wine").values == (None, "11")


def test_the_environment_has_what_mlflow_recorded_and_no_bookkeeping() -> None:
    tags = {
        USER_TAG: "ada", COMMIT_TAG: "f" * 40, PARENT_TAG: "p", "mlflow.docker.image.uri": "img:1", "mlflow.new": "?",
        "mlflow.log-model.history": "[{}]", "team": "red",
    }  # fmt: skip
    found = compare([Subject(a_run("a", tags=tags), packages={"numpy": "2.4"}), Subject(a_run("b"))])
    said = {each.key: each.values[0] for each in found.rows if each.section == "environment"}
    assert said["user"] == "ada"
    assert (said["docker image"], said["parent run"], said["mlflow.new"]) == ("img:1", "p", "?")
    assert said["duration (s)"] == 31.0
    assert "mlflow.log-model.history" not in said
    assert [each.id for each in found.rows if each.section == "tags"] == ["tags.team"]
    assert row(found, "packages.numpy").values == ("2.4", None)
