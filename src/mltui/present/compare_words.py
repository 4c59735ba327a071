"""A comparison in the words of the table of runs: what a machine is told as it was recorded, people are told so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mltui.model.compare import ComparedRow, Comparison, Value
from mltui.model.environment import TAGS
from mltui.model.runs import PARENT_TAG
from mltui.present.marks import run_word

#: Digits of an id behind names that come twice.
DIGITS = 6


def in_words(comparison: Comparison, now: int) -> Comparison:
    """The status of a run that is gone or silent as the table says it, parents by their names, what a run took.

    `now` is epoch ms. What differs is seen in these words.
    """
    return replace(comparison, rows=tuple(_worded(comparison, row, now) for row in comparison.rows))


def _worded(comparison: Comparison, row: ComparedRow, now: int) -> ComparedRow:
    if row.section != "environment":
        return row
    if row.key == "duration (s)":
        return replace(row, key="took")  # the words tell their unit
    if row.key == "status":
        return replace(row, values=tuple(run_word(run, now) for run in comparison.runs))
    if row.key == TAGS[PARENT_TAG]:
        return replace(row, values=_names(comparison, row.values))
    return row


def _names(comparison: Comparison, ids: Sequence[Value]) -> tuple[Value, ...]:
    """Names instead of ids, with the beginning of the id where two parents have the same; an id that nobody knows."""
    named = {id: comparison.parents.get(id, "") for id in ids if isinstance(id, str)}
    often = Counter(named.values())
    found: list[Value] = []
    for id in ids:
        name = named.get(id, "") if isinstance(id, str) else ""
        found.append(f"{name} {str(id)[:DIGITS]}" if name and often[name] > 1 else name or id)
    return tuple(found)
