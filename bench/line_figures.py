"""Bytes that steps cost on a terminal of 80x24, and how soon it is still behind a key that was held on a slow line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.measure import Figure
from bench.projects import MLTUI, Place, large
from bench.terminal import Terminal
from bench.warm import warm_up

SIZE = (80, 24)
#: Without a scroll, with one of a line, and to another place (bytes).
STEP, SCROLL, CHANGE = 2_000, 12_000, 48_000
#: A line to a box far away: delay each way (ms), rate (kbit/s); and how long the key is held (seconds).
DELAY, RATE, HELD = 150, 256, 4.0
#: Between two keys of one that is held (seconds).
REPEAT = 1 / 30


def line() -> list[Figure]:
    place = large()
    warm_up(place)
    with Terminal([MLTUI], place.path, place.env, SIZE) as terminal:
        terminal.wait("main")
        terminal.settle()
        places = max(sent(terminal, number) for number in "2345671")
        terminal.press("5")
        terminal.settle()
        steps = [sent(terminal, "j") for _ in range(30)]
    return [
        Figure("line: bytes of a cursor step", max(steps[:10]), None, "", STEP, "B"),
        Figure("line: bytes of a step that scrolls", max(steps), None, "", SCROLL, "B"),
        Figure("line: bytes of a change of place, the largest", places, None, "", CHANGE, "B"),
        *held(place),
    ]


def sent(terminal: Terminal, keys: str, quiet: float = 0.5) -> int:
    """Bytes that come for `keys`."""
    before = terminal.received
    terminal.press(keys)
    terminal.settle(quiet)
    return terminal.received - before


def held(place: Place) -> list[Figure]:
    """``j`` held in Runs on a slow line: milliseconds from its release until nothing comes any more, and bytes."""
    with far_terminal(place) as terminal:
        terminal.wait("main")
        until_still(terminal)
        terminal.press("5")
        until_still(terminal)
        received, begin = terminal.received, time.perf_counter()
        while time.perf_counter() - begin < HELD:
            terminal.press("j")
            end = time.perf_counter() + REPEAT
            while time.perf_counter() < end:
                terminal.pump(0.002)
        released = time.perf_counter()
        still = until_still(terminal) - released
        came = terminal.received - received
    what = f"line: {RATE} kbit/s, {DELAY} ms each way: j held {HELD:g} s"
    frame = SCROLL * 8 / RATE  # ms
    return [
        Figure(f"{what}, until still after it", still * 1000, None, "", 2 * DELAY + frame, "ms"),
        Figure(f"{what}, bytes", came, None, "", None, "B"),
    ]


def until_still(terminal: Terminal, quiet: float = 2.0) -> float:
    """When the last bytes came before `quiet` seconds without any."""
    last = time.perf_counter()
    while time.perf_counter() - last < quiet:
        if terminal.pump(0.02):
            last = time.perf_counter()
    return last


@contextmanager
def far_terminal(place: Place) -> Iterator[Terminal]:
    """mltui through ssh and a slow line. Needs an sshd, which is started for this alone."""
    from tests.ports import free_port  # the tests' own server: neither is there where only mltui is installed
    from tests.real.ssh_server import HOST, ssh_server

    environment = {**place.env, "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    with ssh_server(environment) as server:
        port = free_port()
        command = [sys.executable, "-m", "bench.slowline", str(port), str(server.port), str(DELAY), str(RATE)]
        proxy = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **place.env})
        try:
            assert proxy.stdout
            proxy.stdout.readline()  # it listens
            known = ["-o", f"HostKeyAlias=[127.0.0.1]:{server.port}"]
            ssh = ["ssh", "-tt", "-F", str(server.config), *known, "-p", str(port), HOST]
            with Terminal([*ssh, f"cd {place.path} && exec {MLTUI}"], place.path, place.env, SIZE) as terminal:
                yield terminal
        finally:
            proxy.terminate()
            proxy.wait()
