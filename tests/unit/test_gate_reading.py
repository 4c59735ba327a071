"""``[promote]`` and ``[[gates]]``: everything is read or said, and nothing is left out."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.model.gate_differs import differences
from mltui.model.gate_keys import first_metric
from mltui.model.gate_reading import gate, policy_of
from mltui.model.gate_scope import is_for
from mltui.model.gates import CHECKS, TIMEOUT, Gate, MetricRule, Policy
from mltui.model.promotion import Target

DOCUMENTED = """
[metrics]
goal = {auc = "max"}

[promote]
protected = ["champion"]
via = "command"
command = "gh workflow run promote.yml -f 'model={model}'"
timeout = 60

[[gates]]
metric = "metrics.auc >= 0.8"

[[gates]]
metric = "metrics.auc >=  champion - 0.005"
to = ["champion"]

[[gates]]
check = "same data"

[[gates]]
command = "pytest -q 'tests/the model'"
preset = "pytest"
timeout = 5
models = "churn*"

[[gates]]
command = ["sh", "-c", "exit 0"]

[[gates]]
preset = "frictionless"
dataset = "data/customers.csv"
schema = "schemas/customers.json"
"""


def test_what_the_documentation_shows_is_read() -> None:
    policy = policy_of(tomllib.loads(DOCUMENTED))
    assert policy.gates == (
        Gate("metric", "metrics.auc >= 0.8", MetricRule("auc", ">=", 0.8)),
        Gate(
            "metric",
            "metrics.auc >= champion - 0.005",
            MetricRule("auc", ">=", -0.005, champion=True),
            to=("champion",),
        ),
        Gate("same data", "same data"),
        Gate(
            "command",
            "pytest -q 'tests/the model'",
            argv=("pytest", "-q", "tests/the model"),
            preset="pytest",
            timeout=5,
            models=("churn*",),
        ),
        Gate("command", "sh -c 'exit 0'", argv=("sh", "-c", "exit 0"), timeout=TIMEOUT),
        Gate(
            "command",
            "frictionless data/customers.csv",
            argv=("frictionless", "validate", "--json", "--schema", "schemas/customers.json", "data/customers.csv"),
            preset="frictionless",
            dataset="data/customers.csv",
            schema="schemas/customers.json",
        ),
    )
    assert (policy.protected, policy.via, policy.command_timeout) == (("champion",), "command", 60)
    assert policy.command == ("gh", "workflow", "run", "promote.yml", "-f", "model={model}")
    assert (policy.goals, policy.trouble) == ({"auc": "max"}, "")
    assert policy_of({}) == Policy()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, "no metric, check, command or preset"),
        ({"metrik": "metrics.auc > 1"}, "metrik is not known; did you mean metric?"),
        ({"metric": "metrics.auc > 1", "zzz": 1}, "zzz is not known; known are"),
        ({"metric": "metrics.auc > 1", "check": "same data"}, "metric and check in one gate: make it 2 gates"),
        ({"metric": "metrics.auc > 1", "command": "x"}, "metric and command in one gate"),
        ({"metric": "metrics.auc > 1", "preset": "pytest"}, "preset means nothing to a gate with metric"),
        ({"metric": "metrics.auc > 1", "timeout": 5}, "timeout means nothing to a gate with metric"),
        ({"check": "same data", "dataset": "x"}, "dataset means nothing to a gate with check"),
        ({"metric": 3}, "metric must be a string"),
        ({"metric": "auc > 1"}, "does not begin with a metric"),
        ({"metric": "metrics.auc > high"}, "high is neither a number nor champion"),
        ({"check": "same date"}, "did you mean same data?"),
        ({"check": 3}, "check must be one of"),
        ({"check": ["same data"]}, "check must be one of"),
        ({"command": ""}, "there is no command"),
        ({"command": "   "}, "there is no command"),
        ({"command": []}, "there is no command"),
        ({"command": [""]}, "names no program"),
        ({"command": "a 'b"}, "can't be split into words: no closing quotation"),
        ({"command": ["a", 1]}, "must be a string or a list of strings"),
        ({"command": "a", "timeout": 0}, "whole number of seconds"),
        ({"command": "a", "timeout": 1.5}, "whole number of seconds"),
        ({"command": "a", "timeout": True}, "whole number of seconds"),
        ({"command": "a", "timeout": 10**9}, "whole number of seconds"),
        ({"command": "a", "dataset": "x"}, "dataset means nothing to a gate with command"),
        ({"command": "a", "preset": "nose"}, "preset must be pytest or frictionless, not 'nose'"),
        ({"preset": "pytest"}, "there is no command of pytest"),
        ({"preset": "pytest", "command": "pytest", "schema": "s"}, "schema means nothing to a gate with command"),
        ({"preset": "pytest", "schema": "s"}, "schema is for the preset frictionless only"),
        ({"preset": "frictionless", "command": "x", "dataset": "a", "schema": "b"}, "makes its own command"),
        ({"preset": "frictionless", "schema": "s"}, 'needs dataset = "path"'),
        ({"preset": "frictionless", "dataset": "d"}, 'needs schema = "path"'),
        ({"preset": "frictionless", "dataset": "/etc/passwd", "schema": "s"}, "must be a path in the repository"),
        ({"preset": "frictionless", "dataset": "a/../../x", "schema": "s"}, "must be a path in the repository"),
        ({"preset": "frictionless", "dataset": "http://x/y", "schema": "s"}, "must be a path in the repository"),
        ({"metric": "metrics.auc > 1", "to": 3}, "to must be a list of strings"),
        ({"metric": "metrics.auc > 1", "models": []}, "models is empty: leave it out for all"),
        ({1: 2}, "1 is not known"),
        (["metric"], "must be a table"),
        ("metrics.auc > 1", "must be a table"),
        (None, "must be a table"),
    ],
)
def test_a_gate_that_makes_no_sense_says_why_and_is_there(row: Any, said: str) -> None:
    (found,) = policy_of({"gates": [row]}).gates
    assert said in found.trouble
    assert found.text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"promote": []}, "promote must be a table"),
        ({"promote": {"protect": ["champion"]}}, "promote.protect is not known; did you mean protected?"),
        ({"promote": {"protected": 3}}, "promote.protected must be a list of strings"),
        ({"promote": {"via": "ci"}}, 'promote.via must be "command"'),
        ({"promote": {"via": "command"}}, "promote.command says none"),
        ({"promote": {"timeout": "5"}}, "promote.timeout must be a whole number"),
        ({"promote": {"command": "a 'b"}}, "can't be split"),
        ({"gates": {"metric": "metrics.auc > 1"}}, "[gates] must be written [[gates]]"),
        ({"gates": "x"}, "gates must be tables"),
        ({"gates": 3}, "gates must be tables"),
    ],
)
def test_a_policy_that_makes_no_sense_lets_nothing_through(document: dict[str, Any], said: str) -> None:
    assert said in policy_of(document).trouble


def test_the_gates_are_told_though_promote_makes_no_sense() -> None:
    policy = policy_of({"promote": {"x": 1}, "gates": [{"check": "same data"}]})
    assert [each.text for each in policy.gates] == ["same data"]


def test_a_goal_that_makes_no_sense_is_none() -> None:
    assert policy_of({"metrics": {"goal": {"auc": "max", "loss": "down", "x": 3}}}).goals == {"auc": "max"}
    assert policy_of({"metrics": 3}).goals == policy_of({"metrics": {"goal": "max"}}).goals == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(("metric", "check", "command", "preset", "dataset", "schema", "timeout", "to", "models"))
LIKELY = st.sampled_from(
    ("metrics.auc > 1", "same data", "pytest", "frictionless", "champion", "", "a b", 5, ["a"], "metrics.auc > 1 (2)")
)


@given(st.lists(st.dictionaries(WORDS, LIKELY | JSON, max_size=4) | JSON, max_size=6))
def test_every_row_is_a_gate_with_a_text_of_its_own(rows: list[Any]) -> None:
    policy = policy_of({"gates": rows})
    assert len(policy.gates) == len(rows)
    texts = [each.text for each in policy.gates]
    assert len(set(texts)) == len(texts)
    assert all(texts)
    for each in policy.gates:
        assert each.trouble or (each.rule if each.kind == "metric" else each.kind in CHECKS or each.argv)


def test_texts_that_are_alike_are_numbered() -> None:
    rows = [{"check": "same data"}, {"check": "same data", "models": ["a"]}, {"check": "same data"}]
    assert [each.text for each in policy_of({"gates": rows}).gates] == ["same data", "same data (2)", "same data (3)"]


def test_the_first_gate_with_a_metric_names_it() -> None:
    rows = [{"check": "same data"}, {"metric": "auc > 1"}, {"metric": "metrics.f1 > 0"}, {"metric": "metrics.b > 0"}]
    assert first_metric(rows) == "f1"
    assert first_metric([]) is None


@pytest.mark.parametrize(
    ("globs", "target", "expected"),
    [
        ({}, Target("alias", "any"), True),
        ({"to": ["champion"]}, Target("alias", "champion"), True),
        ({"to": ["@champion"]}, Target("alias", "champion"), True),
        ({"to": ["champion"]}, Target("alias", "Champion"), True),
        ({"to": ["champion"]}, Target("alias", "challenger"), False),
        ({"to": ["c*"]}, Target("alias", "challenger"), True),
        ({"to": ["Production"]}, Target("stage", "Production"), True),
        ({"to": ["stage:production"]}, Target("stage", "Production"), True),
        ({"to": ["prod"]}, Target("gto", "prod"), True),
        ({"to": ["#prod"]}, Target("gto", "prod"), True),
        ({"to": ["prod.*"]}, Target("copy", "prod.churn"), True),
        ({"to": ["champion"]}, Target("copy", "prod.churn", "champion"), True),
        ({"to": ["champion"]}, Target("copy", "prod.churn"), False),
        ({"models": ["churn"]}, Target("alias", "champion"), True),
        ({"models": ["CHURN"]}, Target("alias", "champion"), True),
        ({"models": ["prod.*"]}, Target("copy", "prod.churn"), True),
        ({"models": ["prod.*"]}, Target("alias", "prod.x"), False),
        ({"models": ["fraud", "ch?rn"], "to": ["x"]}, Target("alias", "champion"), False),
    ],
)
def test_which_promotions_a_gate_is_for(globs: dict[str, Any], target: Target, expected: bool) -> None:
    assert is_for(gate({"check": "same data", **globs}), "churn", target) is expected


def test_a_gate_of_unreadable_scope_is_for_everything() -> None:
    assert is_for(gate({"check": "same data", "to": 3, "models": ["fraud"]}), "churn", Target("alias", "champion"))


def test_how_a_worktree_says_otherwise() -> None:
    counts = policy_of(tomllib.loads(DOCUMENTED))
    assert differences(counts, counts) == ()
    looser = policy_of(
        tomllib.loads(
            DOCUMENTED.replace(">= 0.8", ">= 0.1")
            .replace('protected = ["champion"]', "")
            .replace('via = "command"', "")
            .replace("timeout = 5\n", "timeout = 6\n")
            .replace('auc = "max"', 'auc = "min"')
        )
    )
    assert differences(counts, looser) == (
        "gate only in the worktree: metrics.auc >= 0.1",
        "gate not in the worktree: metrics.auc >= 0.8",
        "gate pytest -q 'tests/the model': other timeout in the worktree",
        "protected: champion; in the worktree nothing",
        "promoted by gh workflow run promote.yml -f 'model={model}'; in the worktree mltui itself",
        "goal of auc: max; in the worktree min",
    )
    broken = policy_of({"gates": 3})
    assert differences(counts, broken) == ("the worktree's copy makes no sense: gates must be tables, [[gates]]",)
