"""From a key to what it changes on the screen, while everything is read again and while a training writes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from bench.disturb import copy
from bench.measure import Figure, Sample
from bench.projects import MLTUI, large
from bench.terminal import Terminal
from bench.warm import USEFUL, warm_up

#: Between two keys: a person who holds an arrow down.
PAUSE = 0.05
#: In the pane of charts: where its inside begins, and a row that only the cursor's line crosses.
PANE, ROW = 80, 12
RIGHT, LEFT = "\x1b[C", "\x1b[D"


def keys(steps: int = 200) -> list[Figure]:
    """A cursor step every 50 ms while every source is read again once a second."""
    place = large()
    warm_up(place)
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait(USEFUL)
        terminal.press("5")
        terminal.settle()
        taken = []
        for step in range(steps):
            if step % 20 == 0:
                terminal.press("r")
            taken.append(_taken(terminal, "jk"[step // 10 % 2], terminal.cursor_row))
    return _figures("key to paint while everything refreshes", taken)


def keys_live(steps: int = 150) -> list[Figure]:
    """The same in the table and in the chart of a run that logs a point every 10 ms, beside 10,000 others."""
    place = copy()
    command = [sys.executable, "-m", "bench.writer", str(place.path / "mlflow.db"), "600"]
    writer = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=place.full_env()
    )
    try:
        assert writer.stdout
        writer.stdout.readline()  # it logs from here on
        with Terminal([MLTUI], place.path, place.env) as terminal:
            terminal.wait("beside")
            terminal.press("5")
            _pump(terminal, 5)
            table = [_taken(terminal, "jk"[step // 10 % 2], terminal.cursor_row) for step in range(steps)]
            terminal.press("gC")
            terminal.wait("x step")
            _pump(terminal, 2)  # the charts are there
            terminal.press("\r" + LEFT * 20)
            _pump(terminal, 3)
            where = [_taken(terminal, (LEFT, RIGHT)[step // 10 % 2], lambda: _line(terminal)) for step in range(steps)]
    finally:
        writer.kill()
        writer.wait()
    return _figures("key to paint beside 100 points a second, table", table) + _figures("the same, chart", where)


def _taken(terminal: Terminal, key: str, looked_at: Callable[[], int]) -> float:
    """Milliseconds from `key` until another number is `looked_at`; after 2 seconds these are given."""
    _pump(terminal, PAUSE)
    former, begin = looked_at(), time.perf_counter()
    terminal.press(key)
    while looked_at() == former and time.perf_counter() - begin < 2:
        terminal.pump(0.001)
    return (time.perf_counter() - begin) * 1000


def _pump(terminal: Terminal, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        terminal.pump(0.005)


def _line(terminal: Terminal) -> int:
    """The column of the cursor's line in the chart; -1 without one."""
    return terminal.screen.display[ROW][:-1].find("│", PANE)


def _figures(what: str, taken: list[float]) -> list[Figure]:
    late = statistics.quantiles(taken, n=20)[18]
    return [
        Figure(f"{what}, 95th percentile", Sample(late, min(taken), max(taken), len(taken)), None, "", 30),
        Figure(f"{what}, median", Sample.of(taken), None, "", 30),
    ]
