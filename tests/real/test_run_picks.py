"""Picks of series against what MlflowClient gives, on a real database and a real file store."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mltui.config import Config
from mltui.model.columns import ColumnSpec
from mltui.model.picks import picked
from mltui.sources.mlflow.sources import PicksSource, RunsSource, StoresSource
from mltui.sources.places import Project

pytestmark = pytest.mark.real

SERIES = {
    "plain": [(0.5, 0), (0.25, 1), (0.75, 2), (0.5, 3)],
    "odd": [(math.nan, 0), (math.inf, 1), (0.25, 1), (-math.inf, 2), (1.5, 7)],
    "nothing": [(math.nan, 0), (math.nan, 1)],
    "same/step x": [(float(n), 0) for n in (3, 1, 2)],
}
PICKS = (("min", 0), ("max", 0), ("mean", 2), ("mean", 100), ("at", 1), ("at", 99))


@pytest.fixture(scope="module", params=["sqlite", "file"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Any, list[str]]]:
    from mlflow.tracking import MlflowClient

    root = tmp_path_factory.mktemp("picks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        uri = f"sqlite:///{root / 'mlflow.db'}" if request.param == "sqlite" else (root / "mlruns").as_uri()
        client = MlflowClient(uri)
        ids = []
        for shift in (0, 10):
            run = client.create_run("0", start_time=1_700_000_000_000 + shift)
            ids.append(run.info.run_id)
            for key, points in SERIES.items():
                for at, (value, step) in enumerate(points):
                    client.log_metric(run.info.run_id, key, value + shift, timestamp=1_700_000_000_000 + at, step=step)
            if shift:
                client.set_terminated(run.info.run_id)
        yield root, client, ids


def truth(client: Any, run_id: str, key: str, pick: str, of: int) -> float | None:
    points = sorted(client.get_metric_history(run_id, key), key=lambda point: (point.step, point.timestamp))
    values = [_number(point.value) for point in points]
    return picked(values, [point.step for point in points], pick, of)  # type: ignore[arg-type]


def _number(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) > 1.7976931348623156e308 else value


def alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return (math.isnan(one) and math.isnan(other)) or one == pytest.approx(other)


def test_picks_equal_the_history_of_mlflow_client(store: tuple[Path, Any, list[str]]) -> None:
    root, client, ids = store
    stores = StoresSource(Project(root, root), Config(store="mlruns" if (root / "mlruns").exists() else "mlflow.db"))
    runs = RunsSource(stores).load().runs
    specs = [ColumnSpec("metrics", key, pick, of) for key in SERIES for pick, of in PICKS]  # type: ignore[arg-type]
    source = PicksSource(stores.reader)
    assert source.read(specs, runs)
    assert not source.read(specs, runs), "nothing moved"
    known = source.known()
    for spec in specs:
        for run_id in ids:
            expected = truth(client, run_id, spec.key, spec.pick, spec.of)
            assert alike(known[spec.id][run_id], expected), (spec.id, run_id)
    client.log_metric(ids[0], "plain", 9.0, timestamp=1_700_000_009_000, step=9)
    source.read(specs, RunsSource(stores).load().runs)
    assert source.known()["metrics.plain:max"][ids[0]] == 9.0
    best = ColumnSpec("metrics", "plain", "best")
    assert not source.read([best], runs), "nobody said which way is better"
    assert source.read([best], runs, lambda _: "min")
    assert source.known()[best.id][ids[0]] == 0.25
