"""Paths, params and names of experiments that a shell or git would obey: they reach the other box whole."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.real.executors import engines_far as engines
from tests.real.executors.training_project import git, trainings, until

pytestmark = pytest.mark.real

#: A directory: two shells, git's address of a repository and Slurm's names of files each have something to obey here.
#: There are no braces in it, over which dvc's own progress bar fails.
PLACE = 'it\'s $(touch pwned-a);touch pwned-b;`touch pwned-c` %41%j "x" &'
#: An experiment, as DVC lets it be called, and a value that hydra takes for a text.
NAME = ";touch${IFS}pwned-n'`touch${IFS}pwned-m`"
VALUE = "$(touch pwned-s);touch pwned-t"


@pytest.fixture
def root(trained: Path, tmp_path: Path) -> Iterator[Path]:
    copy = tmp_path / PLACE / "project"
    shutil.copytree(trained, copy, symlinks=True)
    yield copy
    for pid in trainings(tmp_path):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("kind", ["ssh", "slurm", "slurm_over_ssh"])
def test_a_job_in_a_hostile_directory(root: Path, kind: str, tmp_path: Path) -> None:
    with getattr(engines, kind)(root) as engine:
        given = {} if engine.works_in == root else {"overrides": (f"kind='{VALUE}'",), "experiment": NAME}
        job = engine.submit(**given)
        until(lambda: engine.now(job).ended)
        now = engine.now(job)
        assert now.state == "finished", (now, engine.log(job))
        assert b"Running stage" in engine.log(job) or not given, "a value that is new runs the stage"
        if given:
            assert now.experiment == NAME, now
            assert git(root, "show", f"{now.commit_made}:params.yaml").split(": ", 1)[1].strip() == VALUE
    home = Path.home()
    assert not [path for place in (tmp_path, home, Path.cwd()) for path in place.glob("**/pwned*")]
