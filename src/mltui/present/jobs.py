"""Jobs as rows: how each stands, how far it is, how long it takes, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mltui.model.job import Job, JobState, StepState
from mltui.model.jobs import expected, progress
from mltui.model.runs import Run
from mltui.present.jobs_running import so_long
from mltui.present.layout import cells
from mltui.present.marks import METRIC, metric_label, short_who, took
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.run_scene import RunScene
from mltui.present.text import Line, Role, Span, Symbols, ago, line, number, safe

#: State -> (attribute of `Symbols`, role).
_STATE: Final[dict[JobState, tuple[str, Role]]] = {
    "queued": ("scheduled", "dim"),
    "running": ("running", "running"),
    "stopping": ("running", "warn"),
    "finished": ("fresh", "good"),
    "failed": ("failed", "bad"),
    "stopped": ("killed", "warn"),
    "lost": ("unknown", "unknown"),
}
_STEP: Final[dict[StepState, tuple[str, Role]]] = {
    "waiting": ("scheduled", "dim"),
    "running": ("running", "running"),
    "done": ("fresh", "good"),
    "cached": ("fresh", "dim"),
    "skipped": ("fresh", "dim"),
    "failed": ("failed", "bad"),
    "stopped": ("killed", "warn"),
}


@dataclass(frozen=True, slots=True)
class JobScene:
    """What the cells of jobs need besides: all jobs, newest first, and the newest run of each by the job's id.

    `experiments` are the names and commits of those that are there, None where nobody knows.
    """

    scene: RunScene
    jobs: tuple[Job, ...] = ()
    made: Mapping[str, Run] = field(default_factory=dict)
    experiments: frozenset[str] | None = None

    def mark(self, job: Job) -> Span:
        return job_mark(job.state, self.scene.symbols)

    def step_mark(self, state: StepState) -> Span:
        name, role = _STEP[state]
        return Span(getattr(self.scene.symbols, name), role)


def job_mark(state: JobState, symbols: Symbols) -> Span:
    """The symbol of the state a job is in."""
    name, role = _STATE[state]
    return Span(getattr(symbols, name), role)


def state_role(state: JobState) -> Role:
    """The role of a state, for its word."""
    return _STATE[state][1]


def job_rows(view: JobScene) -> Rows[Job]:
    """Every job as a row, newest first."""
    symbols = view.scene.symbols
    fields: list[Cell[Job]] = [
        Cell(Column("state", "", 1, rank=0), lambda job: (view.mark(job),), lambda job: by_text(job.state)),
        Cell(
            Column("when", "when", 6, "right", rank=0, falling=True),
            lambda job: line(ago(job.spec.created, view.scene.now)),
            lambda job: by_number(job.spec.created),
        ),
        Cell(
            Column("title", "job", 14, flex=True, rank=0, enough=28),
            lambda job: line(Span(safe(job.spec.title, symbols), "accent")),
            lambda job: by_text(job.spec.title),
        ),
        Cell(
            Column("stages", "stages", min(18, max([6, *(cells(_stages(job)) for job in view.jobs)])), rank=1),
            lambda job: line(Span(safe(_stages(job), symbols), _stages_role(job))),
            lambda job: by_number(progress(job)[0]),
        ),
        Cell(
            Column("took", "took", min(24, max([4, *(cells(_took(job, view)) for job in view.jobs)])), rank=1),
            lambda job: line(_took(job, view)),
            lambda job: by_number(_ms(job, view)),
        ),
    ]
    if view.scene.primary and any(job.id in view.made for job in view.jobs):
        fields += _results(view)
    if any(job.experiment for job in view.jobs):
        fields.append(
            Cell(
                Column("experiment", "experiment", 12, rank=3),
                lambda job: line(safe(job.experiment or "", symbols)),
                lambda job: by_text(job.experiment),
            )
        )
    fields += [
        Cell(
            Column("executor", "executor", 8, rank=3),
            lambda job: line(Span(safe(job.spec.executor, symbols), "dim")),
            lambda job: by_text(job.spec.executor),
        ),
        Cell(
            Column("who", "who", 8, rank=4),
            lambda job: line(Span(safe(short_who(job.spec.who), symbols), "dim")),
            lambda job: by_text(job.spec.who),
        ),
    ]
    return Rows(tuple(fields), view.jobs, lambda job: job.id, _words)


def _results(view: JobScene) -> list[Cell[Job]]:
    """The primary metric of the newest run that a job made, and what of it the champion or baseline has."""
    scene = view.scene
    key = scene.primary.key if scene.primary else ""

    def value(job: Job) -> float | None:
        run = view.made.get(job.id)
        return run.metrics.get(key) if run is not None else None

    def versus(job: Job) -> Line:
        run = view.made.get(job.id)
        return (scene.versus(run),) if run is not None and value(job) is not None else ()

    cells_of: list[Cell[Job]] = [
        Cell(
            Column("result", metric_label(scene.primary, scene.symbols), METRIC, "right", rank=2, terse=True),
            lambda job: () if (found := value(job)) is None else line(number(found)),
            lambda job: by_number(value(job)),
        )
    ]
    if scene.champions:
        cells_of.append(
            Cell(Column("versus", "vs champion", 11, "right", rank=3), versus, lambda job: by_number(value(job)))
        )
    return cells_of


def _stages(job: Job) -> str:
    """``2/4 train``: how many are done, and the one that runs or failed; ``all 4 fresh`` where none had to run."""
    done, total = progress(job)
    if not total:
        fresh = sum(step.state == "skipped" for step in job.steps)
        return f"{'all ' if job.state == 'finished' and fresh > 1 else ''}{fresh} fresh" if fresh else ""
    at = job.failed_stage or job.stage
    return f"{done}/{total} {at}".rstrip()


def _stages_role(job: Job) -> Role:
    return "bad" if job.state == "failed" else "running" if job.state == "running" else ""


def _took(job: Job, view: JobScene) -> str:
    if job.ended:
        return took(job.start, job.end, view.scene.now)
    return so_long(job, expected(job, view.jobs), view.scene.now) if job.state != "queued" else "queued"


def _ms(job: Job, view: JobScene) -> float | None:
    if job.start is None:
        return None
    end = job.end if job.ended else view.scene.now
    return None if end is None else end - job.start


def _words(job: Job) -> str:
    """What a filter finds besides the cells."""
    return " ".join((job.id, job.state, job.spec.mode, *job.spec.targets, *job.spec.overrides, *job.spec.stages))


def made_by(runs: Sequence[Run], tag: str) -> dict[str, Run]:
    """The newest run of each job, by the job's id: `runs` are newest first, `tag` names the job."""
    found: dict[str, Run] = {}
    for run in runs:
        if id := run.tags.get(tag):
            found.setdefault(id, run)
    return found
