"""One figure: ours and its peer's, as medians of several runs taken in turn, and the goal their ratio is held to."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `peer` in `unit`; `goal` is the ratio (or, without a peer, the figure) that must not be exceeded.

    None if there is none. With `faster` the goal is how many times faster ours has to be than the peer.
    """

    what: str
    ours: float
    peer: float | None
    against: str
    goal: float | None
    unit: str = "ms"
    faster: bool = False

    @property
    def ratio(self) -> float:
        if self.peer is None:
            return self.ours
        return self.peer / self.ours if self.faster else self.ours / self.peer

    @property
    def met(self) -> bool:
        if self.goal is None:
            return True
        return self.ratio >= self.goal if self.faster else self.ratio <= self.goal

    def row(self) -> tuple[str, ...]:
        peer = "" if self.peer is None else f"{self.peer:.4g} {self.unit}"
        sign = "at least" if self.faster else "at most"
        times = "" if self.peer is None else "x"
        ratio = f"{self.ratio:.2f}x" if self.peer is not None else ""
        return (
            self.what,
            f"{self.ours:.4g} {self.unit}",
            peer,
            self.against,
            ratio,
            "" if self.goal is None else f"{sign} {self.goal:g}{times or ' ' + self.unit}",
            "" if self.goal is None else "yes" if self.met else "NO",
        )


def in_turn(times: int, *each: Callable[[], float]) -> tuple[float, ...]:
    """Call every function `times` times, one after another so that load hits all alike; medians, each's own unit."""
    taken: list[list[float]] = [[] for _ in each]
    for _ in range(times):
        for kept, function in zip(taken, each, strict=True):
            kept.append(function())
    return tuple(statistics.median(kept) for kept in taken)


def timed(function: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    begin = time.perf_counter()
    function()
    return (time.perf_counter() - begin) * 1000
