"""The same content in stores of the real MLflow, through all of our readers: the same runs, series and models.

Ids and places differ from store to store, so runs are known by their names; MlflowClient says of each store what our
reader says. The order of points at one step and time is no one's promise. What some stores of MLflow refuse is in
`one_content`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.real import one_content
from tests.real.every_store import Kept, every_store, run_in
from tests.real.store_shape import anonymous, held, said

from mltui.errors import NotFound
from mltui.model.filters import parse
from mltui.model.picks import picked
from mltui.model.runs import Run
from mltui.model.series import Series
from mltui.sources.mlflow.sql import SqlReader

pytestmark = pytest.mark.real

SCRIPT = Path(one_content.__file__)
#: Stores whose runs may have names of any length.
LONGER = ("sqlite", "file", "server")
PICKS = (
    *(("min", 0), ("max", 0), ("mean", 1), ("mean", 2), ("mean", 3), ("mean", 100), ("mean", 10**20)),
    *(("at", step) for step in (-3, 0, 1, 2, 7, 99, -(2**63), 2**63 - 1, 10**20)),
)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Kept]]:
    with every_store(tmp_path_factory.mktemp("stores")) as stores, ThreadPoolExecutor(2) as pool:
        writing = [
            pool.submit(run_in, store, SCRIPT, *(["longer"] if name in LONGER else []))
            for name, store in stores.items()
        ]
        for one in writing:
            one.result()
        yield stores


def test_all_readers_say_the_same_of_the_same_content(stores: dict[str, Kept], own_places: Path) -> None:
    found = {}
    for name, store in stores.items():
        reader = store.open()
        found[name] = anonymous(held(reader))
        reader.close()
    with ThreadPoolExecutor(2) as pool:
        asked = {name: pool.submit(said, store.uri, store.place) for name, store in stores.items()}
    theirs = {name: anonymous(answer.result()) for name, answer in asked.items()}
    for name in LONGER:
        assert found[name]["runs"].pop(one_content.LONGER) == theirs[name]["runs"].pop(one_content.LONGER)
    first = found["sqlite"]
    assert len(first["runs"]) == 8
    assert len(first["runs"]["many"]["metrics"]) == 5_000
    for one, next_one in pairwise(found):
        for part in first:
            assert found[one][part] == found[next_one][part], f"{part}: {one} and {next_one}"
    for name in stores:
        for kept in (found[name], theirs[name]) if name == "file" else ():
            without_five_fields(kept)
        for part in theirs[name]:
            assert found[name][part] == theirs[name][part], f"{part}: ours and MlflowClient's of {name}"


def without_five_fields(found: dict[str, Any]) -> None:
    """MLflow's file store reads step 0 where a dataset was named, whatever was logged: we do not follow it."""
    for key in one_content.FIVE_FIELDS:
        del found["runs"]["parent [a] / b"]["metrics"][key], found["series"][f"parent [a] / b {key}"]


@pytest.fixture
def readers(stores: dict[str, Kept], own_places: Path) -> Iterator[dict[str, SqlReader]]:
    """One of every store, and of PostgreSQL one through each driver."""
    readers = {name: store.open() for name, store in stores.items()}
    readers["psycopg"] = stores["postgres"].open(stores["postgres"].uri.replace("psycopg2", "psycopg"))
    yield readers
    for reader in readers.values():
        reader.close()


@pytest.fixture(scope="module")
def histories(stores: dict[str, Kept]) -> dict[str, dict[str, list[tuple[int, int, float]]]]:
    """By store, what MlflowClient says of the series in the run "series": (step, time, value), in MLflow's order."""
    from mlflow import MlflowClient

    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        for name, store in stores.items():
            client = MlflowClient(store.uri)
            run_id = the_run(store, "series")
            found[name] = {
                key: sorted(
                    ((m.step, m.timestamp, as_shown(m.value)) for m in client.get_metric_history(run_id, key)),
                    key=lambda point: (*point[:2], 0.0 if math.isnan(point[2]) else point[2], not math.isnan(point[2])),
                )
                for key in one_content.SERIES
            }
    return found


def the_run(store: Kept, name: str) -> str:
    from mlflow import MlflowClient

    client = MlflowClient(store.uri)
    (run_id,) = (
        run.info.run_id
        for experiment in client.search_experiments()
        for run in client.search_runs([experiment.experiment_id])
        if run.info.run_name == name
    )
    return str(run_id)


def as_shown(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) == one_content.LARGEST else value


def of_driver(name: str) -> str:
    """The store that a reader reads."""
    return "postgres" if name == "psycopg" else name


def test_picks_of_series(readers: dict[str, SqlReader], histories: dict[str, Any]) -> None:
    """Best ones, means and values at a step, of all runs at once: as all points that MlflowClient gives say."""
    for name, reader in readers.items():
        runs = {run.name: run.run_id for page in reader.runs() for run in page}
        for key, points in histories[of_driver(name)].items():
            steps, _, values = zip(*points, strict=True)
            for pick, of in PICKS:
                found = dict(reader.picks(key, pick, of, runs.values()))
                expected = picked(values, steps, pick, of)
                assert same(found.pop(runs["series"], None), expected), (name, key, pick, of)
                assert set(found.values()) <= {None}, f"{name}: {key} is of no other run, in whatever case"


def same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return (math.isnan(one) and math.isnan(other)) or one == pytest.approx(other, rel=1e-15)


def test_series_by_columns(readers: dict[str, SqlReader], histories: dict[str, Any]) -> None:
    """Whole series, as charts take them."""
    for name, reader in readers.items():
        runs = {run.name: run.run_id for page in reader.runs() for run in page}
        for key, points in histories[of_driver(name)].items():
            found = reader.columns(runs["series"], key)
            series = found.series
            assert ordered(series) == sorted(map(repr, points)), (name, key)
            assert in_order(series), (name, key)
            steps, _, values = zip(*points, strict=True)
            counts = values.count(math.inf), values.count(-math.inf), sum(map(math.isnan, values))
            assert (series.up, series.down, series.nan) == counts, (name, key)
            assert series.repeated == (len(set(steps)) < len(steps)), (name, key)
            assert reader.columns(runs["series"], key, found).series is series, f"{name}: {key} did not move"
        with pytest.raises(NotFound):
            reader.columns(runs["series"], "case")


def ordered(series: Series) -> list[str]:
    return sorted(map(repr, zip(series.steps, series.times, series.values, strict=True)))


def in_order(series: Series) -> bool:
    places = list(zip(series.steps, series.times, strict=True))
    return places == sorted(places)


def test_series_that_grow(readers: dict[str, SqlReader], stores: dict[str, Kept]) -> None:
    """What came is what a reading of all of it gives, in whatever order of steps and times it came."""
    from mlflow import MlflowClient

    start = one_content.START
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
        for name, reader in readers.items():
            if name == "server":
                continue  # it is asked again after seconds only: test_mlflow_server
            store = stores[of_driver(name)]
            client, run_id = MlflowClient(store.uri), the_run(store, "child")
            key = f"grown {name}"
            client.log_metric(run_id, key, 0.0, timestamp=start, step=0)
            found = reader.columns(run_id, key)
            for value, time, step in ((1.0, 9, 1), (2.0, 9, 2), (3.0, 1, 3), (math.nan, 9, 0), (math.inf, 10, 1)):
                client.log_metric(run_id, key, value, timestamp=start + time, step=step)
                found = reader.columns(run_id, key, found)
                assert ordered(found.series) == ordered(reader.columns(run_id, key).series), (name, value)
                assert in_order(found.series)
            assert (len(found.series), found.series.nan, found.series.up, found.series.repeated) == (6, 1, 1, True)


def test_what_else_is_asked(readers: dict[str, SqlReader]) -> None:
    """The rest of a reader's answers, by the names of runs: some of their SQL meets a database nowhere else."""
    first = None
    for name, reader in readers.items():
        runs = {run.name: run.run_id for page in reader.runs() for run in page if run.name != one_content.LONGER}
        names = {run_id: run for run, run_id in runs.items()}
        parent = runs["parent [a] / b"]
        models = [(one.name, one.status, one.metrics, one.step, one.params) for one in reader.logged_models(parent)]
        facts = reader.facts(parse("dataset.name = 'wine [red]' and user_id = 'x'").needs)
        every = [run for page in reader.runs(deleted=True, metrics=(), params=(), tags=()) for run in page]
        gone = reader.deleted([run.run_id for run in every])
        assert gone == {run.run_id for run in every} - {run.run_id for run in few(reader)}
        assert reader.deleted(["of no run"]) == {"of no run"}
        answers = {
            "metric keys": sorted(key for key in reader.metric_keys() if not key.startswith("grown")),
            "params": reader.keys("params"),
            "tags": reader.keys("tags"),
            "writes": {names[run]: at for run, at in reader.last_writes(runs.values()).items() if run != runs["child"]},
            "cases": {names[run.run_id]: run.metrics for run in few(reader, "Case", "case") if run.metrics},
            "one case": {names[run.run_id]: run.metrics for run in few(reader, "case") if run.metrics},
            "deleted": sorted(run.name for run in every if run.run_id in gone),
            "inputs": {names[run]: sorted(one.name for one in found) for run, found in facts.inputs.items()},
            "models": [] if name == "server" else models,
            "traces": reader.traces(parent) or 0,
        }
        first = first or answers
        assert answers == {**first, **({"models": []} if name == "server" else {})}, name
    assert first is not None
    assert first["one case"] == {"child": {"case": 2.0}}
    assert first["models"] == [("net", "pending", {"of model": 0.5}, 3, {"depth": "3"})]


def few(reader: SqlReader, *keys: str) -> list[Run]:
    return [run for page in reader.runs(metrics=keys, params=(), tags=()) for run in page]
