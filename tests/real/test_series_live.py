"""Series that grow while a real MLflow process logs: reading on gives what reading all of it gives."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mltui.model.runs import Store
from mltui.model.series import Series
from mltui.sources.mlflow.files.mirror import FileMirror
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.series_cache import SeriesCache
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase

pytestmark = pytest.mark.real

POINTS = 300
#: Where the training waits until it is told to go on: it is seen at that many lengths, however fast it is.
DOORS = (50, 100, 150)
#: Logs two metrics, one of them with steps that go back and values that are none, and says how many calls failed.
TRAINING = """
import math, sys, time
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
run = client.create_run(client.create_experiment("live"), run_name="training").info.run_id
client.log_metric(run, "loss", 1.0, step=0)
client.log_metric(run, "odd", 1.0, step=0)
print(run, flush=True)
failed = 0
for step in range(1, int(sys.argv[2])):
    if str(step) in sys.argv[3:]:
        sys.stdin.readline()
    try:
        client.log_metric(run, "loss", 1 / (step + 1), step=step)
        odd = (math.nan, math.inf, 0.5)[step % 3]
        client.log_metric(run, "odd", odd, step=step - 3 * (step % 2), timestamp=1_700_000_000_000 + step % 50)
    except Exception as error:
        print(error, file=sys.stderr)
        failed += 1
print(failed, flush=True)
"""


def plainly(series: Series) -> list[tuple[str, int, int]]:
    return [(repr(v), t, s) for v, t, s in zip(series.values, series.times, series.steps, strict=True)]


def reader_of(uri: str, tmp_path: Path) -> SqlReader:
    if uri.startswith("sqlite"):
        path = Path(uri.removeprefix("sqlite:///"))
        return SqlReader(Store(uri, "sqlite", "flag"), SqliteDatabase(path, tmp_path / "copies"))
    reader = MirrorReader(Store(uri, "file", "flag"), FileMirror(Path(uri), tmp_path / "mirror.db"))
    reader.refresh()
    return reader


@pytest.mark.parametrize("kind", ["sqlite", "file"])
def test_reading_on_is_reading_all_of_it(kind: str, tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db" if kind == "sqlite" else str(tmp_path / "mlruns")
    quiet = {"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
    writer = subprocess.Popen(
        [sys.executable, "-c", TRAINING, uri, str(POINTS), *map(str, DOORS)],
        cwd=tmp_path,
        env={**os.environ, **quiet},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin is not None and writer.stdout is not None
    run_id = writer.stdout.readline().strip()
    reader = reader_of(uri, tmp_path)
    cache = SeriesCache(lambda: reader)
    lengths: list[int] = []
    opened = 0
    while writer.poll() is None:  # as a live chart does, only faster
        for key in ("loss", "odd"):
            grown = cache.get(run_id, key)
            assert plainly(grown) == sorted(plainly(grown), key=lambda point: (point[2], point[1]))
        lengths.append(len(cache.get(run_id, "loss")))
        if len(set(lengths)) > opened and opened < len(DOORS):
            opened += 1
            writer.stdin.write("\n")
            writer.stdin.flush()
    assert writer.stdout.read().strip() == "0"  # nobody was disturbed
    assert lengths == sorted(lengths)
    assert len(set(lengths)) > 2  # it was read while it grew
    if kind == "file":
        reader.refresh()  # the run has not ended, and its files are whole
    for key in ("loss", "odd"):
        ours, anew = cache.get(run_id, key), SeriesCache(lambda: reader).get(run_id, key)
        assert sorted(plainly(ours)) == sorted(plainly(anew))
        assert [(p.time, p.step) for p in reader.series(run_id, key)] == [point[1:] for point in plainly(ours)]
        assert (ours.nan, ours.up, ours.repeated, ours.disordered) == (
            anew.nan,
            anew.up,
            anew.repeated,
            anew.disordered,
        )
    assert len(cache.get(run_id, "loss")) == POINTS
    odd = cache.get(run_id, "odd")
    assert odd.repeated and odd.nan and odd.up and odd.disordered
    assert math.isclose(cache.get(run_id, "loss").values[-1], 1 / POINTS)
