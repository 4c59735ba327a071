"""The documents of `mltui retrain --json` (docs/retrain.md)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mltui.model.job import Job
from mltui.model.job_record import spec_document, state_document
from mltui.model.retrain import RetrainPlan
from mltui.present.job_document import job_document
from mltui.present.jsonable import jsonable

SCHEMA = 1


def plan_document(plan: RetrainPlan) -> dict[str, Any]:
    """A plan: every field of `RetrainPlan` by its name, and `took` of all of it."""
    return {"schema": SCHEMA, "plan": {**jsonable(asdict(plan)), "took": jsonable(asdict(plan.took))}}


def started_document(job: Job) -> dict[str, Any]:
    """A job as `mltui jobs --json` has it, and besides its spec and state as its files have them."""
    state = {key: value for key, value in state_document(job).items() if key != "schema"}
    spec = {key: value for key, value in spec_document(job.spec).items() if key != "schema"}
    known = {**jsonable(state), "directory": job.directory, "spec": jsonable(spec)}
    return {"schema": SCHEMA, "job": {**known, **job_document(job)}}
