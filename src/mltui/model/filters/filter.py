"""A filter that was understood, and the function of a `Run` that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mltui.model.filters.comparing import Test, test_of
from mltui.model.filters.grammar import Grammar
from mltui.model.filters.needs import NOTHING_MORE, Facts, Needs, needs
from mltui.model.filters.reading import reader
from mltui.model.filters.searching import Search, searches
from mltui.model.filters.tree import And, Compare, Has, Key, Node, Not, Or
from mltui.model.runs import Run

Predicate = Callable[[Run], bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """`text` and the tree it means, None for every run."""

    text: str
    tree: Node | None
    needs: Needs

    def predicate(self, now: int, facts: Facts = NOTHING_MORE) -> Predicate:
        """Whether a run matches, at `now` (epoch ms). Compiled once: ask it of each run.

        The runs must hold the keys of `needs` and `facts` what it says; what they lack is missing.
        """
        return _compiled(self.tree, _Scene(self.text, now, facts)) if self.tree else _always

    def searches(self, runs: Iterable[Run], now: int, facts: Facts = NOTHING_MORE) -> tuple[Search, ...]:
        """Regular expressions to be searched where that may take for ever, for `facts.matched`; mostly ()."""
        return searches(self.tree, runs, now, facts)


def parse(text: str) -> Filter:
    """Understand a filter; an empty one matches everything. Raises `FilterError`."""
    tree = Grammar(text).whole()
    found = Filter(text, tree, needs(tree))
    found.predicate(0)  # values are understood when they are compiled
    return found


@dataclass(frozen=True, slots=True)
class _Scene:
    text: str
    now: int
    facts: Facts


def _always(_run: Run) -> bool:
    return True


def _compiled(node: Node, scene: _Scene) -> Predicate:
    if isinstance(node, Not):
        inner = _compiled(node.inner, scene)
        return lambda run: not inner(run)
    if isinstance(node, And | Or):
        return _joined(node, [_compiled(part, scene) for part in node.parts])
    if isinstance(node, Has):
        return _present(node.key, scene)
    return _comparison(node, scene)


def _joined(node: And | Or, parts: list[Predicate]) -> Predicate:
    def both(run: Run) -> bool:
        for part in parts:  # noqa: SIM110 - a generator for each run takes twice the time
            if not part(run):
                return False
        return True

    def either(run: Run) -> bool:
        for part in parts:  # noqa: SIM110
            if part(run):
                return True
        return False

    return both if isinstance(node, And) else either


def _comparison(node: Compare, scene: _Scene) -> Predicate:
    test = test_of(node, scene.text, scene.facts.matched)
    if node.key.family == "datasets":
        return _of_any_dataset(node.key, test, scene.facts)
    read = reader(node.key, scene.now, scene.facts)

    def compare(run: Run) -> bool:
        value = read(run)
        return value is not None and test(value)

    return compare


def _present(key: Key, scene: _Scene) -> Predicate:
    if key.family == "datasets":
        return _of_any_dataset(key, lambda _value: True, scene.facts)
    read = reader(key, scene.now, scene.facts)
    return lambda run: read(run) is not None


def _of_any_dataset(key: Key, test: Test, facts: Facts) -> Predicate:
    """As MLflow joins them: one dataset of the run for which it holds, ``!=`` too."""
    inputs, name = facts.inputs, key.name

    def any_dataset(run: Run) -> bool:
        found = (getattr(one, name) for one in inputs.get(run.run_id, ()))
        return any(test(value) for value in found if value or name != "context")

    return any_dataset
