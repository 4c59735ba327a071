"""The primary metric: which number tells whether a run is better, and which way is up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mltui.model.runs import Run

Goal = Literal["max", "min"]

#: How many of the newest runs are asked for their commonest metric key (CONTRACT, Defaults).
NEWEST_RUNS = 50


@dataclass(frozen=True, slots=True)
class PrimaryMetric:
    """The metric every table shows first. `goal` is None when nobody said which way is better.

    `guessed` is True unless the configuration or the user chose it: screens mark a guess with "?".
    """

    key: str
    goal: Goal | None
    guessed: bool


def primary_metric(
    chosen: str | None,
    goals: Mapping[str, Goal],
    dvc_keys: Sequence[str],
    newest: Iterable[Run],
    gate: str | None = None,
) -> PrimaryMetric | None:
    """Choose the primary metric: configuration, else the first gate's, else DVC's ``metrics:``, else the commonest key
    of the newest runs.

    A gate's or DVC's key counts only if some of `newest` logged it, or if there are no runs with metrics at all: a file
    like ``metrics.json`` may hold what no run knows. Ties are alphabetical. None if nothing was measured anywhere.
    """
    if chosen:
        return PrimaryMetric(chosen, goals.get(chosen), guessed=False)
    counts = Counter(key for run in list(newest)[:NEWEST_RUNS] for key in run.metrics)
    if gate is not None and (not counts or gate in counts):
        return PrimaryMetric(gate, goals.get(gate), guessed=False)
    for key in dvc_keys:
        if not counts or key in counts:
            return PrimaryMetric(key, goals.get(key), guessed=True)
    if not counts:
        return None
    key = min(counts, key=lambda k: (-counts[k], k))
    return PrimaryMetric(key, goals.get(key), guessed=True)
