"""What the large project open costs while nobody touches it: processor, bytes to the terminal, memory."""

from __future__ import annotations

import os
import time

from bench.measure import Figure, quick
from bench.projects import MLTUI, Place, large
from bench.terminal import Terminal, Use
from bench.warm import USEFUL, warm_up


def idle_and_memory() -> list[Figure]:
    place, seconds = large(), 5.0 if quick() else 60.0
    warm_up(place)
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait(USEFUL)
        terminal.press("5")
        terminal.settle()
        before, received = terminal.use(), terminal.received
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            terminal.pump(0.5)
        after, sent = terminal.use(), terminal.received - received
        with_child = memory_with_child(place, terminal)
    children = f"PSS of {with_child.processes} processes, with the DVC child"
    return [
        Figure("idle for 60 s: share of a core", 100 * (after.cpu - before.cpu) / seconds, None, "", 1, "%"),
        Figure("idle for 60 s: bytes a minute", sent * 60 / seconds, None, "", 300, "B"),
        Figure(f"memory, big project open, PSS of {after.processes} process", after.memory, None, "", 180, "MiB"),
        Figure(f"memory, big project open, {children}", with_child.memory, None, "", 180, "MiB"),
    ]


def memory_with_child(place: Place, terminal: Terminal) -> Use:
    """After a dependency was touched, so that DVC had to be asked."""
    os.utime(min((place.path / "data").iterdir()))
    while terminal.use().processes < 2:
        terminal.pump(0.1)
    terminal.press("4")
    terminal.settle()
    return terminal.use()
