"""The same content in four stores of the real MLflow, through all of our readers: the same runs, series and models.

Ids and places differ from store to store, so runs are known by their names; MlflowClient says of each store what our
reader says. The order of points at one step and time is no one's promise. MLflow refuses some of what is odd in every
store (`one_content`), so that it can't be in one of them only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.real.database_servers import postgres
from tests.real.mlflow_process import QUIET, start
from tests.real.store_shape import alike, held, said

from mltui.config import Config
from mltui.model.runs import PARENT_TAG, Store
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.opening import open_store
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.places import Project

pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

SCRIPT = Path(__file__).with_name("one_content.py")
KINDS = {"sqlite": "sqlite", "file": "file", "server": "rest", "postgres": "sql"}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[str, Path]]]:
    """The URI of each store, and the directory its tools run in."""
    with ExitStack() as stack:
        places = {name: tmp_path_factory.mktemp(name) for name in KINDS}
        server = start(places["server"])
        stack.callback(server.stop)
        uris = {
            "sqlite": f"sqlite:///{places['sqlite']}/mlflow.db",
            "file": (places["file"] / "mlruns").as_uri(),
            "postgres": stack.enter_context(postgres()),
        }
        uris["server"] = server.up().uri
        for name, uri in uris.items():
            environ = {**os.environ, **QUIET, "MLFLOW_ALLOW_FILE_STORE": "true"}
            done = subprocess.run(
                [sys.executable, str(SCRIPT), uri],
                cwd=places[name],
                env=environ,
                check=False,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, f"{name}: {done.stderr[-2000:]}"
        yield {name: (uris[name], places[name]) for name in KINDS}


def read(name: str, uri: str, place: Path) -> dict[str, Any]:
    config = Config(store=uri, store_origin="environment")
    reader = open_store(Store(uri, KINDS[name], "environment"), Project(place, place), config)  # type: ignore[arg-type]
    assert isinstance(reader, SqlReader)
    if isinstance(reader, MirrorReader):
        reader.refresh()
    assert reader.problems() == ()
    found = held(reader)
    reader.close()
    return found


def anonymous(found: dict[str, Any]) -> dict[str, Any]:
    """Without ids, places and MLflow's own first experiment."""
    found = alike(found)
    names = {run_id: run["info"][1] for run_id, run in found["runs"].items()}
    experiments = {key: one[0] for key, one in found["experiments"].items()}
    return {
        "experiments": sorted(one for one in found["experiments"].values() if one[0] != "Default"),
        "runs": {
            names[run_id]: {
                **{part: run[part] for part in ("metrics", "params")},
                "info": [experiments[run["info"][0]], *run["info"][1:]],
                "tags": {key: names[of] if key == PARENT_TAG else of for key, of in run["tags"].items()},
                "inputs": sorted(run["inputs"]),
            }
            for run_id, run in found["runs"].items()
        },
        "series": {
            f"{names[key.partition(' ')[0]]} {key.partition(' ')[2]}": of for key, of in found["series"].items()
        },
        "models": {
            name: {
                **model,
                "description": model["description"] or "",
                "versions": {int(number): [names[of[0]], *of[1:]] for number, of in model["versions"].items()},
            }
            for name, model in found["models"].items()
        },
    }


def test_all_readers_say_the_same_of_the_same_content(stores: dict[str, tuple[str, Path]], own_places: Path) -> None:
    found = {name: anonymous(read(name, *where)) for name, where in stores.items()}
    first = found["sqlite"]
    assert len(first["runs"]) == 5
    assert first["series"]["parent [a] / b repeated"]
    for one, next_one in pairwise(found):
        for part in first:
            assert found[one][part] == found[next_one][part], f"{part}: {one} and {next_one}"
    for name, (uri, place) in stores.items():
        theirs = anonymous(said(uri, place))
        for part in theirs:
            assert found[name][part] == theirs[part], f"{part}: ours and MlflowClient's of {name}"
