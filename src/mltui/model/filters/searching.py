"""Regular expressions that could take for ever: where a filter has them, and the texts they would look through.

Python's ``re`` tries every way that repetitions and alternatives leave open, exponentially many for ``(a+)+$``, and
holds the interpreter meanwhile. Such patterns are matched elsewhere (`mltui.sources.regexes`), and what they match
becomes part of the `Facts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mltui.model.filters.needs import Facts
from mltui.model.filters.reading import reader
from mltui.model.filters.tree import Compare, Has, Node, Not, Place, Value
from mltui.model.runs import Run

#: Without any of these a pattern can match in one way only at each letter.
_WAYS = frozenset("*+?{|")


@dataclass(frozen=True, slots=True)
class Search:
    """A pattern, where it stands in the filter, and the distinct texts it is to be looked for in."""

    pattern: str
    at: Place
    texts: frozenset[str]


def searches(node: Node | None, runs: Iterable[Run], now: int, facts: Facts) -> tuple[Search, ...]:
    """What is to be searched before `node` can be asked of `runs`; () for a filter that is quick by itself."""
    found = [(compare, value) for compare in _compares(node) for value in _risky(compare)]
    known = tuple(runs) if found else ()
    return tuple(Search(value.text, value.at, _texts(compare, known, now, facts)) for compare, value in found)


def _compares(node: Node | None) -> list[Compare]:
    if isinstance(node, Compare):
        return [node]
    if isinstance(node, Not):
        return _compares(node.inner)
    if node is None or isinstance(node, Has):
        return []
    return [each for part in node.parts for each in _compares(part)]


def _risky(node: Compare) -> list[Value]:
    return [value for value in node.values if node.operator == "~" and not _WAYS.isdisjoint(value.text)]


def _texts(node: Compare, runs: Iterable[Run], now: int, facts: Facts) -> frozenset[str]:
    if node.key.family == "datasets":
        inputs = [facts.inputs.get(run.run_id, ()) for run in runs]
        return frozenset(getattr(one, node.key.name) or "" for each in inputs for one in each)
    return frozenset(text for text in map(reader(node.key, now, facts), runs) if isinstance(text, str))
