"""Jobs that somebody is just submitting, here or on another host that shares the project's state directory."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from mltui.actions.executors.port import Place
from mltui.actions.executors.slurm import Slurm
from mltui.errors import Unanswered
from mltui.model.job import Job, JobSpec
from mltui.sources.jobs.source import ELSEWHERE, STARTING, being_started
from mltui.sources.places import Project
from mltui.sources.processes import host_name, process_start
from mltui.sources.runner import Done, ProcessRunner


@pytest.fixture
def job(tmp_path: Path) -> Job:
    spec = JobSpec("1", "retrain", 0, "box", "ssh", "remote", ("dvc", "repro"), str(tmp_path))
    return Job(spec, str(tmp_path), "queued")


def says(job: Job, host: str, pid: int, start: str, age: float = 0.0) -> None:
    path = Path(job.directory) / STARTING
    path.write_text(json.dumps({"host": host, "pid": pid, "start": start}))
    os.utime(path, (time.time() - age,) * 2)


def test_who_starts_it_here_is_looked_at(job: Job) -> None:
    assert being_started(job) is None
    pid = os.getpid()
    says(job, host_name(), pid, process_start(pid), age=2 * ELSEWHERE)
    assert being_started(job) is True, "however long it takes"
    says(job, host_name(), pid, "linux:another boot:1:1")
    assert being_started(job) is False


def test_who_starts_it_on_another_host_is_believed_for_a_while(job: Job) -> None:
    """It would be called lost, and its starter killed, while its commit is on the way."""
    says(job, f"not-{host_name()}", os.getpid(), process_start(os.getpid()))
    assert being_started(job) is True
    says(job, f"not-{host_name()}", os.getpid(), process_start(os.getpid()), age=2 * ELSEWHERE)
    assert being_started(job) is None


@pytest.mark.parametrize(
    ("code", "out", "said"),
    [
        (1, "", "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"),
        (0, "submitted", ""),
        (137, "", "Killed"),
    ],
)
def test_an_sbatch_that_does_not_say_whether_it_sent_the_job_may_have(
    job: Job, tmp_path: Path, code: int, out: str, said: str
) -> None:
    class Controller(ProcessRunner):
        def run(self, argv: Any, **given: Any) -> Done:
            return Done(tuple(argv), code, out.encode(), said, 0.0)

    cluster = Slurm(Place(Project(tmp_path, tmp_path), Controller(), "cluster", {}))
    with pytest.raises(Unanswered, match="sbatch"):
        cluster.submit(job.spec, tmp_path)
