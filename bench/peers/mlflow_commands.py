"""MLflow's own commands beside `mltui runs`: each a whole process, printing a table."""

from __future__ import annotations

import subprocess

from bench.chart_figures import copied
from bench.measure import Figure, in_turn, timed
from bench.projects import BIN, MLTUI, Place, large
from bench.warm import run, warm_up

ROUNDS = 3
#: bigrepo.py puts every second run into this experiment.
EXPERIMENT = "1"


def mlflow_commands() -> list[Figure]:
    """Of one experiment with half of the runs, as `mlflow runs list` takes no more than one."""
    place = large()
    warm_up(place)
    store = f"sqlite:///{copied(place)}"
    ours, everything, runs, experiments = in_turn(
        ROUNDS,
        lambda: run(place, MLTUI, "runs", "--experiment", EXPERIMENT),
        lambda: run(place, MLTUI, "runs"),
        lambda: _mlflow(place, store, "runs", "list", "--experiment-id", EXPERIMENT),
        lambda: _mlflow(place, store, "experiments", "search"),
    )
    return [
        Figure("mltui runs, one experiment of 5,001 runs", ours, runs, "mlflow runs list", None, faster=True),
        Figure("mltui runs, all 10,002", everything, runs, "mlflow runs list of 5,001", None, faster=True),
        Figure("mltui runs, all 10,002", everything, experiments, "mlflow experiments search", None, faster=True),
    ]


def _mlflow(place: Place, store: str, *words: str) -> float:
    env = {**place.full_env(), "MLFLOW_TRACKING_URI": store, "MLFLOW_DISABLE_TELEMETRY": "true"}
    argv = [str(BIN / "mlflow"), *words]
    quiet = subprocess.DEVNULL
    return timed(lambda: subprocess.run(argv, cwd=place.path, env=env, check=True, stdout=quiet, stderr=quiet))
