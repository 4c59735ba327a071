"""Lines between two layers of a drawing: which of them share a way, and on which track each goes up or down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mltui.model.lineage.graph import EdgeKind


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from row `start` on the left to row `end` on the right."""

    start: int
    end: int
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Bundle:
    """Wires that end in one row, or else begin in one: they share a piece. `track` is None for one that goes straight.

    `gathers`: they end in one row.
    """

    wires: tuple[Wire, ...]
    gathers: bool
    track: int | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last row of its upright piece."""
        rows = [row for wire in self.wires for row in (wire.start, wire.end)]
        return min(rows), max(rows)


def bundles(wires: Sequence[Wire]) -> list[Bundle] | None:
    """The wires in bundles with their tracks, from left to right; None where they are too entangled for that."""
    ends: dict[int, list[Wire]] = {}
    for wire in wires:
        ends.setdefault(wire.end, []).append(wire)
    found = [Bundle(tuple(each), True) for each in ends.values() if len(each) > 1]
    starts: dict[int, list[Wire]] = {}
    for wire in (each[0] for each in ends.values() if len(each) == 1):
        starts.setdefault(wire.start, []).append(wire)
    found += [Bundle(tuple(each), False) for each in starts.values()]
    turning = [each for each in found if each.span[0] != each.span[1]]
    straight = [each for each in found if each.span[0] == each.span[1]]
    tracks = _tracks(turning)
    if tracks is None:
        return None
    tracked = (Bundle(each.wires, each.gathers, at) for each, at in zip(turning, tracks, strict=True))
    return [*straight, *tracked]


def _tracks(turning: Sequence[Bundle]) -> list[int] | None:
    """The track of each: what leaves a row lies left of what comes into that row from elsewhere."""
    count = len(turning)
    before: list[set[int]] = [set() for _ in range(count)]
    for at, each in enumerate(turning):
        for other, another in enumerate(turning):
            if at != other and {wire.start for wire in each.wires} & {wire.end for wire in another.wires}:
                before[other].add(at)
    placed: dict[int, int] = {}
    while len(placed) < count:
        ready = [at for at in range(count) if at not in placed and before[at] <= placed.keys()]
        if not ready:
            return None
        at = min(ready, key=lambda each: turning[each].span)
        track = max((placed[each] + 1 for each in before[at]), default=0)
        while any(placed[each] == track and _meet(turning[at], turning[each]) for each in placed):
            track += 1
        placed[at] = track
    return [placed[at] for at in range(count)]


def _meet(one: Bundle, other: Bundle) -> bool:
    return one.span[0] <= other.span[1] and other.span[0] <= one.span[1]
