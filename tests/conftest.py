"""What every test stands on: an environment of its own, so that nobody's configuration, cache or state takes part."""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

#: Variables of whoever runs the tests that would change what is read.
FOREIGN_PREFIXES = ("MLTUI_", "MLFLOW_", "GIT_", "DVC_")
FOREIGN = ("VIRTUAL_ENV", "CONDA_PREFIX", "NO_COLOR", "DATABASE_URL")


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No foreign settings; git knows a person and its default branch is main; home is an empty directory.

    ctrl+c is heard: in the background of a shell it is ignored, and what a test starts would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    home = tmp_path_factory.mktemp("home")
    config = tmp_path_factory.mktemp("gitconfig") / "gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n[advice]\n\tdetachedHead = false\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(FOREIGN_PREFIXES) or name in FOREIGN:
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("GIT_CONFIG_GLOBAL", str(config))
        patch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
        patch.setenv("DVC_NO_ANALYTICS", "1")
        for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """mltui's cache and state, fresh for each test. Returns the directory they are in."""
    places = tmp_path_factory.mktemp("places")
    monkeypatch.setenv("MLTUI_CACHE_DIR", str(places / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(places / "state"))
    return places


@pytest.fixture(scope="session")
def demo_project(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project of ``mltui demo``, built once for all workers. Read it in place; copy it before writing.

    Beside it is ``home``, which was home and place for temporary files while it was built.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "sample"
    shared.mkdir(exist_ok=True)
    home, project = shared / "home", shared / "project"
    home.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not project.exists():
            from mltui.demo import build

            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("HOME", str(home))
                patch.setenv("TMPDIR", str(home))
                build(project)
    return project
