"""SQLite stores with mutated pages: a problem, never a crash, and never written."""

from __future__ import annotations

import hashlib

from tests.fuzz.harness import at, place, reader
from tests.fuzz.seeding import RUN, small, stores

from mltui.model.runs import Store
from mltui.sources.mlflow.sql import SqlReader
from mltui.sources.mlflow.sqlite import SqliteDatabase


def _refusing(ask: object) -> None:
    from mltui.errors import MltuiError

    try:
        ask()  # type: ignore[operator]
    except MltuiError:
        return


def _walk(data: bytes) -> None:
    path = at("mlflow.db", data)
    before = path.stat().st_mtime_ns, sorted(each.name for each in place().iterdir())
    store = SqlReader(Store(f"sqlite:///{path}", "sqlite", "flag"), SqliteDatabase(path, place() / "copies"))
    try:
        for ask in (
            store.experiments,
            lambda: [list(page) for page in store.runs()],
            store.models,
            store.metric_keys,
            store.newest,
            lambda: store.series(RUN, "loss"),
            lambda: store.columns(RUN, "loss"),
            lambda: store.run(RUN),
            store.fingerprint,
            lambda: store.inputs(RUN),
            lambda: store.logged_models(RUN),
            lambda: store.traces(RUN),
            store.problems,
            lambda: store.keys("params"),
            lambda: store.last_writes([RUN]),
            lambda: store.deleted([RUN]),
            store.revision,
        ):
            _refusing(ask)
    finally:
        store.close()
    assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(data).digest(), "the store was written"
    after = path.stat().st_mtime_ns, sorted(each.name for each in place().iterdir() if each.name != "copies")
    assert after == (before[0], [name for name in before[1] if name != "copies"]), "something was left beside the store"


@reader("SQLite, small", small, kind="sqlite", longest=1 << 20)
def small_store(data: bytes) -> None:
    _walk(data)


@reader("SQLite, of every schema", stores, kind="sqlite", longest=4 << 20)
def real_store(data: bytes) -> None:
    _walk(data)
