"""`dvc status` beside `mltui status`, as whole commands: nothing changed, and one dependency of 300 stages edited."""

from __future__ import annotations

from bench.measure import Figure, in_turn
from bench.pipeline_figures import status as dvc_status
from bench.preview_figures import edited
from bench.projects import MLTUI, Place, large
from bench.warm import run, warm_up

ROUNDS = 5


def dvc_command() -> list[Figure]:
    place = large()
    warm_up(place)
    fresh, peer = _both(place)
    with edited(place):
        stale, peer_stale = _both(place)
    return [
        Figure("mltui status, nothing changed", fresh, peer, "dvc status", None, faster=True),
        Figure("mltui status, one dependency edited, asked again", stale, peer_stale, "dvc status", None, faster=True),
    ]


def _both(place: Place) -> tuple[float, ...]:
    run(place, MLTUI, "status", "--json")
    return in_turn(ROUNDS, lambda: run(place, MLTUI, "status", "--json"), lambda: dvc_status(place)[0])
