"""What several files of real tests stand on."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

RECORDER = Path(__file__).parents[2] / "recorder"


@pytest.fixture(scope="session")
def recorder(own_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which pip has installed ./recorder, once for all workers: for a training's PYTHONPATH.

    It is not in the environment of the tests: there it would tag every run that any other test, or the sample project,
    makes with the process that made it.
    """
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "recorder"
    shared.mkdir(exist_ok=True)
    target = shared / "site-packages"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            half = shared / "half"  # one that pip did not finish is nobody's
            argv = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--upgrade", "--target", str(half)]
            done = subprocess.run([*argv, str(RECORDER)], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            half.rename(target)
    return target
