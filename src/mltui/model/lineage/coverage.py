"""How far the runs are joined: what `mltui doctor` says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mltui.model.lineage.joining import Joined  # a graph that was kept is read without it


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of runs: all, those with a commit recorded, with one that is in this clone, with recorded data, with data
    inferred and no recorded, with a stage and no data, and with none of it."""

    runs: int = 0
    with_commit: int = 0
    in_this_clone: int = 0
    recorded_data: int = 0
    inferred_data: int = 0
    unknown_data: int = 0


def coverage(joined: Iterable[Joined]) -> Coverage:
    """Of these runs."""
    counts = dict.fromkeys(Coverage.__slots__, 0)
    for one in joined:
        counts["runs"] += 1
        counts["with_commit"] += one.commit is not None
        counts["in_this_clone"] += one.commit is not None and not one.absent
        counts[_data_of(one)] += 1
    return Coverage(**counts)


def _data_of(one: Joined) -> str:
    kinds = {each.kind for each in one.said if each.content is not None and not each.made}
    if one.made_in is not None or "recorded" in kinds:
        return "recorded_data"
    if "inferred" in kinds or (one.committed is not None and one.committed.found is not None):
        return "inferred_data"
    return "unknown_data"
