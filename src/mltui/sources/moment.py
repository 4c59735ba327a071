"""One moment of a project: every source asked once, git and DVC beside the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mltui.errors import NotFound, SourceError
from mltui.model.metric import primary_metric
from mltui.model.part import Part, Problem
from mltui.model.status import Snapshot
from mltui.sources.later import Later
from mltui.sources.port import now_ms, read

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.model.runs import Run, Store
    from mltui.sources.workspace import Workspace

#: Runs a summary shows; the newest 50 also decide the guessed primary metric (CONTRACT, Defaults).
NEWEST = 50


def take(workspace: Workspace, wait: float) -> Snapshot:
    """Read every part. `wait` as in `Workspace.snapshot`."""
    git = Later(lambda: read(workspace.git))
    experiments = Later(lambda: read(workspace.experiments))
    pipeline = Later(lambda: _pipeline(workspace, wait))
    stores = read(workspace.stores)
    newest = read_newest(workspace, stores.value or ())
    models = read(workspace.models)
    settled = pipeline.value()
    known = settled.value.metric_keys if settled.value else ()
    config = workspace.config
    return Snapshot(
        project=str(workspace.project.root) if not workspace.project.server else workspace.project.server,
        git=git.value(),
        pipeline=settled,
        stores=stores,
        models=models,
        newest=newest,
        experiments=experiments.value(),
        primary=primary_metric(config.primary, config.goals, known, newest.value or ()),
        problems=config.problems,
    )


def _pipeline(workspace: Workspace, wait: float) -> Part[Pipeline]:
    """The remembered status where its files stand still, else DVC's own answer, waited for `wait` seconds."""
    source = workspace.pipeline
    try:
        value = source.load(wait) if wait > 0 else source.remembered()
    except SourceError as error:
        problem = Problem("dvc", error.summary, error.hint, absent=isinstance(error, NotFound))
        return Part(source.name, None, problem, now_ms())
    if value is None:
        problem = Problem("dvc", "the pipeline's status is not known yet", "run mltui status without --no-wait")
        return Part(source.name, None, problem, now_ms())
    return Part(source.name, value, None, now_ms())


def read_newest(workspace: Workspace, stores: tuple[Store, ...]) -> Part[tuple[Run, ...]]:
    """The newest runs of the active store that are in scope."""
    if not any(store.active for store in stores):
        return Part("newest", (), None, now_ms())
    try:
        runs = workspace.runs.first(NEWEST).runs
    except SourceError as error:
        return Part("newest", None, Problem("mlflow", error.summary, error.hint), now_ms())
    return Part("newest", runs, None, now_ms())
