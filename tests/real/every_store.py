"""One content in a store of every kind that MLflow has, and our reader of each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real.database_servers import mariadb, postgres
from tests.real.mlflow_process import QUIET, start

from mltui.config import Config
from mltui.model.runs import Store, StoreKind
from mltui.sources.mlflow.mirrored import MirrorReader
from mltui.sources.mlflow.opening import open_store
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.places import Project

KINDS: Mapping[str, StoreKind] = {
    "sqlite": "sqlite",
    "file": "file",
    "server": "rest",
    "postgres": "sql",
    "mariadb": "sql",
}


@dataclass(frozen=True)
class Kept:
    """A store: its kind, its URI, and the directory that its tools run in."""

    name: str
    uri: str
    place: Path

    def open(self, uri: str = "") -> SqlReader:
        """Our reader of it, or of the same by another URI, refreshed; without a problem."""
        uri = uri or self.uri
        config = Config(store=uri, store_origin="environment")
        reader = open_store(Store(uri, KINDS[self.name], "environment"), Project(self.place, self.place), config)
        assert isinstance(reader, SqlReader)
        if isinstance(reader, MirrorReader):
            reader.refresh()
        assert reader.problems() == ()
        return reader


@contextmanager
def every_store(directory: Path) -> Iterator[dict[str, Kept]]:
    """Empty ones, by their names in `KINDS`; their servers run as long as this does."""
    with ExitStack() as stack:
        places = {name: directory / name for name in KINDS}
        for place in places.values():
            place.mkdir()
        server = start(places["server"])
        stack.callback(server.stop)
        uris = {
            "sqlite": f"sqlite:///{places['sqlite']}/mlflow.db",
            "file": (places["file"] / "mlruns").as_uri(),
            "postgres": stack.enter_context(postgres()),
            "mariadb": stack.enter_context(mariadb()),
        }
        uris["server"] = server.up().uri
        yield {name: Kept(name, uris[name], places[name]) for name in KINDS}


def run_in(store: Kept, script: Path, *arguments: str) -> str:
    """What `script` prints of the store at the URI that is its first argument, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(script), store.uri, *arguments],
        cwd=store.place,
        env={**os.environ, **QUIET, "MLFLOW_ALLOW_FILE_STORE": "true"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{store.name}: {done.stderr[-2000:]}"
    return done.stdout
