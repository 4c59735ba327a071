"""Jobs that run elsewhere: ask their executor how they are, and keep the answer where everybody reads it.

Never from a source: this asks other machines, and writes into the job's directory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mltui.actions.executors.record import keep
from mltui.actions.executors.registry import executor_named
from mltui.config import Config
from mltui.errors import ConfigError, SourceError, UsageError
from mltui.model.job import Job
from mltui.model.job_addresses import with_whole
from mltui.model.job_record import state_document
from mltui.model.part import Problem
from mltui.sources.jobs.source import being_started, read_job
from mltui.sources.places import Project
from mltui.sources.runner import Runner


def follow(
    project: Project, runner: Runner, config: Config, jobs: Iterable[Job]
) -> tuple[tuple[Job, ...], tuple[Problem, ...]]:
    """`jobs` as they are now, and why some could not be asked about. Those that are not followed are as given.

    Takes as long as the engines do: for a thread, and not more often than every few seconds.
    """
    now, problems = [], []
    for job in jobs:
        if not job.followed:
            now.append(job)
            continue
        try:
            now.append(asked(project, runner, config, job))
        except (SourceError, UsageError) as error:
            now.append(job)
            problems.append(Problem(f"job {job.id}", error.summary, error.hint))
    return tuple(now), tuple(problems)


def asked(project: Project, runner: Runner, config: Config, job: Job) -> Job:
    """`job` as its executor says it is, kept in its state.json if that is new. Of one that is just being started its
    engine knows nothing yet.

    Raises `SourceError` if the engine can't be asked, `UsageError` if its executor is not configured any more.
    """
    executor = executor_named(project, runner, config, job.spec.executor)
    if executor.kind != job.spec.kind:
        raise ConfigError(
            f"{job.spec.executor} was {job.spec.kind} when job {job.id} began, and is {executor.kind} now"
        )
    if being_started(job):
        return job
    if not job.handle:
        job = read_job(Path(job.directory)) or job
    found = with_whole(executor.status(job))
    if found.state == "lost" and not job.handle:  # whoever started it was killed, and what he started may go on
        return found
    if state_document(found) != state_document(with_whole(job)) and not getattr(executor, "keeps", False):
        found = with_whole(keep(found))
    return found
