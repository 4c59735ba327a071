"""What a job that ended made: its MLflow runs, its DVC experiment, and its metrics against those before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.model.runs import Run

if TYPE_CHECKING:
    from mltui.model.job import Job, JobStep, StepState


#: What a step is called that ran: what was fresh or cached logged nothing.
RAN: frozenset[StepState] = frozenset({"running", "done", "failed", "stopped"})
#: A step may have begun so much earlier than is written down (ms): processes are timed in ticks.
LATE = 50


@dataclass(frozen=True, slots=True)
class MadeRun:
    """A run of the job. `stage` is the address of the stage that logged it, "" if nobody says.

    `former` is the newest run of that stage from before the job, else of the same source in the same experiment.
    """

    run: Run
    stage: str = ""
    former: Run | None = None


@dataclass(frozen=True, slots=True)
class MadeMetric:
    """A number in a metrics file of DVC's: `before` is the baseline's, `after` the job's, None where it has none."""

    path: str
    key: str
    before: float | None
    after: float | None

    @property
    def delta(self) -> float | None:
        """How much more it is now; None where one of them is not known."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Made:
    """All of it. `experiment` is the DVC experiment's name, `commit` its commit. `metrics` are compared to the commit
    `baseline` (None: the project had none). `notes` say what could not be told, and why. `missing` are paths of outs
    that it took away and did not make."""

    runs: tuple[MadeRun, ...] = ()
    experiment: str | None = None
    commit: str | None = None
    metrics: tuple[MadeMetric, ...] = ()
    baseline: str | None = None
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def step_at(job: Job, at: int | None) -> JobStep | None:
    """The step of a job that ran at a time (epoch ms)."""
    if at is None:
        return None
    begun = [(step.start, step) for step in job.steps if step.state in RAN and step.start is not None]
    last = max((each for each in begun if each[0] - LATE <= at), key=lambda each: each[0], default=(0, None))[1]
    return last if last is not None and (last.end is None or at <= last.end) else None
