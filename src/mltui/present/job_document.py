"""A job for machines, as `mltui status --json` and `mltui jobs --json` have it (docs/status-schema.md)."""

from __future__ import annotations

from typing import Any

from mltui.model.job import Job, JobStep
from mltui.model.jobs import stages_of
from mltui.present.jsonable import jsonable


def job_document(job: Job) -> dict[str, Any]:
    """Equal jobs give equal documents: nothing in it depends on the present time."""
    spec, steps = job.spec, {step.address: step for step in job.steps}
    return {
        "id": job.id,
        "title": spec.title,
        "state": job.state,
        "executor": spec.executor,
        "kind": spec.kind,
        "mode": spec.mode,
        "created": spec.created,
        "start": job.start,
        "end": job.end,
        "exit_code": job.exit_code,
        "stages": [_stage(steps.get(address) or JobStep(address)) for address in stages_of(job)],
        "failed_stage": job.failed_stage or None,
        "waits_for": job.waits_for or None,
        "commit": spec.commit,
        "experiment": job.experiment,
        "who": spec.who,
        "log": job.log,
    }


def _stage(step: JobStep) -> dict[str, Any]:
    edited = [{"path": each.path, "params": {key: [old, new] for key, old, new in each.params}} for each in step.edited]
    return {
        "address": step.address,
        "state": step.state,
        "start": step.start,
        "end": step.end,
        "edited": jsonable(edited),
    }
