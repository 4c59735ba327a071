"""Why a filter finds nothing: a param or tag that looks like a number compares as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mltui.model.filters import values
from mltui.model.filters.comparing import test_of
from mltui.model.filters.filter import Filter
from mltui.model.filters.tree import And, Compare, Node, Or
from mltui.model.runs import Run


def orders_of_text(found: Filter) -> tuple[Compare, ...]:
    """The comparisons of `found` that order texts by something that looks like a number: ``params.epochs > 5``."""
    return tuple(each for each in _comparisons(found.tree) if _orders_text(each))


def meant_as_numbers(found: Filter, runs: Iterable[Run]) -> str:
    """``params compare as text; num(params.epochs) > 5 as numbers``, of the first comparison that holds for none of
    `runs` and would for some as numbers; "" where there is none."""
    asked = orders_of_text(found)
    if not asked:
        return ""
    known = tuple(runs)
    for each in asked:
        texts = {getattr(run, each.key.family).get(each.key.name) for run in known} - {None}
        if any(map(test_of(each, found.text, {}), texts)):
            continue
        numbers = [number for text in texts if (number := values.number(text)) is not None]
        (value,) = each.values
        numeric = replace(each, key=replace(each.key, number=True), values=(replace(value, bare=True),))
        if any(map(test_of(numeric, found.text, {}), numbers)):
            key = found.text[slice(*each.key.at)]
            return f"{each.key.family} compare as text; num({key}) {each.operator} {value.text} as numbers"
    return ""


def _comparisons(node: Node | None) -> Iterator[Compare]:
    """Those that have to hold for a run, or might: not what is behind a ``not``."""
    if isinstance(node, Compare):
        yield node
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _comparisons(part)


def _orders_text(node: Compare) -> bool:
    return (
        node.key.family in ("params", "tags")
        and not node.key.number
        and node.operator in ("<", "<=", ">", ">=")
        and values.number(node.values[0].text) is not None
    )
