"""What all jobs of a project say together: which of them need somebody, and how long the next one may take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

from mltui.model.job import Job, JobStep

#: Jobs that ended are told of in a status as far as they are among so many of the newest.
NEWEST = 20
#: So many former times of a stage say how long it takes.
TIMES = 8


def in_need(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """The jobs, of these newest first, that failed or were lost, and of which none like them was started later."""
    return tuple(job for at, job in enumerate(jobs) if job.state in ("failed", "lost") and not _again(job, jobs[:at]))


def edited(jobs: Sequence[Job]) -> tuple[tuple[Job, JobStep], ...]:
    """The stages that a job runs, or ran last, in the worktree while something that they read was edited: dvc.lock has
    that as what was read, or will have it. Of these jobs, newest first: what ran again since is as it says now, though
    its entry may be the same."""
    found: list[tuple[Job, JobStep]] = []
    again: set[str] = set()
    for job in (job for job in jobs if job.spec.mode in ("in place", "workspace")):
        ran = [step for step in job.steps if step.state == "done" or (step.state == "running" and not job.ended)]
        newest = [step for step in ran if step.address not in again]
        found += ((job, step) for step in newest if any(each.stands for each in step.edited))
        again.update(step.address for step in ran if step.state == "done")
    return tuple(found)


def told(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Those that a status tells of: all that have not ended or need somebody, and the newest."""
    needed = {job.id for job in in_need(jobs)} | {job.id for job, _ in edited(jobs)}
    return tuple(job for at, job in enumerate(jobs) if at < NEWEST or not job.ended or job.id in needed)


def _again(job: Job, later: Sequence[Job]) -> bool:
    """Whether a later job did, or does, what this one failed to do."""
    return any(other.state in ("finished", "running", "stopping") and _covers(other, job) for other in later)


def _covers(other: Job, job: Job) -> bool:
    if job.failed_stage and other.spec.stages:
        return job.failed_stage in other.spec.stages
    return (other.spec.targets, other.spec.rev) == (job.spec.targets, job.spec.rev)


def stage_times(address: str, jobs: Sequence[Job]) -> tuple[int, ...]:
    """How long a stage took (ms) in those of `jobs`, newest first, that ran it to its end; at most `TIMES`."""

    def found() -> Iterator[int]:
        for job in jobs:
            for step in job.steps:
                if step.address == address and step.state == "done" and step.start is not None and step.end is not None:
                    yield max(0, step.end - step.start)

    return tuple(taken for taken, _ in zip(found(), range(TIMES), strict=False))


def expected(job: Job, jobs: Sequence[Job]) -> int | None:
    """How long `job` is expected to take (ms): the medians of its stages in `jobs`; None if one was never timed."""
    total = 0
    others = [other for other in jobs if other.id != job.id]
    for address in stages_of(job):
        step = next((step for step in job.steps if step.address == address), None)
        if step is not None and step.state in ("cached", "skipped"):
            continue
        if step is not None and step.state == "done" and step.start is not None and step.end is not None:
            total += step.end - step.start
        elif times := stage_times(address, others):
            total += int(median(times))
        else:
            return None
    return total or None


def stages_of(job: Job) -> tuple[str, ...]:
    """Its stages: those that began in the order in which they did, then those that are to come."""
    began = sorted((step for step in job.steps if step.start is not None), key=_began)
    others = (step.address for step in job.steps)
    return tuple(dict.fromkeys((*(step.address for step in began), *job.spec.stages, *others)))


def _began(step: JobStep) -> tuple[int, bool]:
    """Of two that are told of in one moment the one that was over at once came first."""
    return step.start or 0, step.state != "skipped"


def progress(job: Job) -> tuple[int, int]:
    """How many of its stages are done, and how many there are, without those that were fresh."""
    skipped = {step.address for step in job.steps if step.state == "skipped"}
    over = {step.address for step in job.steps if step.state in ("done", "cached")}
    return len(over), len(set(stages_of(job)) - skipped)


def running(jobs: Sequence[Job]) -> Job | None:
    """The one that is told of where there is room for one: what runs, the newest first, else what waits."""
    return next((job for states in (("running", "stopping"), ("queued",)) for job in jobs if job.state in states), None)


def jobs_then(jobs: Sequence[Job], at: int) -> tuple[Job, ...]:
    """The jobs that had been started by `at` (epoch ms), as they were then."""
    return tuple(_then(job, at) for job in jobs if job.spec.created <= at)


def _then(job: Job, at: int) -> Job:
    if job.ended and (job.end is None or job.end <= at):
        return job
    began = job.start is not None and job.start <= at
    steps = tuple(_step_then(step, at) for step in job.steps)
    return replace(
        job,
        state="running" if began else "queued",
        start=job.start if began else None,
        end=None,
        exit_code=None,
        steps=steps,
        said=(),
        failed_stage="",
        experiment=None,
        commit_made=None,
        alive=(),
        changed=(),
        notes=(),
    )


def _step_then(step: JobStep, at: int) -> JobStep:
    if step.start is None or step.start > at:
        return JobStep(step.address)
    return (
        step
        if step.end is not None and step.end <= at
        else replace(step, state="running", end=None, lock=None, edited=())
    )
