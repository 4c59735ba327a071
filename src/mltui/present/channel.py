"""Lines between two layers of a drawing: which of them share a way, and on which track each goes up or down."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from mltui.model.lineage.graph import EdgeKind


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from row `start` on the left to row `end` on the right."""

    start: int
    end: int
    kind: EdgeKind


@dataclass(frozen=True, slots=True)
class Bundle:
    """Wires that end in one row, or else begin in one, or in the same ones: they share a piece.

    `track` is None for one that goes straight. `gathers`: they end in one row.
    """

    wires: tuple[Wire, ...]
    gathers: bool
    track: int | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last row of its upright piece."""
        rows = [row for wire in self.wires for row in (wire.start, wire.end)]
        return min(rows), max(rows)


def bundles(wires: Sequence[Wire], *, meeting: bool = False) -> list[Bundle] | None:
    """The wires in bundles with their tracks, from left to right; None where they are too entangled for that.

    With `meeting` those from the same rows to several rows are one bundle: each of these comes from each of those.
    """
    ends: dict[int, list[Wire]] = {}
    for wire in wires:
        ends.setdefault(wire.end, []).append(wire)
    gathering: dict[Hashable, list[Wire]] = {}
    for end, each in ends.items():
        if len(each) > 1:
            gathering.setdefault(frozenset(wire.start for wire in each) if meeting else end, []).extend(each)
    found = [Bundle(tuple(each), True) for each in gathering.values()]
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
    spans = [each.span for each in turning]
    leaving: dict[int, list[int]] = {}
    for at, each in enumerate(turning):
        for row in {wire.start for wire in each.wires}:
            leaving.setdefault(row, []).append(at)
    before: list[set[int]] = [
        {other for row in {wire.end for wire in each.wires} for other in leaving.get(row, ()) if other != at}
        for at, each in enumerate(turning)
    ]
    after: list[list[int]] = [[] for _ in turning]
    for at, earlier in enumerate(before):
        for other in earlier:
            after[other].append(at)
    waits = [len(each) for each in before]
    ready = [(spans[at], at) for at, count in enumerate(waits) if not count]
    heapify(ready)
    placed: dict[int, int] = {}
    taken: list[list[tuple[int, int]]] = []  # the spans on each track
    while ready:
        span, at = heappop(ready)
        track = max((placed[earlier] + 1 for earlier in before[at]), default=0)
        while track < len(taken) and any(_meet(span, other) for other in taken[track]):
            track += 1
        taken += [[] for _ in range(track + 1 - len(taken))]
        taken[track].append(span)
        placed[at] = track
        for later in after[at]:
            waits[later] -= 1
            if not waits[later]:
                heappush(ready, (spans[later], later))
    return [placed[at] for at in range(len(turning))] if len(placed) == len(turning) else None


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
