"""Runs that could have left the same lock entry, or began where it was, are held against each other.

The entry is of one of those before its commit, not always the last: a stage that DVC ran before is brought back from
its run cache, and work is taken back. Where they came to different metrics with equal params, something else was
changed in between, and only metrics that are those of the commit tell whose it is. A run that began at the
commit itself read what is there if it came to what that one came to.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mltui.model.lineage.committed import Committed, Judged, is_telling
from mltui.model.runs import PARENT_TAG, Run

#: Keys that differ between two runs of the same thing.
_OF_THE_MACHINE = ("system/", "time", "duration", "seconds")


@dataclass(slots=True)
class _Entry:
    """One lock entry: the runs whose results may be what was committed in it, and those that began at its commit."""

    makers: list[tuple[Run, Judged]] = field(default_factory=list)
    began: list[tuple[Run, Judged]] = field(default_factory=list)


def agreed(found: Iterable[tuple[Run, Committed]]) -> dict[str, Committed]:
    """By run id what is left of each, or is known of it besides."""
    rows = tuple(found)
    result = {run.run_id: committed for run, committed in rows}
    for entry in _entries(rows).values():
        of = _reference(entry.makers)
        for run, judged in entry.makers:
            committed = result[run.run_id]
            if not judged.telling and committed.found is judged and not _is_of(run, of):
                why = "several runs could have left that entry, and nothing that they logged tells which of them did"
                result[run.run_id] = replace(committed, found=None, why=why)
        for run, judged in entry.began:
            committed = result[run.run_id]
            if committed.open == (judged,) and of is not None and came_to_the_same(run.metrics, of.metrics):
                why = f"params and metrics are those of {of.name or of.run_id[:8]}, whose results it holds"
                result[run.run_id] = replace(committed, found=replace(judged, certainty="likely", why=why), open=())
    return result


def _entries(rows: Iterable[tuple[Run, Committed]]) -> dict[object, _Entry]:
    entries: dict[object, _Entry] = {}
    for run, committed in rows:
        for judged in committed.judged:
            if judged.certainty is not None:
                entry = entries.setdefault((judged.candidate.commit, judged.candidate.entry.key), _Entry())
                (entry.began if judged.candidate.was_before(run) else entry.makers).append((run, judged))
    return entries


def _reference(makers: Sequence[tuple[Run, Judged]]) -> Run | None:
    """The run the entry is of: one whose metrics are those of the commit, else any where all came to the same; None if
    that is not sure."""
    if not makers:
        return None
    ordered = sorted(makers, key=lambda each: (each[0].end or 0, each[0].run_id))
    matched = [run for run, judged in ordered if judged.telling]
    last = (matched or [run for run, _ in ordered])[-1]
    if matched or all(_is_of(run, last) for run, _ in makers):
        return last
    return None


def _is_of(run: Run, of: Run | None) -> bool:
    return of is not None and (
        run is of or _within(run, of) or _within(of, run) or came_to_the_same(run.metrics, of.metrics)
    )


def _within(child: Run, parent: Run) -> bool:
    """Whether one ran in the other, as a script does that starts runs in its own: they read the same."""
    if child.tags.get(PARENT_TAG) != parent.run_id or None in (child.start, child.end, parent.start, parent.end):
        return False
    return (parent.start or 0) <= (child.start or 0) and (child.end or 0) <= (parent.end or 0)


def came_to_the_same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether two runs have a metric in common that tells, and all they have in common are equal."""
    shared = [key for key in one if key in other and not any(word in key for word in _OF_THE_MACHINE)]
    return any(is_telling(one[key]) for key in shared) and all(_equal(one[key], other[key]) for key in shared)


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
