"""How long a stage takes, by the jobs that ran it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mltui.model.job import Job, JobStep


#: So many times are told; more of them would tell of a pipeline that is no more.
NEWEST = 20
#: So many of the newest say how long it usually takes.
USUAL = 8


def durations(jobs: Sequence[Job], address: str) -> tuple[int, ...]:
    """How long the newest jobs that ran a stage to its end took for it, the oldest first, in ms.

    Steps that DVC took from the run cache or skipped say nothing of that. `jobs` come newest first.
    """
    known = (took for _, step in steps_of(jobs, address) if (took := _took(step)) is not None)
    return tuple(reversed(list(islice(known, NEWEST))))


def all_durations(jobs: Iterable[Job]) -> dict[str, tuple[int, ...]]:
    """The same of every stage, by address, in one pass."""
    found: dict[str, list[int]] = {}
    for job in _here(jobs):
        for step in job.steps:
            if (took := _took(step)) is not None and len(kept := found.setdefault(step.address, [])) < NEWEST:
                kept.append(took)
    return {address: tuple(reversed(kept)) for address, kept in found.items()}


def usual(taken: Sequence[int]) -> int | None:
    """The median of the newest ones in ms; None without any."""
    if not taken:
        return None
    from statistics import median  # with what it brings it takes longer than what it is asked for

    return round(median(taken[-USUAL:]))


def steps_of(jobs: Sequence[Job], address: str) -> Iterator[tuple[Job, JobStep]]:
    """What jobs did with a stage of this worktree, newest first: those at another commit are left out."""
    for job in _here(jobs):
        yield from ((job, step) for step in job.steps if step.address == address)


def _here(jobs: Iterable[Job]) -> Iterator[Job]:
    return (job for job in jobs if job.spec.mode != "rev")


def _took(step: JobStep) -> int | None:
    if step.state != "done" or step.start is None or step.end is None or step.end < step.start:
        return None
    return step.end - step.start
