"""The rule of a metric gate, ``metrics.auc >= champion - 0.005``: its text read, and figures judged by it.

Keys are written as in filters: ``metrics.auc``, ``metrics."val/auc"``, with backticks too.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from mltui.model.gate_keys import LIKE, metric_key
from mltui.model.gates import MetricRule, Operator, Verdict
from mltui.model.metric import Goal

_OPERATORS: Final[dict[str, Operator]] = {
    ">=": ">=",
    ">": ">",
    "<=": "<=",
    "<": "<",
    "=": "=",
    "==": "=",
    "!=": "!=",
    "<>": "!=",
}
_OPERATOR: Final = re.compile(r"<=|>=|!=|<>|==|[=<>]")
_NUMBER: Final = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BOUND: Final = re.compile(rf"[+-]?\s*{_NUMBER}")
_CHAMPION: Final = re.compile(rf"champion(?:\s*(?P<sign>[+-])\s*(?P<by>{_NUMBER}))?")
#: Significant digits of a figure: few, and as many as a float has.
FEW, MANY = 4, 17


def rule_of(text: str) -> MetricRule:
    """The rule that `text` states. Raises ValueError with a sentence on what of it makes no sense."""
    key, rest = metric_key(text)
    found = _OPERATOR.match(rest)
    if found is None:
        was = rest.split(maxsplit=1)[0] if rest.strip() else "the end"
        raise ValueError(f"behind the metric stands {was}, and no >= > <= < = or !=")
    return _bounded(key, _OPERATORS[found[0]], rest[found.end() :].strip())


def _bounded(key: str, operator: Operator, bound: str) -> MetricRule:
    if (against := _CHAMPION.fullmatch(bound)) is not None:
        offset = float(against["by"] or 0)
        rule = MetricRule(key, operator, -offset if against["sign"] == "-" else offset, champion=True)
    elif _BOUND.fullmatch(bound):
        rule = MetricRule(key, operator, float(re.sub(r"\s", "", bound)))
    else:
        raise ValueError(f"{bound or 'nothing'} is neither a number nor champion, {LIKE}")
    if not math.isfinite(rule.offset):
        raise ValueError(f"{bound} is too large a number")
    return rule


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule says of figures, as `GateResult` has it."""

    verdict: Verdict
    figure: str = ""
    why: str = ""


def judge(rule: MetricRule, value: float, champion: float | None = None) -> Judged:
    """The version's figure, and the champion's where the rule asks for that, by `rule`; whichever way is better was
    asked before (`direction_trouble`).

    Figures are compared as the decimals that people read: 0.865 is no less than 0.87 - 0.005.
    """
    if not math.isfinite(value):
        return Judged("failed", text_of(value), f"{rule.key} is {text_of(value)}")
    if rule.champion and (champion is None or not math.isfinite(champion)):
        return Judged("unknown", text_of(value), f"the champion's {rule.key} is {text_of(champion)}")
    against = champion if rule.champion and champion is not None else 0.0
    bound = _decimal(against) + _decimal(rule.offset)
    holds = _holds(_decimal(value), rule.operator, bound)
    digits = _digits(rule, value, against)
    figure = f"{text_of(value, digits)} vs {text_of(against, digits)}" if rule.champion else text_of(value, digits)
    return (
        Judged("passed", figure) if holds else Judged("failed", figure, f"not {rule.operator} {_plain(bound, digits)}")
    )


def _digits(rule: MetricRule, value: float, against: float) -> int:
    """So many that what is shown says the same as what was compared."""
    offset = _decimal(rule.offset)
    exact = _holds(_decimal(value), rule.operator, _decimal(against) + offset)
    for digits in range(FEW, MANY):
        shown, other = _rounded(_decimal(value), digits), _rounded(_decimal(against), digits)
        if _holds(shown, rule.operator, other + offset) == exact:
            return digits
    return MANY


def _holds(value: Decimal, operator: Operator, bound: Decimal) -> bool:
    if operator in ("=", "!="):
        return (value == bound) == (operator == "=")
    if operator in (">=", ">"):
        return value > bound or (operator == ">=" and value == bound)
    return value < bound or (operator == "<=" and value == bound)


def direction_trouble(rule: MetricRule, goal: Goal | None) -> str:
    """Why a rule that measures against the champion can't be used where `goal` is better; "" if it can.

    A plain bound says by itself which way it means, and equality means none.
    """
    if not rule.champion or rule.operator in ("=", "!="):
        return ""
    if goal is None:
        return f"whether more or less {rule.key} is better is not known: [metrics] goal in mltui.toml says it"
    if (goal == "max") != (rule.operator in (">=", ">")):
        more = "more" if goal == "max" else "less"
        return f"the rule asks for {rule.operator} champion, and {more} {rule.key} is better ([metrics] goal)"
    return ""


def text_of(value: float | None, digits: int = FEW) -> str:
    """A figure with so many significant digits."""
    if value is None:
        return "not known"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return _plain(_decimal(value), digits)


def _decimal(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _rounded(value: Decimal, digits: int) -> Decimal:
    whole = min(value.adjusted() + 1, MANY)  # 12,345 of something are no 12,350
    return Context(prec=max(digits, whole)).create_decimal(value)


def _plain(value: Decimal, digits: int) -> str:
    """Without an exponent where that is short, and without zeros that say nothing."""
    shown = _rounded(value, digits)
    if shown and not Decimal("1e-6") <= abs(shown) < Decimal("1e15"):
        return f"{shown.normalize():e}"
    text = f"{shown:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
