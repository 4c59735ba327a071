"""`K` stops what runs; `Z` takes away what it left on another machine. What it left different here is put back by `z`
(`commands.chores.Undo`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.model.key_names import key_of
from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.actions.jobs.stoppable import Target
    from mltui.model.job import Job
    from mltui.tui.screens.main import MainScreen


class Stop(Command):
    """Stop the job under the cursor, the job that runs the stage under it, or the training of the run. Which processes
    and how is shown first: SIGINT to the training, after the grace SIGTERM, SIGKILL only after a second question. Only
    own jobs, and runs whose process the recorder wrote down."""

    id, keys, title, group, footer, rank = "stop", "K", "Stop", "Writing", "stop", 1

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only

        if refused := read_only(screen.workspace.config, "stop anything"):
            return refused.summary
        found = target_of(screen)
        return found if isinstance(found, str) else None

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        return screen.place.title in ("Jobs", "Pipeline", "Runs") and super().in_footer(screen)

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.stopping import StopDialog

        found = target_of(screen)
        if not isinstance(found, str):
            screen.app.push_screen(StopDialog(screen.workspace, found, lambda: _look(screen)))


class PutBack(Command):
    """Put back the files that the job under the cursor left different from before its start, after showing how. Only
    what stages write, and only where it is still what the job left."""

    id, keys, title, group = "putback", "", "Put a job's files back", "Writing"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only
        from mltui.sources.jobs.missing_outs import cut_short

        if refused := read_only(screen.workspace.config, "put files back"):
            return refused.summary
        job = _job(screen)
        if job is None:
            return f"{key_of('undo')} puts back what a job left different: in Jobs, on a job that ended"
        if not job.ended:
            return f"this job has not ended: {key_of('stop')} stops it"
        if job.changed or cut_short(job):  # what DVC took away before a stage ran git does not see
            return None
        return "this job left no file different from before its start"

    @classmethod
    def is_early(cls, screen: MainScreen) -> bool:
        """Whether the cursor is on a job that has not ended: there is something to stop, and nothing to undo yet."""
        job = _job(screen)
        return job is not None and not job.ended

    @classmethod
    def differs(cls, screen: MainScreen) -> bool:
        """Where something is known to differ: what else may be gone the detail tells, with the key."""
        job = _job(screen)
        return job is not None and bool(job.changed) and cls.enabled(screen) is None

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.stopping import restoring

        if (job := _job(screen)) is not None:
            screen.app.push_screen(restoring(screen.workspace, job), lambda _: _look(screen))


class TakeAway(Command):
    """Take away what the job under the cursor, which ended on another machine, left there: its worktree, its private
    ref, its files. What that is, and what nobody else has of it, is shown first; its log and experiment come home."""

    id, keys, title, group = "takeaway", "Z", "Take away what a job left elsewhere", "Writing"

    @classmethod
    def enabled(cls, screen: MainScreen) -> str | None:
        from mltui.actions.gateway import read_only

        if refused := read_only(screen.workspace.config, "take anything away"):
            return refused.summary
        job = _job(screen)
        if job is None or job.spec.mode != "remote":
            return f"{key_of('takeaway')} takes away what a job left on another machine: in Jobs, on one that ran there"
        return None if job.ended else f"this job has not ended: {key_of('stop')} stops it"

    @classmethod
    def run(cls, screen: MainScreen) -> None:
        from mltui.tui.screens.stopping import taking_away
        from mltui.tui.symbols import symbols

        if (job := _job(screen)) is not None:
            screen.app.push_screen(taking_away(screen.workspace, job, symbols(screen.app)), lambda _: _look(screen))


def target_of(screen: MainScreen) -> Target | str:
    """What `K` stops where one is; else why there is nothing."""
    from mltui.actions.jobs.stoppable import NotStoppable, stoppable_job, stoppable_run

    place, jobs = screen.place, _jobs(screen)
    if place.title == "Runs":
        table = screen.runs.value if screen.runs else None
        run = next((run for run in (table.runs if table else ()) if run.run_id == place.selected()), None)
        if run is None:
            return f"this is no MLflow run; {key_of('experiment')} stops a DVC experiment"
        found = stoppable_run(run, jobs)
    elif place.title == "Pipeline":
        job = _of_stage(place.selected(), jobs)
        if job is None:
            return "no job of mltui's runs this stage"
        found = stoppable_job(job)
    else:
        job = _job(screen)
        if job is None:
            return f"{key_of('stop')} stops a job, the stage it runs or a run: in Jobs, Pipeline and Runs"
        found = stoppable_job(job)
    if isinstance(found, NotStoppable):
        return f"{found.why}; {found.hint}" if found.hint else found.why
    return found


def _jobs(screen: MainScreen) -> tuple[Job, ...]:
    return (screen.jobs.value or ()) if screen.jobs else ()


def _job(screen: MainScreen) -> Job | None:
    """The job under the cursor in Jobs."""
    if screen.place.title != "Jobs" or screen.place.empty:
        return None
    return next((job for job in _jobs(screen) if job.id == screen.place.selected()), None)


def _of_stage(address: str | None, jobs: tuple[Job, ...]) -> Job | None:
    """The job that runs this stage, else one that will."""
    going = [job for job in jobs if not job.ended]
    running = (job for job in going if job.stage == address)
    return next(running, next((job for job in going if address in job.spec.stages), None))


def _look(screen: MainScreen) -> None:
    screen.feeds.kick("jobs", "runs", "git", "pipeline", force=True)


STOPPING: tuple[type[Command], ...] = (Stop, PutBack, TakeAway)
