"""What a job knows of its runs that they don't say themselves: the stage, and the deps as DVC locked them.

A run has the job's id as a tag. The step that ran when it began is its stage; that stage's entry in the dvc.lock that
was kept after it holds the hashes of its deps. DVC takes them when the command has ended: they are what the run read
only where nothing was done to a file from the start of the stage on. That the job's runner looked at. What it saw
nothing of is inferred, and what was edited is unknown. In a directory of a job's own nobody edits anything. A run that
mltui-recorder tagged is left as it is: that has looked at what the run read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.job import Job, JobStep
from mltui.model.lineage.recorded import BY_JOB_TAG, DEP_TAG, EDITED_TAG, EXP_TAG, STAGE_TAG, UNSEEN_TAG
from mltui.model.made import step_at
from mltui.model.runs import JOB_TAG, Run
from mltui.sources.jobs.locks import JobLocks, paths_of
from mltui.sources.jobs.reads import SHARED, stage_reads

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


#: Jobs that run in a directory of their own, of which DVC makes a commit: an experiment.
APART = ("isolated", "queue", "remote")


@dataclass(frozen=True, slots=True)
class Checkout:
    """Where an isolated job ran: what lay there is in `commit`, of the DVC experiment `experiment`."""

    job: str
    experiment: str
    commit: str


class JobsTold:
    """Adds it to runs, as the tags that the recorder would have written. Each job is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._jobs: dict[str, tuple[Job, JobLocks] | None] = {}
        self._tags: dict[tuple[str, str], Mapping[str, str]] = {}
        self._wdirs: dict[str, str] | None = None

    def of(self, run: Run) -> Run:
        """`run`, with what its job knows; itself where there is nothing to add."""
        id = run.tags.get(JOB_TAG, "")
        if not id or STAGE_TAG in run.tags or any(key.startswith(DEP_TAG) for key in run.tags):
            return run
        known = self._job(id)
        step = step_at(known[0], run.start) if known else None
        if known is None or step is None:
            return run
        if (id, step.address) not in self._tags:
            self._tags[id, step.address] = self._told(*known, step)
        return replace(run, tags={**self._tags[id, step.address], **run.tags})

    def checkout(self, run: Run) -> Checkout | None:
        """The experiment whose commit holds what `run` had around it; None unless a job of mltui's made it so."""
        known = self._job(run.tags.get(JOB_TAG, ""))
        job = known[0] if known else None
        if job is None or job.spec.mode not in APART or not job.experiment or not job.commit_made:
            return None
        return Checkout(job.id, job.experiment, job.commit_made)

    def _job(self, id: str) -> tuple[Job, JobLocks] | None:
        if id and id not in self._jobs:
            self._jobs[id] = self._read(id)
        return self._jobs.get(id)

    def _read(self, id: str) -> tuple[Job, JobLocks] | None:
        try:  # a workspace of another time has no jobs
            job = self._workspace.jobs.one(id) if hasattr(self._workspace, "jobs") else None
        except (NotFound, SourceError):
            return None
        return (job, JobLocks(job, self._workspace.project, self._workspace.runner)) if job is not None else None

    def _told(self, job: Job, locks: JobLocks, step: JobStep) -> Mapping[str, str]:
        experiment = {EXP_TAG: job.experiment} if job.experiment else {}
        # a stage that failed, or still runs, has left no entry: what stands there is of a run before
        deps = self._deps(job, locks, step.address) if step.state == "done" else {}
        return {BY_JOB_TAG: job.id, STAGE_TAG: step.address, **experiment, **deps}

    def _deps(self, job: Job, locks: JobLocks, address: str) -> dict[str, str]:
        """Each dep as a tag that says how sure it is."""
        deps, seen = paths_of(locks.entry(address), "deps", self._wdir(address)), stage_reads(job, address)
        others: dict[str, str] = {}
        for other, entry in locks.beside(address).items():
            others |= paths_of(entry, "outs", self._wdir(other))
        found = {}
        for path, digits in deps.items():
            before = f"md5:{seen.before[path]}" if seen is not None and path in seen.before else ""
            if seen is None:
                sure = job.spec.mode not in SHARED and not _linked(job, path)
            else:  # of what was just made DVC took the hash before, too, when the stage that made it had ended
                sure = path in seen.same or (path in seen.late and others.get(path) == digits)
            if seen is not None and path in seen.edited and before != digits:
                found[f"{EDITED_TAG}{path}"] = f"{digits} {before}".rstrip()
            else:
                found[f"{DEP_TAG if sure else UNSEEN_TAG}{path}"] = digits
        return found

    def _wdir(self, address: str) -> str:
        """The directory that the paths of a stage's lock entry are relative to; of one that is gone its dvc.yaml's."""
        if self._wdirs is None:
            pipeline = self._workspace.pipeline.remembered()
            self._wdirs = {stage.address: stage.wdir for stage in (pipeline.stages if pipeline else ())}
        file, colon, _ = address.rpartition(":")
        return self._wdirs.get(address, posixpath.dirname(file) if colon else "")


def _linked(job: Job, path: str) -> bool:
    """Whether a path of a directory of a job's own leads out of it, to files that others edit."""
    return any(path == link or path.startswith(f"{link.rstrip('/')}/") for link in job.spec.links)


def jobs_mark(workspace: Workspace) -> Hashable:
    """Moves when a step of a job ends: its lock is kept only after its run was logged."""
    jobs = getattr(workspace, "jobs", None)  # a workspace of another time has none
    if jobs is None:
        return None
    found = []
    for kind, path in jobs.witnesses():
        if kind == "f":
            file = Path(path)
            found.append((path, file.stat().st_mtime_ns if file.is_file() else 0))
    return tuple(found)
