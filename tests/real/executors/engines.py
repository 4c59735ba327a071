"""What an engine of the conformance suite is: an executor over one project, and what a test does to it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.real.executors.training_project import DVC, environment

from mltui.actions.executors.port import Executor
from mltui.actions.jobs.starting import new_job_id, start_job
from mltui.errors import NotFound
from mltui.model.job import Job, JobMode, JobSpec
from mltui.sources.places import Project
from mltui.sources.port import now_ms
from mltui.sources.runner import Done, ProcessRunner


@dataclass
class Engine:
    """An executor over the project in `root`, with what a test has to do to the engine itself.

    `works_in` is the worktree that its jobs run in, `root` itself or a clone. `down()` makes the engine unreachable for
    a while. `restart(job)` does to a running job what the engine's own end does; afterwards its state is one of
    `after_restart`. `queued_twice`: of two jobs in one worktree the second waits. `put_back` brings the worktree back
    that a stopped job left, as its user would.
    """

    executor: Executor
    project: Project
    root: Path
    works_in: Path
    down: Callable[[], AbstractContextManager[Any]]
    restart: Callable[[Job], None]
    after_restart: tuple[str, ...] = ("lost",)
    mode: JobMode = "in place"
    queued_twice: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    put_back: Callable[[Job], None] = lambda _job: None
    door: ProcessRunner = field(default_factory=ProcessRunner)

    def spec(self, **changed: Any) -> JobSpec:
        """Retrain: ``dvc repro`` of the project as it is committed."""
        given: dict[str, Any] = dict(  # noqa: C408 - as a call of JobSpec
            id=new_job_id(),
            title="retrain",
            created=now_ms(),
            executor=self.executor.kind,
            kind=self.executor.kind,
            mode=self.mode,
            argv=(DVC, "repro"),
            cwd=str(self.root),
            env={"PATH": environment()["PATH"], "DVC_NO_ANALYTICS": "1"},
            stages=("train", "report"),
            options=self.options,
        )
        return JobSpec(**{**given, **changed})

    def submit(self, **changed: Any) -> Job:
        return start_job(self.project, self.executor, self.spec(**changed))

    def now(self, job: Job) -> Job:
        return self.executor.status(job)

    def log(self, job: Job) -> bytes:
        """All that it had printed when this began, by pieces: on a busy box it prints faster than it is read."""
        piece = self.executor.log(job, 0)
        found, size = piece.data, piece.size
        while piece.data and len(found) < size:
            piece = self.executor.log(job, len(found))
            found += piece.data
        return found


class NoDoor(ProcessRunner):
    """A door that nothing passes while it is shut."""

    shut = False

    def run(self, argv: Any, **given: Any) -> Done:
        if self.shut:
            raise NotFound(f"{argv[0]} is not installed or not on PATH")
        return super().run(argv, **given)
