"""More stages: the status after one dependency was edited, as DVC's own command says it, and the place on screen."""

from __future__ import annotations

import os

from bench.graph_figures import key_to_graph
from bench.measure import Grown, in_turn
from bench.pipeline_figures import beside_dvc
from bench.projects import stages

SIZES = (30, 300)
ROUNDS = 3


def growth_stages() -> list[Grown]:
    return [one for size in SIZES for one in _of(size)]


def _of(size: int) -> list[Grown]:
    place = stages(size)
    os.environ.update(place.env)
    ours, peer = beside_dvc(place, ROUNDS)
    (painted,) = in_turn(ROUNDS, lambda: key_to_graph(place, size))
    return [
        Grown("stages", size, "status after touching one dependency", ours),
        Grown("stages", size, "dvc status", peer),
        Grown("stages", size, "Pipeline, key to paint", painted),
    ]
