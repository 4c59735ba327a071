"""What needs somebody: the Overview's *Needs you* and `attention[]` of `mltui status --json` (CONTRACT)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mltui.model.ages import age_ago, elapsed
from mltui.model.jobs import edited, in_need
from mltui.model.key_names import key_of
from mltui.model.life import life_text
from mltui.model.part import Problem
from mltui.model.runs import Run
from mltui.model.sizes import size
from mltui.model.stage_state import failures
from mltui.model.status import Attention, Snapshot

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline, Reason, Stage
    from mltui.model.job import Edit, Job

#: Reasons named in one line; the rest is counted.
REASONS_SHOWN = 2


def attention(snapshot: Snapshot, now: int | None = None) -> tuple[Attention, ...]:
    """Everything that needs somebody, in the order of CONTRACT: stages, runs, jobs, problems.

    With `now` (epoch ms) runs say how long ago they failed; a document that a machine compares has no use for that.

    Stale stages; missing ones only if the project's DVC cache holds anything (a fresh clone before ``dvc pull`` needs
    nobody); each experiment's newest run if it FAILED, is gone or silent; DVC experiments that nobody else will end;
    jobs that failed or were lost, until one like them was started later, and those while which somebody edited what
    they read, as long as dvc.lock has it so; problems.
    """
    return (
        *(_stages(snapshot.pipeline.value) if snapshot.pipeline.value else ()),
        *_runs(snapshot.latest, now),
        *_experiments(snapshot),
        *_jobs(snapshot.jobs.value or (), now),
        *(Attention("problem", problem.path or problem.source, problem.summary) for problem in problems(snapshot)),
    )


def told_once(entries: Sequence[Attention], snapshot: Snapshot, now: int | None = None) -> tuple[Attention, ...]:
    """`attention` as a person is told it: a stage and the job in which it failed are one entry, which names both."""
    jobs = failed_in([each.what for each in entries if each.kind == "stage"], snapshot)
    named = {job.id for job in jobs.values()}
    return tuple(
        replace(each, why=f"{failed_text(job, each.what, now)} in job {job.id}; {each.why}")
        if each.kind == "stage" and (job := jobs.get(each.what))
        else each
        for each in entries
        if each.kind != "job" or each.what not in named
    )


def failed_in(addresses: Sequence[str], snapshot: Snapshot) -> dict[str, Job]:
    """The job in need in which each of these stages failed when it was last tried."""
    jobs = snapshot.jobs.value or ()
    needed, failed = {job.id for job in in_need(jobs)}, failures(jobs)
    return {each: job for each in addresses if (job := failed.get(each)) is not None and job.id in needed}


def failed_text(job: Job, address: str, now: int | None) -> str:
    """``failed 2 min ago``, of a stage in its job."""
    end = next((step.end for step in job.steps if step.address == address), None)
    return f"failed{_ago(end if end is not None else job.end, now)}"


def problems(snapshot: Snapshot) -> tuple[Problem, ...]:
    """What stood in the way, each once: of every part, of the pipeline's files, of the stores, of the configuration.

    That something is not there at all (`Problem.absent`) is no problem. A store that does not answer is in the way of
    its runs and models too: it is said once, of the store. So is what keeps git from its state and its experiments.
    """
    parts = (
        snapshot.git,
        snapshot.pipeline,
        snapshot.experiments,
        snapshot.stores,
        snapshot.newest,
        snapshot.models,
        snapshot.jobs,
    )
    found = [part.problem for part in parts if part.problem and not part.problem.absent]
    found += snapshot.pipeline.value.problems if snapshot.pipeline.value else ()
    found += [
        Problem("mlflow", store.problem, store.hint, store.uri)
        for store in snapshot.stores.value or ()
        if store.problem
    ]
    found += [problem for problem in snapshot.problems if not problem.absent]
    placed = {(problem.summary, problem.hint) for problem in found if problem.path}
    said = {(one.path, one.summary, one.hint): one for one in reversed(found)}  # the first to say it
    once = [one for one in found if said[one.path, one.summary, one.hint] is one]
    return tuple(one for one in dict.fromkeys(once) if one.path or (one.summary, one.hint) not in placed)


def _stages(pipeline: Pipeline) -> Iterator[Attention]:
    wanted = ("stale",) if pipeline.cache_empty else ("stale", "missing")
    for stage in pipeline.stages:
        if stage.status in wanted:
            yield Attention("stage", stage.address, why(stage))


def why(stage: Stage) -> str:
    """Why `stage` is not fresh, in one line: ``param lr 0.1 → 0.05``, ``dep data.csv modified``, ``after train``."""
    if stage.status == "missing" and not stage.locked:
        return "never run"  # of what it reads all is new to dvc.lock: nothing was modified
    own = stage.reasons[:REASONS_SHOWN]
    if own:
        more = len(stage.reasons) - len(own)
        return ", ".join(reason_text(reason) for reason in own) + (f" and {more} more" if more else "")
    before = [parent for parent in stage.parents if parent in stage.upstream] or list(stage.upstream)
    if before:
        return "after " + _some(before)
    return "never run" if stage.status == "missing" else stage.status


def reason_text(reason: Reason) -> str:
    """One reason in a few words; a param with its values, a command without (they are long)."""
    if reason.kind == "param":
        name = reason.key or reason.path
        if reason.old is None and reason.new is None:
            return f"param {name} {reason.change}"
        return f"param {name} {value_text(reason.old)} → {value_text(reason.new)}"
    if reason.kind == "command":
        return "command changed"
    if reason.kind == "always":
        return "always changed"
    if reason.kind == "unhashed" and isinstance(reason.new, dict):
        return f"{reason.path} {unhashed_text(reason)}"
    return " ".join(part for part in (_noun(reason), reason.path, reason.change) if part)


def unhashed_text(reason: Reason) -> str:
    """``mtime moved, 212 GB, not hashed. H hashes it, about 17 min``; several files are counted."""
    found: dict[str, Any] = reason.new if isinstance(reason.new, dict) else {}
    files, seconds = found.get("files", 1), found.get("seconds")
    much = f"{size(found.get('bytes', 0))}{f' in {files:,} files' if files > 1 else ''}"
    lasts = f", about {elapsed(max(1, seconds))}" if seconds is not None else ""
    return f"mtime moved, {much}, not hashed. {key_of('hash')} hashes it{lasts}"


def value_text(value: Any) -> str:
    """A param's value: text bare, a missing one as "none", mappings and lists as YAML writes them in one line."""
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {value_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(value_text, value)) + "]"
    return value if isinstance(value, str) and value else repr(value)


def _noun(reason: Reason) -> str:
    return {"dep": "dep", "out": "out"}.get(reason.kind, "")


def _some(addresses: Sequence[str]) -> str:
    more = len(addresses) - REASONS_SHOWN
    return ", ".join(addresses[:REASONS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _runs(latest: Sequence[Run], now: int | None) -> Iterator[Attention]:
    several = len({run.experiment_id for run in latest}) > 1
    for run in latest:
        if run.lifecycle != "active" or run.problem:
            continue
        where = f" in {run.experiment}" if several else ""
        if run.status == "FAILED":
            when = run.end if run.end is not None else run.start
            yield Attention("run", run.name or run.run_id, f"failed{_ago(when, now)}{where}")
        elif run.life is not None:
            yield Attention("run", run.name or run.run_id, f"{life_text(run.life, now)}{where}")


def _experiments(snapshot: Snapshot) -> Iterator[Attention]:
    """Those that are lost in DVC's queue, or live on; of one that is a job's the job says so."""
    jobs = {job.experiment or job.spec.experiment for job in in_need(snapshot.jobs.value or ())}
    for one in snapshot.experiments.value or ():
        if one.stuck and (one.lives_on or one.name not in jobs):
            yield Attention(
                "run", one.name or one.commit, f"{one.stuck}; {key_of('experiment')} or mltui exp stop ends it"
            )


def _jobs(jobs: Sequence[Job], now: int | None) -> Iterator[Attention]:
    for job in in_need(jobs):
        when = job.end if job.end is not None else job.start
        where = f" at {job.failed_stage}" if job.failed_stage else ""
        yield Attention("job", job.id, f"{job.state}{where}{_ago(when, now)}, {job.spec.title}")
    for job, step in edited(jobs):
        what = ", ".join(edit_text(each) for each in step.edited if each.stands)
        if step.state == "running":
            yield Attention("job", job.id, f"{what} edited while {step.address} runs: dvc.lock will say it was read so")
        else:
            yield Attention("job", job.id, f"{what} edited while {step.address} ran: dvc.lock says it was read so")


def edit_text(edit: Edit) -> str:
    """``lr 0.1 → 0.2 of params.yaml``; without params the file."""
    changed = [f"{key} {value_text(old)} → {value_text(new)}" for key, old, new in edit.params[:REASONS_SHOWN]]
    more = f" and {len(edit.params) - REASONS_SHOWN} more" if len(edit.params) > REASONS_SHOWN else ""
    return f"{', '.join(changed)}{more} of {edit.path}" if changed else edit.path


def _ago(then: int | None, now: int | None) -> str:
    if then is None or now is None or then > now:
        return ""
    return f" {age_ago((now - then) / 1000)}"
