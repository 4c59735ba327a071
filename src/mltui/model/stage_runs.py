"""Which runs a stage made, by what is recorded of them: nothing is joined for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mltui.model.job import Job
from mltui.model.lineage.graph import Graph
from mltui.model.lineage.recorded import stage_said
from mltui.model.made import step_at
from mltui.model.metric import PrimaryMetric
from mltui.model.runs import JOB_TAG, Run


@dataclass(frozen=True, slots=True)
class StageRuns:
    """The runs of one stage. `newest` are those at the commit of the newest one (all without a commit, if it has
    none), the newest first; `best` of them by the primary metric, None where nobody said which way is better.

    `total` is all of the stage, `inferred` how many of `newest` are known by the lineage only.
    """

    newest: tuple[Run, ...]
    best: Run | None
    total: int
    inferred: int = 0

    @property
    def commit(self) -> str | None:
        """Where `newest` were made, as far as it is recorded."""
        return self.newest[0].commit


def runs_of_stage(
    address: str, runs: Iterable[Run], jobs: Sequence[Job], primary: PrimaryMetric | None, graph: Graph | None = None
) -> StageRuns | None:
    """Those that say so (the recorder, ``DVC_STAGE``), those that a job's step made, and those that `graph`, where it
    is at hand, ties to the stage. None if there are none."""
    by_id = {job.id: job for job in jobs}
    tied = _tied(address, graph)
    own: list[Run] = []
    inferred: set[str] = set()
    for run in runs:
        if run.lifecycle == "deleted":
            continue
        said = _recorded(run, by_id)
        if said == address:
            own.append(run)
        elif not said and run.run_id in tied:
            own.append(run)
            inferred |= {run.run_id} if tied[run.run_id] else set()
    if not own:
        return None
    own.sort(key=lambda run: run.start or 0, reverse=True)
    newest = tuple(run for run in own if run.commit == own[0].commit)
    return StageRuns(newest, _best(newest, primary), len(own), sum(run.run_id in inferred for run in newest))


def _recorded(run: Run, jobs: Mapping[str, Job]) -> str:
    if (said := stage_said(run)) is not None:
        return said[0]
    job = jobs.get(run.tags.get(JOB_TAG, ""))
    step = step_at(job, run.start) if job is not None else None
    return step.address if step is not None else ""


def _tied(address: str, graph: Graph | None) -> dict[str, bool]:
    """Ids of the runs that the graph says the stage was, and whether that is inferred."""
    edges = graph.out_of.get(f"stage:{address}", ()) if graph is not None else ()
    return {
        edge.target.partition(":")[2]: edge.kind != "recorded"
        for edge in edges
        if edge.target.startswith("run:") and edge.kind != "unknown"
    }


def _best(runs: Sequence[Run], primary: PrimaryMetric | None) -> Run | None:
    if primary is None or primary.goal is None:
        return None
    measured = [run for run in runs if math.isfinite(run.metrics.get(primary.key, math.nan))]
    pick = max if primary.goal == "max" else min
    return pick(measured, key=lambda run: run.metrics[primary.key], default=None)
