"""The measures of DESIGN section 8 that this release is held to."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

from bench.chart_figures import charts
from bench.data_figures import data_versions
from bench.disturb import disturb
from bench.graph_figures import graph
from bench.key_figures import keys, keys_live
from bench.lineage_figures import lineage
from bench.log_figures import job_log
from bench.measure import Figure, in_turn
from bench.pipeline_figures import pipeline, running
from bench.preview_figures import preview
from bench.projects import MLTUI, Place, large, long
from bench.registry_figures import registry
from bench.runs_figures import load_runs, sort_filter
from bench.server_figures import a_server
from bench.terminal import Terminal, Use
from bench.trend_figures import trend
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
        Figure("first useful paint, warm cache", ours, peer, "Textual label", 1.6),
        Figure("Overview that takes keys, warm cache", whole, peer, "Textual label", None),
        Figure("runs with metrics on screen, no cache", cold, peer_cold, "Textual label", 3),
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

    def opened() -> float:
        with Terminal([MLTUI], place.path, place.env) as terminal:
            terminal.wait("main")
            terminal.settle(0.5)
            terminal.press("2")
            return terminal.wait("Pin the current state") * 1000

    (ours,) = in_turn(RUNS, opened)
    return [Figure("first 500 of 80,000 commits after opening History", ours, None, "", 300)]


def idle_and_memory(seconds: float = 60.0) -> list[Figure]:
    place = large()
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
    return [
        Figure("idle: share of a core", 100 * (after.cpu - before.cpu) / seconds, None, "", 1, "%"),
        Figure("idle: bytes a minute", sent * 60 / seconds, None, "", 300, "B"),
        Figure(f"memory, {after.processes} process, PSS", after.memory, None, "", 180, "MiB"),
        Figure(
            f"memory, {with_child.processes} processes with the DVC child, PSS", with_child.memory, None, "", 180, "MiB"
        ),
    ]


def memory_with_child(place: Place, terminal: Terminal) -> Use:
    """After a dependency was touched, so that DVC had to be asked."""
    os.utime(min((place.path / "data").iterdir()))
    while terminal.use().processes < 2:
        terminal.pump(0.1)
    terminal.press("4")
    terminal.settle()
    return terminal.use()


ALL = (
    first_paint,
    status,
    history,
    keys,
    keys_live,
    disturb,
    idle_and_memory,
    charts,
    a_server,
    load_runs,
    sort_filter,
    registry,
    data_versions,
    trend,
    lineage,
    pipeline,
    preview,
    running,
    graph,
    job_log,
)
