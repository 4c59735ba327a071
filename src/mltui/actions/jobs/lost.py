"""A job whose runner was killed: how it ended is written down by whoever stopped what was left of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mltui.actions.executors.record import keep
from mltui.actions.jobs.runner_files import read
from mltui.model.job import Job
from mltui.sources.jobs.source import being_started
from mltui.sources.port import now_ms

NOTE = "its runner was killed before it ended"
UNBEGUN, UNHEARD = "whoever started it was killed before it began", "its start was not answered, and it never began"


def unbegun(job: Job) -> str:
    """Why a job never began that is not being started any more and that no runner has."""
    return UNBEGUN if being_started(job) is False else UNHEARD


def settled(job: Job) -> Job:
    """`job`, lost and of which nothing lives any more, as stopped; its files say so, if they can be written."""
    now, directory = now_ms(), Path(job.directory)
    steps = tuple(replace(step, state="stopped", end=now) if step.state == "running" else step for step in job.steps)
    changed = tuple(read(str(directory / "before" / "changed.json")).get("files") or ())
    notes = tuple(dict.fromkeys((*job.notes, unbegun(job) if job.pid is None and job.start is None else NOTE)))
    found = replace(job, state="stopped", end=now, steps=steps, alive=(), changed=changed, waits_for="", notes=notes)
    with suppress(OSError):
        (directory / "spare").unlink(missing_ok=True)
    return keep(found, job)
