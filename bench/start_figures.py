"""From the spawn to the first useful paint, the status in one command, and the first commits of a long history."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bench.measure import Figure, in_turn
from bench.projects import MLTUI, Place, large, long
from bench.terminal import Terminal
from bench.warm import USEFUL, run, warm_up

LABEL = [sys.executable, str(Path(__file__).with_name("label.py"))]
RUNS = 5

#: A panel of the Overview that the picture of the last visit has not: from here on keys act.
FURNISHED = "Newest runs"


def label(place: Place) -> float:
    with Terminal(LABEL, place.path, place.env) as terminal:
        return terminal.since_spawn("useful paint") * 1000


def paint(place: Place, pattern: str, *, cold: bool = False) -> float:
    if cold:
        shutil.rmtree(place.home, ignore_errors=True)
    with Terminal([MLTUI], place.path, place.env) as terminal:
        return terminal.since_spawn(pattern) * 1000


def first_paint() -> list[Figure]:
    place = large()
    warm_up(place)
    ours, whole, peer = in_turn(
        RUNS, lambda: paint(place, USEFUL), lambda: paint(place, FURNISHED), lambda: label(place)
    )
    cold, peer_cold = in_turn(3, lambda: paint(place, r"\blong\b.*\d\.\d", cold=True), lambda: label(place))
    return [
        Figure("spawn to first useful paint, warm cache", ours, peer, "Textual label", 1.6),
        Figure("Overview that takes keys, warm cache", whole, peer, "Textual label", None),
        Figure("spawn to runs with metrics on screen, no cache", cold, peer_cold, "Textual label", 3),
    ]


def status() -> list[Figure]:
    place = large()
    warm_up(place)
    ours, peer = in_turn(
        RUNS * 2,
        lambda: run(place, MLTUI, "status", "--json"),
        lambda: run(place, "git", "status") + run(place, sys.executable, "-c", "pass"),
    )
    return [Figure("mltui status --json, warm", ours, peer, "git status + python", 5)]


def history() -> list[Figure]:
    """From the key to the 500th commit's neighbours on screen: the newest subject and the count."""
    place = long()
    warm_up(place)
    (ours,) = in_turn(RUNS, lambda: history_opened(place))
    return [Figure("first 500 of 80,000 commits after opening History", ours, None, "", 300)]


def history_opened(place: Place) -> float:
    """ms from the key to the newest commit, in a program that is at rest."""
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait("main")
        terminal.settle(0.5)
        terminal.press("2")
        return terminal.wait("Pin the current state") * 1000
