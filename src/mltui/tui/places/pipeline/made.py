"""The runs of the stage looked at, looked for once for each state of what they are told by."""

from __future__ import annotations

from mltui.model.job import Job
from mltui.model.lineage.graph import Graph
from mltui.model.metric import PrimaryMetric
from mltui.model.stage_runs import StageRuns, runs_of_stage
from mltui.present.stage_runs import made_line
from mltui.present.text import Line
from mltui.tui.places.parts import JobsPart, LineagePart, RunsPart, runs_of, value


class MadeRuns:
    """A detail is told again each second while a job runs; tens of thousands of runs are gone through only when one of
    the parts is another."""

    def __init__(self) -> None:
        self._stood_on: tuple[object, ...] = ()
        self._found: StageRuns | None = None

    def line(
        self, address: str, runs: RunsPart, jobs: JobsPart, primary: PrimaryMetric | None, lineage: LineagePart
    ) -> Line:
        """What the detail of a stage says of them."""
        graph: Graph | None = value(lineage)
        known: tuple[Job, ...] | None = value(jobs)
        stands_on = (address, runs, jobs, primary, graph)
        if len(self._stood_on) != len(stands_on) or any(
            one is not other for one, other in zip(self._stood_on, stands_on, strict=True)
        ):
            self._found = runs_of_stage(address, runs_of(runs), known or (), primary, graph)
            self._stood_on = stands_on
        return made_line(self._found, primary)
