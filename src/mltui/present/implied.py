"""Links that other links imply: ``a - c`` where there are ``a - b`` and ``b - c``.

A stage that all others depend on (an installation, a vocabulary) has a link to each of them, and with a few of those a
drawing is nothing but lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

Link = tuple[str, str]


def without_implied(links: Sequence[Link]) -> tuple[Link, ...]:
    """`links` (from, to) without those, in their order; all of them where they close a circle."""
    after: dict[str, list[str]] = {}
    for source, target in links:
        after.setdefault(source, []).append(target)
    try:
        order = tuple(TopologicalSorter(after).static_order())  # what comes last is first
    except CycleError:
        return tuple(links)
    numbers = {node: number for number, node in enumerate(order)}
    beyond: dict[str, int] = {}  #: by node, a bit for each that is reached from it
    for node in order:
        beyond[node] = _all(beyond[each] | 1 << numbers[each] for each in after.get(node, ()))
    return tuple(
        (source, target)
        for source, target in links
        if not any(beyond[each] >> numbers[target] & 1 for each in after[source] if each != target)
    )


def _all(bits: Iterable[int]) -> int:
    found = 0
    for each in bits:
        found |= each
    return found
