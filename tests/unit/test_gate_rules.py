"""The rule of a metric gate: what is understood, what is refused with which words, and how figures are judged."""

from __future__ import annotations

import math
import operator as op
import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mltui.model.gate_rules import direction_trouble, judge, rule_of, text_of
from mltui.model.gates import MetricRule, Operator

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e9, max_value=1e9)
TRUTH = {">=": op.ge, ">": op.gt, "<=": op.le, "<": op.lt, "=": op.eq, "!=": op.ne}
OPERATORS: tuple[Operator, ...] = (">=", ">", "<=", "<", "=", "!=")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("metrics.auc >= 0.8", MetricRule("auc", ">=", 0.8)),
        ("metrics.auc>=.8", MetricRule("auc", ">=", 0.8)),
        ("metric.auc < -1e-3", MetricRule("auc", "<", -0.001)),
        ("metrics.auc == 1", MetricRule("auc", "=", 1.0)),
        ("metrics.auc <> 1", MetricRule("auc", "!=", 1.0)),
        ("metrics.auc >= champion", MetricRule("auc", ">=", 0.0, champion=True)),
        ("metrics.auc >= champion - 0.005", MetricRule("auc", ">=", -0.005, champion=True)),
        ("metrics.auc >= champion-0.005", MetricRule("auc", ">=", -0.005, champion=True)),
        ("metrics.loss <= champion + 1", MetricRule("loss", "<=", 1.0, champion=True)),
        ('metrics."val/auc" > 0', MetricRule("val/auc", ">", 0.0)),
        ("metrics.'val auc' > 0", MetricRule("val auc", ">", 0.0)),
        ("metrics.`val/loss [x]` <= 2", MetricRule("val/loss [x]", "<=", 2.0)),
        ("metrics.val/auc >= 0.5", MetricRule("val/auc", ">=", 0.5)),
        ("`metrics`.auc >= 0.5", MetricRule("auc", ">=", 0.5)),
        ("metrics.auc @ 5 >= 1", None),
    ],
)
def test_a_rule_is_read_as_filters_write_keys(text: str, rule: MetricRule | None) -> None:
    if rule is None:
        with pytest.raises(ValueError, match="behind the metric"):
            rule_of(text)
    else:
        assert rule_of(text) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "does not begin with a metric"),
        ("auc >= 0.8", "does not begin with a metric"),
        ("params.lr > 1", "does not begin with a metric"),
        ("0.8 <= metrics.auc", "does not begin with a metric"),
        ("metrics. >= 1", "a key lacks"),
        ('metrics."" >= 1', "a key lacks"),
        ('metrics."auc >= 1', "not closed"),
        ("metrics.auc", "the end, and no >="),
        ("metrics.auc ~ 1", "~, and no >="),
        ("metrics.auc >=", "nothing is neither a number"),
        ("metrics.auc >= nan", "nan is neither"),
        ("metrics.auc >= inf", "inf is neither"),
        ("metrics.auc >= 1_000", "1_000 is neither"),
        ("metrics.auc >= 0,8", "0,8 is neither"),
        ("metrics.auc >= 80%", "80% is neither"),
        ("metrics.auc >= 1 and metrics.f1 >= 1", "is neither"),
        ("metrics.auc >= champion * 2", "is neither"),
        ("metrics.auc >= champion - -1", "is neither"),
        ("metrics.auc >= champions", "is neither"),
        ("metrics.auc >= 1e999", "too large"),
        ("metrics.auc >= champion + 1e999", "too large"),
    ],
)
def test_what_makes_no_sense_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        rule_of(text)


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_a_sentence(text: str) -> None:
    try:
        assert math.isfinite(rule_of(text).offset)
    except ValueError as error:
        assert str(error)


def test_figures_are_compared_as_the_decimals_that_people_read() -> None:
    """0.87 - 0.005 is 0.865, which floats don't find: 0.865 would be less than it."""
    rule = rule_of("metrics.auc >= champion - 0.005")
    pairs = [(n / 1000, (n + 5) / 1000) for n in range(1, 990)]
    assert any(value < champion - 0.005 for value, champion in pairs)  # what makes this test one
    assert {judge(rule, value, champion).verdict for value, champion in pairs} == {"passed"}
    assert judge(rule, 0.8649999, 0.87).verdict == "failed"


@given(FINITE, FINITE, FINITE, st.sampled_from(OPERATORS))
@example(0.1, 0.3, -0.2, ">=")
def test_what_is_shown_says_the_same_as_the_verdict(value: float, champion: float, offset: float, by: Operator) -> None:
    said = judge(MetricRule("m", by, offset, champion=True), value, champion)
    one, bound = Decimal(repr(value)), Decimal(repr(champion)) + Decimal(repr(offset))
    assert said.verdict == ("passed" if TRUTH[by](one, bound) else "failed")
    shown, against = said.figure.split(" vs ")
    assert math.isclose(float(shown), value, rel_tol=1e-3, abs_tol=1e-300)
    assert math.isclose(float(against), champion, rel_tol=1e-3, abs_tol=1e-300)
    assert bool(said.why) == (said.verdict != "passed")


def test_a_figure_has_as_many_digits_as_tell_the_verdict() -> None:
    rule = rule_of("metrics.auc >= 0.8")
    assert judge(rule, 0.7999999).figure == "0.7999999"
    assert judge(rule, 0.96798812804).figure == "0.968"
    assert judge(rule_of("metrics.n > 12344"), 12345.0).figure == "12345"
    assert judge(rule, 0.7).why == "not >= 0.8"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_number_holds_no_bound(value: float) -> None:
    for by in OPERATORS:
        said = judge(MetricRule("auc", by, 0.8), value)
        assert (said.verdict, said.why) == ("failed", f"auc is {text_of(value)}")
        against = judge(MetricRule("auc", by, 0.0, champion=True), 0.8, value)
        assert (against.verdict, against.why) == ("unknown", f"the champion's auc is {text_of(value)}")


def test_a_champion_needs_to_know_which_way_is_better() -> None:
    above, below = rule_of("metrics.m >= champion"), rule_of("metrics.m < champion")
    assert "is not known" in direction_trouble(above, None)
    assert "[metrics] goal" in direction_trouble(above, None)
    assert direction_trouble(above, "max") == direction_trouble(below, "min") == ""
    assert direction_trouble(above, "min").startswith("the rule asks for >= champion, and less m is better")
    assert direction_trouble(below, "max").startswith("the rule asks for < champion, and more m is better")


def test_a_plain_bound_and_equality_need_no_direction() -> None:
    for text in ("metrics.m >= 1", "metrics.m < 1", "metrics.m = champion", "metrics.m != champion"):
        assert direction_trouble(rule_of(text), None) == direction_trouble(rule_of(text), "min") == ""
