"""Whether a job or a run can be stopped from here: what to stop, or the reason why not."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from mltui.model.job import Job
from mltui.model.runs import JOB_TAG, Run
from mltui.sources.mlflow.lives import HOST_TAG, PID_TAG, START_TAG
from mltui.sources.processes import host_name, is_there, process_start, process_uid


@dataclass(frozen=True, slots=True)
class Target:
    """What a stop acts on: a job, else the process of a run, by pid and the start that `sources.processes` says."""

    job: Job | None = None
    run: Run | None = None
    pid: int = 0
    pid_start: str = ""

    @property
    def what(self) -> str:
        if self.job is not None:
            return f"job {self.job.id}"
        assert self.run is not None
        return f"run {self.run.name or self.run.run_id[:8]}"


@dataclass(frozen=True, slots=True)
class NotStoppable:
    """Why not, and what to do instead ("" if nothing)."""

    why: str
    hint: str = ""


def stoppable_job(job: Job) -> Target | NotStoppable:
    """A job that has not ended, or that is lost while processes of it live on."""
    if job.ended and job.state != "lost":
        alive = "; what of it lives on is no part of it any more" if job.alive else ""
        return NotStoppable(f"job {job.id} has ended: {job.state}{alive}")
    if job.spec.kind == "local" and job.host and job.host != host_name():
        hint = f"stop it there: mltui stop {job.id}"
        return NotStoppable(f"job {job.id} runs on {job.host}, and this is {host_name()}", hint)
    uid = process_uid(job.pid) if job.pid is not None and job.spec.kind == "local" else None
    if uid is not None and os.getuid() not in (0, uid) and job.state != "lost":
        return NotStoppable(f"job {job.id} runs as {job.user or uid}, and not as you")
    return Target(job=job)


def stoppable_run(run: Run, jobs: Iterable[Job] = ()) -> Target | NotStoppable:
    """A RUNNING run whose job is known here, or whose recorder wrote down a process of this user on this host."""
    name = f"run {run.name or run.run_id[:8]}"
    if run.status != "RUNNING":
        return NotStoppable(f"{name} does not run: {run.status}")
    if own := next((job for job in jobs if job.id == run.tags.get(JOB_TAG)), None):
        target = stoppable_job(own)
        return target if isinstance(target, NotStoppable) else Target(job=own, run=run)
    pid, start, host = (run.tags.get(tag, "") for tag in (PID_TAG, START_TAG, HOST_TAG))
    if not pid.isdecimal() or not start or not host:
        return NotStoppable(
            f"nobody wrote down which process {name} is", "with mltui-recorder in its environment a training says so"
        )
    if host != host_name():
        return NotStoppable(f"{name} runs on {host}, and this is {host_name()}", "stop it there")
    there = is_there(int(pid), start)
    if there is None:
        return NotStoppable(f"{name} runs in another pid namespace, where {pid} is not seen")
    if not there:
        return NotStoppable(f"process {pid} of {name} is gone: nothing runs that could be stopped")
    if os.getuid() not in (0, process_uid(int(pid))):
        return NotStoppable(f"process {pid} of {name} is another user's")
    return Target(run=run, pid=int(pid), pid_start=process_start(int(pid)))
