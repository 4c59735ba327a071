"""Which metrics share a chart.

MLflow's own pages put metrics of one ``/`` prefix into one section, and of those most are on scales of their own. Here
metrics share a chart where their lines are read against each other:

1. those that differ only in the name of a split (``train/loss``, ``val/loss``; ``loss``, ``val_loss``; ``acc_test``);
2. those of one ``/`` prefix (``lr/head``, ``lr/body``), at most `MOST`, if their last values are of one order of size.

Anything else, and everything where so many runs are shown that a chart would hold more than `CURVES` lines, has a chart
of its own. The order is that of the first of their metrics.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

#: Lines in one chart that can still be told apart.
CURVES: Final = 8
#: Metrics of one prefix in one chart.
MOST: Final = 4
#: Last values further apart than this (as a ratio) flatten each other.
APART: Final = 100.0

#: Names of the parts a dataset is split into, as trainings call them.
SPLITS: Final = frozenset(
    ("train", "training", "tr", "val", "valid", "validation", "eval", "evaluation", "test", "testing", "dev", "holdout")
)
_SEPARATORS: Final = re.compile(r"([/_.\-: ])")


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics on one pair of axes: their keys, what they are called together, and each one's name in it."""

    title: str
    keys: tuple[str, ...]
    names: tuple[str, ...]


def families(keys: Sequence[str], runs: int, last: Mapping[str, Collection[float]]) -> tuple[Family, ...]:
    """`keys` as charts for so many `runs`; `last` are the last values of each key, as far as they are known."""
    together = max(1, CURVES // max(runs, 1))
    found: dict[str, Family] = {}
    if together > 1:
        for family in (*_by_split(keys), *_by_prefix(keys, last)):
            if 1 < len(family.keys) <= together and not any(key in found for key in family.keys):
                found.update(dict.fromkeys(family.keys, family))
    alone = {key: Family(key, (key,), (key,)) for key in keys if key not in found}
    return tuple(dict.fromkeys({**found, **alone}[key] for key in keys))


def _by_split(keys: Sequence[str]) -> list[Family]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for key in keys:
        rest, split = _without_split(key)
        groups.setdefault(rest, []).append((key, split))
    return [
        Family(rest, tuple(key for key, _ in group), tuple(split or rest for _, split in group))
        for rest, group in groups.items()
        if rest and any(split for _, split in group) and len({split for _, split in group}) == len(group)
    ]


def _without_split(key: str) -> tuple[str, str]:
    """The key without the name of a split in it, and that name; ("train/loss" -> "loss", "train")."""
    parts = _SEPARATORS.split(key)
    for at in range(0, len(parts), 2):
        if parts[at].lower() in SPLITS and len(parts) > 1:
            rest = parts[: at - 1] + parts[at + 1 :] if at else parts[2:]
            return "".join(rest), parts[at]
    return key, ""


def _by_prefix(keys: Sequence[str], last: Mapping[str, Collection[float]]) -> list[Family]:
    groups: dict[str, list[str]] = {}
    for key in keys:
        prefix, slash, rest = key.rpartition("/")
        if slash and rest:
            groups.setdefault(prefix, []).append(key)
    return [
        Family(prefix, tuple(group), tuple(key[len(prefix) + 1 :] for key in group))
        for prefix, group in groups.items()
        if len(group) <= MOST and _alike([value for key in group for value in last.get(key, ())])
    ]


def _alike(values: Sequence[float]) -> bool:
    sizes = [abs(value) for value in values if math.isfinite(value) and value]
    return bool(sizes) and max(sizes) / APART <= min(sizes)
