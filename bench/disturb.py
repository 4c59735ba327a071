"""How much longer a training's `log_metric` takes while mltui loads the large project's runs again and again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

from bench.measure import Figure
from bench.projects import MLTUI, WORK, Place, large

SECONDS = 20


def copy() -> Place:
    """A copy of the large store: the writer must not add runs to what the other figures read."""
    place = Place(WORK / "beside", WORK / "beside-home")
    if not place.path.exists():
        place.path.mkdir(parents=True)
        shutil.copy(large().path / "mlflow.db", place.path / "mlflow.db")
    return place


def writing(place: Place, *, beside: bool) -> dict[str, float]:
    """Log for `SECONDS`; with `beside`, while `mltui runs --json` reads everything in a loop."""
    command = [sys.executable, "-m", "bench.writer", str(place.path / "mlflow.db"), str(SECONDS)]
    writer = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=place.full_env()
    )
    assert writer.stdout
    while writer.stdout.readline().strip() != "ready":
        pass
    while beside and writer.poll() is None:
        reading = [MLTUI, "runs", "--json", "-C", str(place.path)]
        subprocess.run(reading, check=True, stdout=subprocess.DEVNULL, env=place.full_env())
    figures: dict[str, float] = json.loads(writer.stdout.read())
    if writer.wait():
        raise RuntimeError("the writer failed")
    return figures


def disturb() -> list[Figure]:
    """The longest call beside mltui less the longest without it (the goal of issue 2's *Must show*)."""
    place = copy()
    alone, beside = writing(place, beside=False), writing(place, beside=True)
    return [
        Figure("longest log_metric beside mltui, over alone", beside["longest"] - alone["longest"], None, "", 250),
        Figure("median log_metric beside mltui", beside["median"], alone["median"], "alone", 3),
    ]
