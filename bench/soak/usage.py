"""What a process takes over time, and whether that grows: the median of a window against that of the last one.

Growth has two parts: what the project gained meanwhile, which whoever opens it takes too, and what is held without
need. They are told apart by another process, opened on the project as it has become and used in the same way.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import psutil

#: The most that may be added: to what it was after warm-up, or to what one that was opened at the end takes.
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
    """The median of one figure after warm-up and at the end, and `anew`, of a process that was opened then."""

    name: str
    before: float
    after: float
    anew: float | None = None

    @property
    def by(self) -> float:
        return self.after / self.before - 1 if self.before else 0.0

    @property
    def held(self) -> float | None:
        """What is held beyond what a new process takes: that no data explains."""
        return self.after / self.anew - 1 if self.anew else None

    @property
    def flat(self) -> bool:
        """Memory that grew must not be more than that of a new process, within `GROWTH`."""
        if self.name in MEMORY:
            return self.by < GROWTH or (self.held is not None and self.held < GROWTH)
        return self.after - self.before <= PLAY


def grown(samples: list[Sample], anew: list[Sample] | None = None) -> list[Grown]:
    """The first sixth of them, taken once it was warm, against the last one; and against all of a new process."""
    size = max(1, len(samples) // 6)

    def middle(of: list[Sample], name: str) -> float:
        return float(statistics.median(getattr(each, name) for each in of))

    return [
        Grown(name, middle(samples[:size], name), middle(samples[-size:], name), middle(anew, name) if anew else None)
        for name in (*MEMORY, *COUNTS)
    ]
