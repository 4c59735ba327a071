"""Addresses of a job's stages. DVC says them as seen from its own project, whose lock files and log have them so; all
else of mltui says them from the project's root, as two DVC projects of one repository may each have a ``train``."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from mltui.model.job import Job


def whole(address: str, inside: str) -> str:
    """An address as DVC says it in the directory `inside`, as it is from the project's root; a whole one stays."""
    if not inside or not address or address.startswith(f"{inside}/"):
        return address
    file, colon, name = address.rpartition(":")
    return f"{posixpath.normpath(posixpath.join(inside, file if colon else 'dvc.yaml'))}:{name}"


def own(address: str, inside: str) -> str:
    """The other way round: as DVC says it in `inside`; one that it says so stays."""
    if not inside or not address.startswith(f"{inside}/"):
        return address
    file, _, name = address.removeprefix(f"{inside}/").rpartition(":")
    return name if file == "dvc.yaml" else f"{file}:{name}"


def with_whole(job: Job) -> Job:
    """`job` with the addresses of its stages from the project's root."""
    inside = job.spec.inside
    if not inside:
        return job
    return replace(
        job,
        spec=replace(job.spec, stages=tuple(whole(each, inside) for each in job.spec.stages)),
        steps=tuple(replace(step, address=whole(step.address, inside)) for step in job.steps),
        failed_stage=whole(job.failed_stage, inside),
    )
