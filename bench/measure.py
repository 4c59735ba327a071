"""One figure: ours and its peer's, each of several runs taken in turn, and the goal their ratio is held to."""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

#: Small projects and two rounds each: to see that everything runs. Its figures say nothing.
QUICK = "MLTUI_BENCH_QUICK"
#: Repeating stops after so many rounds if all lie this near together.
ENOUGH, NEAR = 3, 0.05


class Sample(float):
    """What was measured several times: it is its own median; `low`, `high` and `runs` say how sure that is."""

    low: float
    high: float
    runs: int

    def __new__(cls, median: float, low: float | None = None, high: float | None = None, runs: int = 1) -> Sample:
        made = super().__new__(cls, median)
        made.low = float(median if low is None else low)
        made.high = float(median if high is None else high)
        made.runs = runs
        return made

    @classmethod
    def of(cls, taken: Iterable[float]) -> Sample:
        kept = list(taken)
        return cls(statistics.median(kept), min(kept), max(kept), len(kept))

    def plain(self) -> dict[str, float | int]:
        return {"median": float(self), "low": self.low, "high": self.high, "runs": self.runs}

    @classmethod
    def read(cls, plain: dict[str, Any]) -> Sample:
        return cls(plain["median"], plain["low"], plain["high"], plain["runs"])


@dataclass(frozen=True, slots=True)
class Figure:
    """`ours` and `peer` in `unit`; `goal` is the ratio (or, without a peer, the figure) that must not be exceeded.

    None if there is none. With `faster` the goal is how many times faster ours has to be than the peer. `what` begins
    with the words of DESIGN section 8 where it is one of its measures (bench/design.py).
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


@dataclass(frozen=True, slots=True)
class Grown:
    """One point of a growth: `what` took `taken` (in `unit`) where there are `size` of `axis` ("runs", "commits")."""

    axis: str
    size: int
    what: str
    taken: float
    unit: str = "ms"


def quick() -> bool:
    return bool(os.environ.get(QUICK))


def in_turn(times: int, *each: Callable[[], float]) -> tuple[Sample, ...]:
    """Call every function `times` times, one after another so that load hits all alike; each is in its own unit.

    After three rounds no more is asked for where every function's values lie within 5 % of their median.
    """
    taken: list[list[float]] = [[] for _ in each]
    for done in range(1, (min(times, 2) if quick() else times) + 1):
        for kept, function in zip(taken, each, strict=True):
            kept.append(function())
        if done >= ENOUGH and all(_near(kept) for kept in taken):
            break
    return tuple(Sample.of(kept) for kept in taken)


def _near(taken: list[float]) -> bool:
    return max(taken) - min(taken) <= NEAR * abs(statistics.median(taken)) or math.isclose(max(taken), min(taken))


def timed(function: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    begin = time.perf_counter()
    function()
    return (time.perf_counter() - begin) * 1000
