"""The test of one comparison: what a value of a run must be."""

from __future__ import annotations

import math
import operator as op
import re
import sys
from ast import literal_eval
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn, get_args

from mltui.errors import FilterError
from mltui.model.filters import names, values
from mltui.model.filters.patterns import like
from mltui.model.filters.tree import Compare, Place, Value
from mltui.model.runs import RunStatus

#: Whether a value, which is there, is right.
Test = Callable[[Any], bool]

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": op.eq,
    "!=": op.ne,
    "<": op.lt,
    "<=": op.le,
    ">": op.gt,
    ">=": op.ge,
}
_STATUSES: tuple[str, ...] = get_args(RunStatus)
#: A short commit is one of so many hexadecimal digits or more.
SHORT = re.compile(r"[0-9a-f]{7,39}")
#: What MLflow's database stores keep for an infinite value.
LARGEST = sys.float_info.max


def test_of(node: Compare, text: str, matched: Mapping[str, frozenset[str]]) -> Test:
    """The test that `node` makes of a value. Raises `FilterError`, which shows `text`, where it makes no sense.

    `matched` says what regular expressions match that are not to be searched here.
    """
    known = matched if node.operator == "~" else {}
    tests = [
        known[value.text].__contains__ if value.text in known else _one(node, value, text) for value in node.values
    ]
    if node.operator == "in" and all(isinstance(one, partial) and one.func is op.eq for one in tests):
        among = {one.args[0] for one in tests if isinstance(one, partial)}
        test: Test = among.__contains__
    elif len(tests) == 1:
        test = tests[0]
    else:

        def test(value: Any) -> bool:
            return any(one(value) for one in tests)

    if not node.negated:
        return test
    return lambda value: not test(value)


def _one(node: Compare, value: Value, text: str) -> Test:
    sort = names.ATTRIBUTES[node.key.name] if node.key.family == "attributes" else "text"
    word = "=" if node.operator == "in" else node.operator
    if node.key.number or node.key.family == "metrics":
        return _number(word, value, text)
    if sort == "time":
        return _time(word, value, text)
    if sort == "span":
        return _span(word, value, text)
    return _text(node, word, value, text)


def _number(word: str, value: Value, text: str) -> Test:
    _ordered(word, "numbers are", text, value.at)
    wanted = values.number(value.text) if value.bare else None
    if wanted is None:
        hint = f"without quotes: {value.text}" if values.number(value.text) is not None else ""
        _fail(f"expected a number, found {_shown(value, text)}", hint, text, value.at)
    compare = _ORDERS[word]
    if isinstance(wanted, float) and math.isnan(wanted):
        return (lambda found: not math.isnan(found)) if word == "!=" else math.isnan if word == "=" else _never
    named = value.text.lower().lstrip("+-").startswith("inf")
    if abs(wanted) >= LARGEST and not named:  # in MLflow's database an infinite value is the largest finite one
        return lambda found: compare(_as_stored(found), wanted)
    return _with(compare, wanted)


def _as_stored(value: float) -> float:
    return value if math.isnan(value) else max(-LARGEST, min(LARGEST, value))


def _time(word: str, value: Value, text: str) -> Test:
    _ordered(word, "times are", text, value.at)
    at = values.moment(value.text)
    if at is None:
        hint = "as in start > 2024-01-31, start > '2024-01-31 10:00', or epoch ms"
        if values.span(value.text) is not None:
            hint = f"how long ago it was is age: age < {value.text}"
        _fail(f"expected a date, found {_shown(value, text)}", hint, text, value.at)
    first, behind = at
    if first == behind:
        return _with(_ORDERS[word], first)
    if word in ("=", "!="):
        return (lambda found: first <= found < behind) if word == "=" else lambda found: not first <= found < behind
    return _with(op.lt, behind) if word == "<=" else _with(_ORDERS[word], first)


def _span(word: str, value: Value, text: str) -> Test:
    _ordered(word, "spans of time are", text, value.at)
    wanted = values.span(value.text)
    if wanted is None:
        bare = values.number(value.text) is not None
        hint = (
            f"of what: {value.text}d, {value.text}h, {value.text}m, {value.text}s" if bare else "as in 3d, 12h, 1h30m"
        )
        _fail(f"expected a span of time, found {_shown(value, text)}", hint, text, value.at)
    return _with(_ORDERS[word], wanted)


def _text(node: Compare, word: str, value: Value, text: str) -> Test:
    if word == "~":
        return _regex(value, text)
    if word in ("like", "ilike"):
        return like(value.text, fold=word == "ilike")
    wanted = _listed(value, text) if node.operator == "in" and _python_lists(node) else value.text
    attribute = node.key.name if node.key.family == "attributes" else ""
    if attribute == "status" and value.bare:
        wanted = wanted.upper()
        if wanted not in _STATUSES:
            _fail(f"there is no status {wanted}", f"there are {', '.join(_STATUSES)}", text, value.at)
    if attribute == "commit" and word in ("=", "!=") and SHORT.fullmatch(wanted):
        return (lambda found: found.startswith(wanted)) if word == "=" else lambda found: not found.startswith(wanted)
    return _with(_ORDERS[word], wanted)


def _regex(value: Value, text: str) -> Test:
    try:
        search = re.compile(value.text).search
    except (re.error, OverflowError, RecursionError) as error:
        start, end = value.at
        place = getattr(error, "pos", None)
        if place is not None:
            start = min(start + place + (not value.bare), end - 1)
        _fail(f"not a regular expression: {getattr(error, 'msg', error)}", "", text, (start, end))
    return lambda found: search(found) is not None


def _python_lists(node: Compare) -> bool:
    """Whether MLflow knows lists of this key: it reads them as Python's strings, escapes and all."""
    return node.key.family == "datasets" or (node.key.family == "attributes" and node.key.name == "run_id")


def _listed(value: Value, text: str) -> str:
    if value.bare:
        return value.text
    try:
        return str(literal_eval(f"({text[slice(*value.at)]})"))
    except (ValueError, SyntaxError):
        return value.text


def _with(compare: Callable[[Any, Any], bool], wanted: Any) -> Test:
    """`compare` with `wanted` on its right."""
    if compare in (op.eq, op.ne):
        return partial(compare, wanted)
    mirrored = {op.lt: op.gt, op.le: op.ge, op.gt: op.lt, op.ge: op.le}
    return partial(mirrored[compare], wanted)


def _never(_found: Any) -> bool:
    return False


def _ordered(word: str, what: str, text: str, at: Place) -> None:
    if word not in _ORDERS:
        _fail(f"{what} not compared with {word}", "they are with = != < <= > >=", text, at)


def _shown(value: Value, text: str) -> str:
    return text[slice(*value.at)]


def _fail(summary: str, hint: str, text: str, at: Place) -> NoReturn:
    raise FilterError(summary, hint, text, *at)
