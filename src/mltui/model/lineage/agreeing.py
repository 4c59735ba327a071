"""Several runs that could all have left the same lock entry: the last one before the commit is the one it is of.

An earlier one read the same only if it came to the same: with the params equal, other metrics say that something else
was changed in between and not committed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mltui.model.lineage.committed import Committed
from mltui.model.runs import Run

#: Keys that differ between two runs of the same thing.
_OF_THE_MACHINE = ("system/", "time", "duration", "seconds")


def agreed(found: Iterable[tuple[Run, Committed]]) -> dict[str, Committed]:
    """By run id; a *likely* join of an earlier run that came to something else than the last one is taken back."""
    groups: dict[object, list[tuple[Run, Committed]]] = {}
    result: dict[str, Committed] = {}
    for run, committed in found:
        result[run.run_id] = committed
        if committed.found is not None:
            candidate = committed.found.candidate
            groups.setdefault((candidate.commit, candidate.entry.key), []).append((run, committed))
    for group in groups.values():
        reference = _reference(group)
        for run, committed in group:
            assert committed.found is not None
            if run is reference or committed.found.certainty == "matched":
                continue
            if not came_to_the_same(run.metrics, reference.metrics):
                name = reference.name or reference.run_id[:8]
                why = f"{name} has the same params and other metrics, and left that entry: something else was changed"
                result[run.run_id] = replace(committed, found=None, why=why)
    return result


def _reference(group: list[tuple[Run, Committed]]) -> Run:
    """The run the entry is of: one whose metrics are those of the commit, else the last that ended before it."""
    matched = [run for run, committed in group if committed.found and committed.found.certainty == "matched"]
    before = [run for run, committed in group if committed.found and not committed.found.candidate.own]
    return max(matched or before or [run for run, _ in group], key=lambda run: (run.end or 0, run.run_id))


def came_to_the_same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether two runs have a metric in common, and all they have in common are equal."""
    shared = [key for key in one if key in other and not any(word in key for word in _OF_THE_MACHINE)]
    return bool(shared) and all(_equal(one[key], other[key]) for key in shared)


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
