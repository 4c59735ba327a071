"""What a queued job's log tells of its stages."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import replace

from mltui.actions.jobs.runner_steps import SAID, WIDTH, WORDS
from mltui.model.job import Job, JobStep, StepState
from mltui.model.job_addresses import own
from mltui.sources.dvc.queue_tasks import Task

#: Of a log this much is looked at: its beginning, and its end for the last lines (bytes).
HEAD, TAIL = 4 << 20, 64 << 10
_KINDS: dict[str, StepState] = {"running": "running", "skipped": "skipped", "cached": "cached"}


def told(job: Job, task: Task) -> Job:
    """`job` with its steps, the stage that failed and the last lines. When each stage began nobody wrote down."""
    text, tail = _read(task.log)
    steps: dict[str, StepState] = dict.fromkeys((own(each, job.spec.inside) for each in job.spec.stages), "waiting")
    failed = ""
    for found in WORDS.finditer(text):
        kind = str(found.lastgroup)
        name = found[kind].decode(errors="replace")
        if kind == "failed":
            failed = (re.findall("'([^']+)'", name) or [""])[0]
        elif kind in _KINDS:
            steps = {each: "done" if state == "running" else state for each, state in steps.items()}
            steps[name] = _KINDS[kind]
    over: StepState = {"done": "done", "running": "running"}.get(task.state, "failed")  # type: ignore[assignment]
    steps = {each: over if state == "running" else state for each, state in steps.items()}
    if failed and failed in steps:
        steps[failed] = "failed"
    lines = [
        line.rstrip("\r").rpartition("\r")[2][:WIDTH] for line in tail.decode(errors="replace").split("\n") if line
    ]
    return replace(
        job,
        steps=tuple(JobStep(address, state) for address, state in steps.items()),
        failed_stage=failed,
        said=tuple(lines[-SAID:]),
    )


def _read(path: os.PathLike[str]) -> tuple[bytes, bytes]:
    """The beginning with the end behind it, and the end alone."""
    with suppress(OSError), open(path, "rb") as file:  # noqa: PTH123 - both ends of one file
        head, size = file.read(HEAD), os.fstat(file.fileno()).st_size
        file.seek(max(0, size - TAIL))
        tail = file.read(TAIL)
        return (head + tail if size > HEAD else head), tail
    return b"", b""
