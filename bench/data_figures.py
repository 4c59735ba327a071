"""How long the versions of every dataset take: 20,000 commits, 1,001 versions of a dvc.lock of 300 stages."""

from __future__ import annotations

import shutil

from bench.measure import Figure, in_turn
from bench.projects import MLTUI, Place, large
from bench.warm import run
from mltui.sources.dvc.history.walk import PATHS

RUNS = 5


def data_versions() -> list[Figure]:
    """The whole command, against git's log of the same files alone."""
    place = large()

    def cold() -> float:
        shutil.rmtree(place.home, ignore_errors=True)
        return run(place, MLTUI, "data", "--json")

    (first,) = in_turn(3, cold)
    ours, peer = in_turn(RUNS, lambda: run(place, MLTUI, "data", "--json"), lambda: bare(place))
    return [
        Figure("all dataset versions over history, no cache", first, None, "", 3000),
        Figure("all dataset versions over history, warm", ours, peer, "git log --raw", 3),
    ]


def bare(place: Place) -> float:
    return run(place, "git", "log", "--raw", "--", *PATHS)
