"""More points: one metric from the store to lines on the screen, and what MlflowClient takes to read it."""

from __future__ import annotations

from bench.chart_figures import SERIES, history_by_client, shown
from bench.measure import Grown, in_turn, quick
from bench.projects import series

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 3


def growth_points() -> list[Grown]:
    return [one for size in (SIZES[:2] if quick() else SIZES) for one in _of(size)]


def _of(size: int) -> list[Grown]:
    place = series(size)
    database = place.path / "mlflow.db"
    ours, peer = in_turn(
        ROUNDS, lambda: shown(place, SERIES, "loss"), lambda: history_by_client(database, SERIES, "loss")
    )
    return [
        Grown("points", size, "metric on screen", ours),
        Grown("points", size, "MlflowClient.get_metric_history", peer),
    ]
