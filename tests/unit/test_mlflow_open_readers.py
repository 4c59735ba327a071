"""Threads that ask for one store at once: it is opened once, and its scope is decided once."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.unit.mlflow_tables import TABLES_2020, a_run, make

from mltui.config import Config
from mltui.model.runs import Store
from mltui.sources.mlflow import open_readers
from mltui.sources.mlflow.open_readers import OpenReaders
from mltui.sources.places import Project
from mltui.sources.runner import ProcessRunner


def met(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[str]:
    """Make the function wait for a second caller, who comes if nobody holds him up. The list grows by each call."""
    real: Callable[..., Any] = getattr(owner, name)
    both, calls = threading.Barrier(2), list[str]()

    def waiting(*args: Any) -> Any:
        calls.append(name)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.3)
        return real(*args)

    monkeypatch.setattr(owner, name, waiting)
    return calls


@pytest.fixture
def readers(tmp_path: Path) -> OpenReaders:
    make(tmp_path / "mlflow.db", TABLES_2020, [a_run("a" * 32)])
    return OpenReaders(Project(tmp_path, tmp_path), Config(), ProcessRunner())


def test_a_store_is_opened_once(readers: OpenReaders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(f"sqlite:///{tmp_path}/mlflow.db", "sqlite", "repository")
    for name, ask in (("open_store", readers.of), ("open_registry", readers.registry)):
        calls = met(monkeypatch, open_readers, name)
        with ThreadPoolExecutor(2) as pool:
            one, other = pool.map(ask, (store, store))
        assert one is other
        assert calls == [name]


def test_a_scope_is_decided_once(readers: OpenReaders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = readers.of(Store(f"sqlite:///{tmp_path}/mlflow.db", "sqlite", "repository"))
    calls = met(monkeypatch, open_readers.scope, "ours")
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(readers.scope, (reader, reader))
    assert one is other
    assert calls == ["ours"]
