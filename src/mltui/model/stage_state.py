"""What state a stage is in for whoever looks at it: finer than the status that scripts rely on (CONTRACT)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from mltui.model.durations import steps_of

if TYPE_CHECKING:
    from mltui.model.dvc import Stage
    from mltui.model.job import Job, StepState

#: **outs missing**: dvc.lock has its entry, outs of it are not here; one that lacks only what it reads is stale, or
#: waits for what makes that. **failed**: the last job that ran it ended there, and it is not fresh since. **frozen**:
#: DVC skips it, whatever moved.
StageState = Literal[
    "fresh", "stale", "upstream stale", "running", "failed", "frozen", "never run", "outs missing", "unknown"
]
#: In the order of urgency.
STATES: Final[tuple[StageState, ...]] = (
    *("failed", "running", "stale", "outs missing", "never run", "unknown", "upstream stale", "frozen", "fresh"),
)
_TRIED: Final[frozenset[StepState]] = frozenset({"done", "cached", "failed", "stopped"})


def state_of(stage: Stage, jobs: Sequence[Job] = ()) -> StageState:
    """The state of one stage. `jobs` come newest first."""
    return _state(stage, failures(jobs))


def states_of(stages: Iterable[Stage], jobs: Sequence[Job] = ()) -> dict[str, StageState]:
    """The states of many, by address."""
    failed = failures(jobs)
    return {stage.address: _state(stage, failed) for stage in stages}


def failures(jobs: Sequence[Job]) -> dict[str, Job]:
    """The job in which each stage failed when it was last tried. `jobs` come newest first."""
    tried: dict[str, Job | None] = {}
    for job in jobs:
        for step in job.steps:
            if step.state in _TRIED and job.spec.mode != "rev":
                tried.setdefault(step.address, job if step.state == "failed" else None)
    return {address: job for address, job in tried.items() if job is not None}


def _state(stage: Stage, failed: Container[str]) -> StageState:
    """The first that applies."""
    if stage.status == "running":
        return "running"
    if stage.status != "fresh" and stage.address in failed:
        return "failed"
    if stage.status == "unknown":
        return "unknown"
    if stage.status == "missing" and not stage.locked:
        return "never run"
    if stage.status == "missing" and (not stage.reasons or any(reason.kind == "out" for reason in stage.reasons)):
        return "outs missing"
    if stage.frozen:
        return "frozen"
    if stage.status == "missing":  # what it reads is not here, what it wrote is
        return "upstream stale" if stage.upstream else "stale"
    if stage.status == "stale":
        return "stale" if stage.dvc or stage.reasons else "upstream stale"
    return "fresh"


def last_step(jobs: Sequence[Job], address: str) -> tuple[int, int | None] | None:
    """When the newest job that ran a stage to its end did so, epoch ms, and how long it took; None if none did."""
    for _, step in steps_of(jobs, address):
        if step.state == "done" and step.end is not None:
            return step.end, step.end - step.start if step.start is not None else None
    return None
