"""What places make of the parts they are given: values, what stood in the way, and who is measured against whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from mltui.model.champion import champions
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part
from mltui.model.registry import RegisteredModel, registered_as
from mltui.model.runs import Run, RunTable
from mltui.model.traces import Traces, traces
from mltui.present.runs import RunScene
from mltui.present.text import Symbols
from mltui.tui.memory import snapshot_of
from mltui.tui.places.base import Parts

if TYPE_CHECKING:
    from mltui.model.dvc import DvcExperiment, Pipeline
    from mltui.model.git import History
    from mltui.model.job import Job
    from mltui.model.lineage.graph import Graph
    from mltui.model.status import Snapshot
    from mltui.sources.workspace import Workspace

T = TypeVar("T")
U = TypeVar("U")

HistoryPart: TypeAlias = "Part[History] | None"
PipelinePart: TypeAlias = "Part[Pipeline] | None"
ExperimentsPart: TypeAlias = "Part[tuple[DvcExperiment, ...]] | None"
RunsPart: TypeAlias = "Part[RunTable] | None"
ModelsPart: TypeAlias = "Part[tuple[RegisteredModel, ...]] | None"
JobsPart: TypeAlias = "Part[tuple[Job, ...]] | None"
LineagePart: TypeAlias = "Part[Graph] | None"


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
    named = _registered_as(registered) if registered else {}
    return RunScene(now, symbols, primary, champions(registered or (), by_id), versions=named)


class _OfTheLast(Generic[T, U]):
    """A function that keeps its last answer: for who asks again and again about the very same thing."""

    def __init__(self, find: Callable[[T], U]) -> None:
        self._find = find
        self._last: tuple[T, U] | None = None

    def __call__(self, thing: T) -> U:
        known = self._last  # another thread may put another one there
        if known is None or known[0] is not thing:
            known = self._last = thing, self._find(thing)
        return known[1]


#: Of 20,000 versions it takes a while, and each detail of a run asks.
_registered_as: _OfTheLast[tuple[RegisteredModel, ...], Mapping[str, tuple[str, ...]]] = _OfTheLast(registered_as)


def traces_of(runs: RunsPart, pipeline: PipelinePart, models: ModelsPart) -> Traces:
    """What came out of which commit."""
    known, registered = value(pipeline), value(models)
    return traces(runs_of(runs), known.datasets if known else (), registered or ())


def moment(workspace: Workspace, parts: Parts, primary: PrimaryMetric | None) -> Snapshot:
    """The parts as one snapshot, with the newest run of each experiment."""
    latest: dict[str, Run] = {}
    for run in runs_of(parts.get("runs")):
        latest.setdefault(run.experiment_id, run)
    return replace(snapshot_of(workspace, parts, primary), latest=tuple(latest.values()))
