"""`mltui jobs`, `mltui stop`, `mltui restore`, `mltui clean`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mltui.cli.asking import agrees, can_ask
from mltui.cli.exits import OK
from mltui.cli.opening import open_told
from mltui.cli.saying import say, say_each
from mltui.cli.terminal import columns, is_terminal, symbols, use_utf8, write
from mltui.errors import NotFound, Refused, UsageError
from mltui.present.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mltui.actions.jobs.stoppable import NotStoppable, Target
    from mltui.cli.doing import How
    from mltui.cli.options import Options
    from mltui.model.job import Job
    from mltui.sources.workspace import Workspace


def print_jobs(options: Options, word: str | None, as_json: bool) -> int:
    """Print all jobs, or one; how those stand that run elsewhere is asked first."""
    from mltui.actions.jobs.following import follow
    from mltui.model.part import Problem

    use_utf8()
    workspace = open_told(options)
    try:
        known = (_with_alive(workspace, _job(workspace, word)),) if word else workspace.jobs.load()
        jobs: tuple[Job, ...] = known
        problems: tuple[Problem, ...] = ()
        if not workspace.config.read_only:  # what ended elsewhere is brought home
            jobs, problems = follow(workspace.project, workspace.runner, workspace.config, known)
        if as_json:
            from mltui.cli.machine import write_json
            from mltui.present.job_document import job_document

            write_json({"schema": 1, "jobs": [job_document(job) for job in jobs]})
        else:
            _write(workspace, jobs, whole=bool(word))
        say_each(problems)
        return OK
    finally:
        workspace.close()


def _with_alive(workspace: Workspace, job: Job) -> Job:
    """A lost job of this box with what of it lives on: it can be stopped still."""
    from dataclasses import replace

    from mltui.actions.executors.registry import executor_named

    if job.state != "lost" or job.spec.kind != "local":
        return job
    executor = executor_named(workspace.project, workspace.runner, workspace.config, job.spec.executor)
    return replace(job, alive=executor.status(job).alive)


def _write(workspace: Workspace, jobs: tuple[Job, ...], *, whole: bool) -> None:
    from mltui.present.job_detail import job_detail
    from mltui.present.jobs import JobScene, job_rows
    from mltui.present.run_scene import RunScene
    from mltui.present.table_text import table_text
    from mltui.sources.port import now_ms

    drawn = is_terminal()
    view = JobScene(RunScene(now_ms(), symbols(workspace.config), whole=not drawn), jobs)
    if whole:
        from mltui.sources.jobs.made import made

        known = workspace.pipeline.remembered()
        found = made(workspace, jobs[0], known.stages if known else ()) if jobs[0].start is not None else None
        write(job_detail(jobs[0], view, found), cut=False)
    elif jobs:
        write(table_text(job_rows(view), columns() if drawn else None))
    else:
        sys.stdout.write("nothing was started from here yet: mltui retrain\n")


def stop(options: Options, word: str, how: How, *, grace: float | None, kill: bool) -> int:
    """Stop a job, or what runs of an MLflow run. Raises `Refused` with the reason where that can't be done."""
    from mltui.actions.gateway import gateway_of, read_only
    from mltui.actions.jobs.stop import Stop
    from mltui.actions.jobs.stoppable import NotStoppable
    from mltui.cli.doing import do

    workspace = open_told(options)
    try:
        if refused := read_only(workspace.config, f"stop {word}"):
            raise refused
        target = _target(workspace, word)
        if isinstance(target, NotStoppable):
            raise Refused(target.why, target.hint)

        def question(alive: tuple[tuple[int, str], ...]) -> bool:
            return kill or (not how.json and _killed(alive))

        action = Stop(target, workspace, grace=grace, kill=question)
        return do(gateway_of(workspace), workspace.config, action, how)
    finally:
        workspace.close()


def _killed(alive: tuple[tuple[int, str], ...]) -> bool:
    """The second question; no where nobody can answer it."""
    for pid, command in alive:
        sys.stderr.write(f"  {pid} {safe(command[:200])}\n")
    if not can_ask():
        say("it still lives; SIGKILL needs --kill without a terminal")
        return False
    return agrees("Kill it? It can't clean up then.")


def _target(workspace: Workspace, word: str) -> Target | NotStoppable:
    from mltui.actions.jobs.stoppable import stoppable_job, stoppable_run
    from mltui.cli.find_runs import find_runs

    try:
        return stoppable_job(workspace.jobs.one(word))
    except NotFound as no_job:
        try:
            (run,) = find_runs(workspace, [word], experiments=False)
        except (UsageError, NotFound) as error:
            raise UsageError(f"no job and no run is called {word!r}", error.hint or no_job.hint) from error
    return stoppable_run(run, workspace.jobs.load())


def restore(options: Options, word: str, how: How) -> int:
    """Put back what a job left different."""
    from mltui.actions.gateway import gateway_of, read_only
    from mltui.actions.jobs.restore import Restore
    from mltui.cli.doing import do

    workspace = open_told(options)
    try:
        if refused := read_only(workspace.config, f"put back what job {word} left"):
            raise refused
        return do(gateway_of(workspace), workspace.config, Restore(_job(workspace, word), workspace.runner), how)
    finally:
        workspace.close()


def clean(options: Options, words: Sequence[str], how: How) -> int:
    """Take away what ended jobs left elsewhere; without words, all of them."""
    from mltui.actions.gateway import gateway_of, read_only
    from mltui.actions.jobs.clean import Clean, look
    from mltui.cli.doing import do
    from mltui.present.cleaning import clean_lines

    workspace = open_told(options)
    try:
        if refused := read_only(workspace.config, "take away what jobs left"):
            raise refused
        jobs = [_job(workspace, word) for word in words] or workspace.jobs.load()
        if running := next((job for job in jobs if words and not job.ended), None):
            raise Refused(f"job {running.id} has not ended", f"stop it first: mltui stop {running.id}")
        left = look(workspace, jobs)
        lines = clean_lines(left.found, left.alone, symbols(workspace.config))
        return do(gateway_of(workspace), workspace.config, Clean(workspace, left), how, lines)
    finally:
        workspace.close()


def _job(workspace: Workspace, word: str) -> Job:
    try:
        return workspace.jobs.one(word)
    except NotFound as error:
        raise UsageError(error.summary, error.hint) from error
