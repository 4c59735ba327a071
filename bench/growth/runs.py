"""More runs: the first rows on screen without a cache, all of them, the memory they take; and MLflow's client."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from bench.growth.run_store import runs
from bench.measure import Grown, Sample, in_turn, quick, timed
from bench.projects import MLTUI, Place
from bench.runs_figures import client, loaded, stores
from bench.terminal import Terminal

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 3
#: MLflow's client is asked for no more runs: it counts through all that come before a page.
ASKED = 10_000
#: The newest run's row, with a metric.
NEWEST = r"\brun-\S+ .*\d\.\d"


def growth_runs() -> list[Grown]:
    from mltui.tui.collector import calm

    calm()
    return [one for size in (SIZES[:1] if quick() else SIZES) for one in _of(size)]


def _of(size: int) -> list[Grown]:
    place = runs(size)
    database = place.path / "mlflow.db"

    def load() -> float:
        found = stores(place.path)
        return timed(lambda: loaded(found))

    taken: dict[str, Callable[[], float]] = {
        "spawn to the first rows of Runs, no cache": lambda: _painted(place, NEWEST),
        "spawn to the count of all in Runs, no cache": lambda: _painted(place, rf"Runs  {size:,}\b"),
        "all loaded, first rows made": load,
    }
    found = in_turn(ROUNDS, *taken.values())
    peer = in_turn(ROUNDS, lambda: client(database)) if size <= ASKED else ()
    memory = [_memory(place, size) for _ in range(2)]
    return [
        *(Grown("runs", size, what, each) for what, each in zip(taken, found, strict=True)),
        *(Grown("runs", size, "MlflowClient.search_runs, all pages (of 100k it takes minutes)", each) for each in peer),
        Grown("runs", size, "memory with Runs open, PSS", Sample.of(memory), "MiB"),
    ]


def _painted(place: Place, pattern: str) -> float:
    """The key is pressed as soon as there is a place to go to."""
    shutil.rmtree(place.home, ignore_errors=True)
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait("5 Runs")
        terminal.press("5")
        return terminal.since_spawn(rf"(?s)Runs  .*{pattern}" if pattern == NEWEST else pattern, 300) * 1000


def _memory(place: Place, size: int) -> float:
    with Terminal([MLTUI], place.path, place.env) as terminal:
        terminal.wait("5 Runs")
        terminal.press("5")
        terminal.wait(rf"Runs  {size:,}\b", 300)
        terminal.settle()
        return terminal.use().memory
