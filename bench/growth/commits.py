"""More commits: History's first page, every dataset's versions, the status; tig and git on the same repositories."""

from __future__ import annotations

from bench.data_figures import bare
from bench.measure import Grown, in_turn, quick
from bench.peers.tig import newest_commits, tig_is_here, tig_newest
from bench.projects import MLTUI, Place, history
from bench.start_figures import history_opened
from bench.warm import run, warm_up

SIZES = (2_000, 20_000, 80_000)
ROUNDS = 3


def growth_commits() -> list[Grown]:
    """All warm, as on a second visit."""
    return [one for size in (SIZES[:1] if quick() else SIZES) for one in _of(history(size), size)]


def _of(place: Place, size: int) -> list[Grown]:
    warm_up(place)
    run(place, MLTUI, "data", "--json")
    taken = {
        "History, key to its first page": lambda: history_opened(place),
        "spawn to the newest commits in History": lambda: newest_commits(place),
        "mltui data --json, warm": lambda: run(place, MLTUI, "data", "--json"),
        "git log --raw of the same paths": lambda: bare(place),
        "mltui status --json, warm": lambda: run(place, MLTUI, "status", "--json"),
    }
    if tig_is_here():
        taken["tig, spawn to the newest commits"] = lambda: tig_newest(place)
    found = in_turn(ROUNDS, *taken.values())
    return [Grown("commits", size, what, each) for what, each in zip(taken, found, strict=True)]
