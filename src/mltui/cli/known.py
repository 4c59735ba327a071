"""What is told of a commit, a stage or a run besides: the runs, the models, the primary metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from mltui.cli.terminal import is_terminal, symbols
from mltui.errors import SourceError
from mltui.model.champion import champions
from mltui.model.metric import PrimaryMetric, primary_metric
from mltui.model.part import Part, Problem
from mltui.model.registry import RegisteredModel, registered_as
from mltui.model.runs import Run
from mltui.present.run_scene import RunScene
from mltui.sources.port import now_ms, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mltui.sources.as_of import WorkspaceThen
    from mltui.sources.workspace import Workspace

T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """The runs of the active store in scope, newest first, and what is registered; `problems`: what could not be read.
    Of another time than now: as of then."""

    runs: tuple[Run, ...]
    models: tuple[RegisteredModel, ...]
    primary: PrimaryMetric | None
    problems: tuple[Problem, ...]


def read_known(workspace: Workspace, metric_keys: Sequence[str] | None = None) -> Known:
    """Read them, as the places of the app do. `metric_keys` are those of DVC's metrics files, None where they are not
    at hand: then those that are remembered. Never raises: a store that can't be read is a problem."""
    table = part_then(workspace, read(workspace.runs))
    models = read(workspace.models, load=lambda: workspace.models.load(quick=False))
    config, runs = workspace.config, table.value.runs if table.value else ()
    keys = _remembered_keys(workspace) if metric_keys is None else metric_keys
    primary = primary_metric(config.primary, config.goals, keys, runs, config.gate_metric)
    stood = [part.problem for part in (table, models) if part.problem and not part.problem.absent]
    stood += table.value.problems if table.value else ()
    if table.value is not None and (trouble := workspace.stores.trouble()) is not None:
        stood.append(Problem("mlflow", f"{trouble.summary}; this is what was last read from it", trouble.hint))
    once = {(each.summary, each.hint): each for each in reversed(stood)}  # runs and models stand in one store
    return Known(runs, models.value or (), primary, tuple(reversed(once.values())))


def part_then(workspace: Workspace, part: Part[T]) -> Part[T]:
    """A part of now, as of the time that is looked at."""
    return cast("WorkspaceThen", workspace).part(part) if workspace.as_of else part


def scene_of(workspace: Workspace, known: Known) -> RunScene:
    """What cells of runs need besides the run; a pipe gets every text whole."""
    now = workspace.as_of.at if workspace.as_of else now_ms()
    by_id = {run.run_id: run for run in known.runs}
    return RunScene(
        now,
        symbols(workspace.config),
        known.primary,
        champions(known.models, by_id),
        workspace.config.goals,
        versions=registered_as(known.models),
        whole=not is_terminal(),
        keys=False,
    )


def _remembered_keys(workspace: Workspace) -> Sequence[str]:
    try:
        pipeline = workspace.pipeline.remembered() if not workspace.project.server else None
    except SourceError:
        return ()
    return pipeline.metric_keys if pipeline is not None else ()
