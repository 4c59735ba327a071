"""Two mltui side by side, each in a terminal of its own, both always read: one that acts and one that only looks."""

from __future__ import annotations

import os
import re
import select
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.soak.world import World
from bench.terminal import Terminal

WIDE, SMALL = (120, 36), (80, 24)
#: A screen that sent nothing for so long is drawn (seconds).
QUIET = 0.4


@dataclass
class Screens:
    """`acting` and `looking`; what nobody saw in time is in `unseen`."""

    acting: Terminal
    looking: Terminal
    limit: float
    unseen: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def pump(self) -> None:
        """Read what either has sent."""
        both = [self.acting, self.looking]
        ready, _, _ = select.select([each.process.fd for each in both], [], [], 0.05)
        for each in both:
            if each.process.fd in ready:
                each.pump(0)
        self.meanwhile()

    def until(self, screen: Terminal, pattern: str, what: str) -> float | None:
        """Seconds until `screen` shows `pattern`; None, and kept as unseen, if it does not within the limit."""
        begin, regex = time.perf_counter(), re.compile(pattern)
        while time.perf_counter() - begin < self.limit:
            if regex.search(screen.text()):
                return time.perf_counter() - begin
            if not screen.process.isalive():
                raise RuntimeError(f"mltui ended while {what} was waited for:\n{screen.text()}")
            self.pump()
        self.unseen.append(f"{what}: {pattern!r} not on the screen:\n{screen.text()}")
        return None

    def press(self, screen: Terminal, keys: str, pattern: str) -> bool:
        """Type, wait for what that brings, and until it has come whole: an escape and a key at once are another key."""
        screen.press(keys)
        self.rest(screen)
        return self.until(screen, pattern, f"after {keys!r}") is not None

    def rest(self, screen: Terminal) -> None:
        """Read until nothing came for a moment; at most a few seconds."""
        begin = last = time.perf_counter()
        received = screen.received
        while time.perf_counter() - last < QUIET and time.perf_counter() - begin < 10 * QUIET:
            self.pump()
            if screen.received != received:
                received, last = screen.received, time.perf_counter()

    def resize(self, screen: Terminal, size: tuple[int, int]) -> None:
        columns, rows = size
        screen.screen.resize(rows, columns)
        screen.process.setwinsize(rows, columns)

    def close(self) -> list[int | None]:
        """Leave both as a person does; their exit codes. One that does not end is ended, and has none."""
        codes = []
        for each in (self.acting, self.looking):
            end = time.monotonic() + self.limit
            while each.process.isalive() and time.monotonic() < end:
                os.write(each.process.fd, b"q")
                self.pump_one(each)
            codes.append(None if each.process.isalive() else each.process.exitstatus)
            each.process.terminate(force=True)
        return codes

    @staticmethod
    def pump_one(screen: Terminal) -> None:
        """Half a second's reading: a terminal that nobody reads keeps its program from ending."""
        end = time.monotonic() + 0.5
        while time.monotonic() < end and screen.process.isalive():
            screen.pump(0.05)


def opened(world: World, limit: float) -> Screens:
    """Both, once all is read."""
    ours = [sys.executable, "-m", "mltui", "--store"]
    acting = Terminal([*ours, world.stores["rollback"]], world.root, world.env, WIDE)
    looking = Terminal([*ours, world.stores["wal"], "--read-only"], world.root, world.env, WIDE)
    screens = Screens(acting, looking, limit)
    for each in (acting, looking):
        screens.until(each, r"runs \+ \d+ exp", "the start")
    return screens
