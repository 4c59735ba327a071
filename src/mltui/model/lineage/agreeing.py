"""Several runs that could all have left the same lock entry are held against each other.

The last one before the commit is the one it is of. An earlier one read the same only if it came to the same: with the
params equal, other metrics say that something else was changed in between and not committed. So does a run that began
at the commit and came to something else than those whose results were committed in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mltui.model.lineage.committed import Committed
from mltui.model.runs import Run

#: Keys that differ between two runs of the same thing.
_OF_THE_MACHINE = ("system/", "time", "duration", "seconds")


@dataclass(slots=True)
class _Entry:
    """One lock entry: the runs joined to it, and those whose results may be what was committed in it."""

    joined: list[tuple[Run, Committed]] = field(default_factory=list)
    makers: list[tuple[Run, bool]] = field(default_factory=list)  #: with whether their metrics are the file's


def agreed(found: Iterable[tuple[Run, Committed]]) -> dict[str, Committed]:
    """By run id; a *likely* join of a run that came to something else than those it should be alike is taken back."""
    entries: dict[object, _Entry] = {}
    result: dict[str, Committed] = {}
    for run, committed in found:
        result[run.run_id] = committed
        for judged in committed.judged:
            if judged.certainty is not None and not judged.candidate.own:
                key = (judged.candidate.commit, judged.candidate.entry.key)
                entries.setdefault(key, _Entry()).makers.append((run, judged.certainty == "matched"))
        if committed.found is not None:
            candidate = committed.found.candidate
            entries.setdefault((candidate.commit, candidate.entry.key), _Entry()).joined.append((run, committed))
    for entry in entries.values():
        if (reference := _reference(entry)) is None:
            continue
        for run, committed in entry.joined:
            assert committed.found is not None
            sure = run is reference or committed.found.certainty == "matched"
            if not sure and not came_to_the_same(run.metrics, reference.metrics):
                name = reference.name or reference.run_id[:8]
                why = f"{name} left that entry with the same params and other metrics: something else was changed"
                result[run.run_id] = replace(committed, found=None, why=why)
    return result


def _reference(entry: _Entry) -> Run | None:
    """The run the entry is of: one whose metrics are those of the commit, else the last that ended before it."""
    matched = [run for run, certain in entry.makers if certain]
    runs = matched or [run for run, _ in entry.makers]
    return max(runs, key=lambda run: (run.end or 0, run.run_id), default=None)


def came_to_the_same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether two runs have a metric in common, and all they have in common are equal."""
    shared = [key for key in one if key in other and not any(word in key for word in _OF_THE_MACHINE)]
    return bool(shared) and all(_equal(one[key], other[key]) for key in shared)


def _equal(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))
