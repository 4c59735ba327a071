"""All engines by name. Another executor adds a function that makes one, and its name here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tests.real.executors.engines import Engine
from tests.real.executors.engines_far import slurm, slurm_over_ssh, ssh
from tests.real.executors.engines_here import dvc_queue, local, plugin

#: Name to what makes it over a project; a fixture ends it after each test. One that is not installed skips.
ENGINES: dict[str, Callable[[Path], AbstractContextManager[Engine]]] = {
    "local": local,
    "plugin": plugin,
    "dvc-queue": dvc_queue,
    "ssh": ssh,
    "slurm": slurm,
    "slurm-over-ssh": slurm_over_ssh,
}
