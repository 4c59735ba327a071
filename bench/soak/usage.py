"""What a process takes over time, and whether that grows: the median of a window against that of the last one."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import psutil

#: The most that may be added to what it was after warm-up.
GROWTH = 0.05
#: Of descriptors, threads and child processes so many more are no growth: a git may be running at that moment.
PLAY = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """At `at` seconds: MiB of PSS of the process and of its tree, its open descriptors, threads, child processes."""

    at: float
    main: float
    tree: float
    descriptors: int
    threads: int
    children: int


MEMORY, COUNTS = ("main", "tree"), ("descriptors", "threads", "children")


def sample(pid: int, since: float) -> Sample:
    """Of the process `pid` and what it started, now."""
    root = psutil.Process(pid)
    main, tree, children = 0.0, 0.0, 0
    for process in (root, *root.children(recursive=True)):
        try:
            memory = process.memory_full_info().pss / 2**20
        except psutil.Error:
            continue  # it just ended
        tree += memory
        if process == root:
            main = memory
        else:
            children += 1
    return Sample(time.monotonic() - since, main, tree, root.num_fds(), root.num_threads(), children)


@dataclass(frozen=True, slots=True)
class Grown:
    """The median of one figure after warm-up and at the end."""

    name: str
    before: float
    after: float

    @property
    def by(self) -> float:
        return self.after / self.before - 1 if self.before else 0.0

    @property
    def flat(self) -> bool:
        if self.name in MEMORY:
            return self.by < GROWTH
        return self.after - self.before <= PLAY


def grown(samples: list[Sample]) -> list[Grown]:
    """The first sixth of them, taken once it was warm, against the last one."""
    size = max(1, len(samples) // 6)
    first, last = samples[:size], samples[-size:]
    return [
        Grown(
            name, statistics.median(getattr(s, name) for s in first), statistics.median(getattr(s, name) for s in last)
        )
        for name in (*MEMORY, *COUNTS)
    ]
