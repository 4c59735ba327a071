"""docs/filters.md: every example is a filter that selects some of these runs and not all of them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from mltui.model.filters import Facts, parse
from mltui.model.runs import Run, RunInput

TEXT = (Path(__file__).parents[2] / "docs" / "filters.md").read_text()
EXAMPLES = [line for block in re.findall(r"^```\n(.*?)^```$", TEXT, re.M | re.S) for line in block.splitlines()]
HOUR = 3_600_000
NOW = int(datetime(2023, 11, 15, 12).timestamp() * 1000)


def run(run_id: str, start: int, end: int, **given: object) -> Run:
    usual: dict[str, object] = {
        "name": "", "kind": "run", "experiment": "churn", "experiment_id": "1", "status": "FINISHED",
        "lifecycle": "active", "commit": None,
    }  # fmt: skip
    return Run(run_id, start=start, end=end, **{**usual, **given})  # type: ignore[arg-type]


RUNS = (
    run(
        "a", NOW - HOUR, NOW, name="lr-0.1", metrics={"acc": 0.95},
        params={"lr": "0.1", "model": "rf"}, tags={"team": "red"},
    ),
    run("b", NOW - 72 * HOUR, NOW - 72 * HOUR + 9, status="FAILED", metrics={"acc": 0.5}, params={"model": "svm"}),
    run("c", NOW - 900 * HOUR, NOW - 800 * HOUR, metrics={"loss": 1.0}, tags={"team": "x"}),
)  # fmt: skip
FACTS = Facts({"a": [RunInput("wine", "d1", "local", "", "training")]})


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_selects_some(text: str) -> None:
    found = [each.run_id for each in filter(parse(text).predicate(NOW, FACTS), RUNS)]
    assert 0 < len(found) < len(RUNS)


def test_there_are_examples_of_each_kind() -> None:
    assert len(EXAMPLES) > 20
    for word in (" and ", " or ", "not ", "has ", "num(", "like ", "in (", "is null", "~", "age ", "dataset."):
        assert any(word in one for one in EXAMPLES), word


def test_what_the_text_says_in_passing() -> None:
    one = run("q", NOW, NOW, params={"lr": "9", "x": "0.10"}, metrics={"val/loss [x]": 1.0}, commit="0123456789")
    assert parse("params.lr > 0.1").predicate(NOW)(one)
    assert not parse("params.x = 0.1").predicate(NOW)(one)
    assert parse("metrics.`val/loss [x]` = 1 and commit = 0123456").predicate(NOW)(one)
    assert parse("not tags.team = 'x'").predicate(NOW)(one)
    assert not parse("tags.team != 'x'").predicate(NOW)(one)
