"""What places make of the parts they are given: values, what stood in the way, and who is measured against whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from mltui.model.champion import champions
from mltui.model.dvc import DvcExperiment, Pipeline
from mltui.model.git import History
from mltui.model.lineage.graph import Graph
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part, Problem
from mltui.model.registry import RegisteredModel, registered_as
from mltui.model.runs import Run, RunTable
from mltui.model.status import Snapshot
from mltui.model.traces import Traces, traces
from mltui.present.runs import RunScene
from mltui.present.text import Line, Span, Symbols, line, safe
from mltui.tui.memory import snapshot_of
from mltui.tui.places.base import Parts

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

T = TypeVar("T")

HistoryPart = Part[History] | None
PipelinePart = Part[Pipeline] | None
ExperimentsPart = Part[tuple[DvcExperiment, ...]] | None
RunsPart = Part[RunTable] | None
ModelsPart = Part[tuple[RegisteredModel, ...]] | None
LineagePart = Part[Graph] | None


def value(part: Part[T] | None) -> T | None:
    """What the part holds, if anything."""
    return part.value if part else None


def runs_of(part: RunsPart) -> tuple[Run, ...]:
    """The runs of the active store that are loaded."""
    return part.value.runs if part and part.value else ()


def scene_of(runs: RunsPart, models: ModelsPart, primary: PrimaryMetric | None, now: int, symbols: Symbols) -> RunScene:
    """What cells of runs need besides the run."""
    registered = value(models)
    by_id = {run.run_id: run for run in runs_of(runs)} if registered else {}
    named = registered_as(registered or ())
    return RunScene(now, symbols, primary, champions(registered or (), by_id), versions=named)


def traces_of(runs: RunsPart, pipeline: PipelinePart, models: ModelsPart) -> Traces:
    """What came out of which commit."""
    known, registered = value(pipeline), value(models)
    return traces(runs_of(runs), known.datasets if known else (), registered or ())


def stood_in_the_way(*parts: Part[Any] | None) -> tuple[Line, ...]:
    """The problems of parts that have no value, each with its hint; () if there is none."""
    problems = (part.problem for part in parts if part and part.value is None and part.problem)
    return problem_lines(problem for problem in problems if not problem.absent)


def lacking(part: Part[Any] | None, there: object, otherwise: tuple[Line, ...]) -> tuple[Line, ...]:
    """What a place says instead of rows: nothing if there are any or nobody knows, else what stood in the way."""
    return () if part is None or there else stood_in_the_way(part) or otherwise


def without_stage_or_dataset(part: PipelinePart, there: object, none: tuple[Line, ...]) -> tuple[Line, ...]:
    """`lacking` for what DVC tells: `none` is said of a project of DVC's that has none of them."""
    known = value(part)
    if known is not None and known.then:
        at = f"in DVC's files at {known.commit[:7]}" if known.commit else "before the first commit"
        return () if there else (line(f"None {at}."),)
    return lacking(
        part, there, none if known and known.roots else says("No DVC project here.", "dvc init", "makes one.")
    )


def problem_lines(problems: Iterable[Problem]) -> tuple[Line, ...]:
    """Each problem with its hint; what is no fault is said calmly."""
    lines: list[Line] = []
    for problem in problems:
        lines.append(line(Span(safe(problem.summary), "" if problem.absent else "bad")))
        if problem.hint:
            lines.append(line(Span(safe(problem.hint))))
    return tuple(lines)


def says(what: str, command: str, rest: str = "") -> tuple[Line, ...]:
    """``No dvc.yaml here. `dvc stage add` makes the first stage.``"""
    return (line(what), line(Span(command, "accent"), Span(f" {rest}" if rest else "")))


def moment(workspace: Workspace, parts: Parts, primary: PrimaryMetric | None) -> Snapshot:
    """The parts as one snapshot, with the newest run of each experiment."""
    latest: dict[str, Run] = {}
    for run in runs_of(parts.get("runs")):
        latest.setdefault(run.experiment_id, run)
    return replace(snapshot_of(workspace, parts, primary), latest=tuple(latest.values()))
