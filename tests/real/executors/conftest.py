"""One project, made once and copied for each test, and an engine over it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.real.executors.engines import Engine
from tests.real.executors.engines_far import SERVERS
from tests.real.executors.every_engine import ENGINES
from tests.real.executors.training_project import make, trainings

from mltui.actions.jobs import stop

#: How long what was asked may take (s): no part of what is tested.
LONG = 600.0


@pytest.fixture(autouse=True)
def slow_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM_GRACE", "KILL_GRACE", "AFTERWARDS"):
        monkeypatch.setattr(stop, name, LONG)


@pytest.fixture(scope="session")
def trained(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "trained"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "project").exists():
            half = shared / f"half-{os.getpid()}"
            make(half)
            half.rename(shared / "project")
    return shared / "project"


@pytest.fixture
def root(trained: Path, tmp_path: Path) -> Iterator[Path]:
    """A project of its own. Whatever still runs in it after the test is killed."""
    copy = tmp_path / "project"
    shutil.copytree(trained, copy, symlinks=True)
    yield copy
    for pid in trainings(tmp_path):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session", autouse=True)
def shared_servers(own_environment: None) -> Iterator[None]:
    """Servers that engines start once for all tests go down with them."""
    with SERVERS:
        yield


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, root: Path) -> Iterator[Engine]:
    with ENGINES[request.param](root) as engine:
        yield engine
