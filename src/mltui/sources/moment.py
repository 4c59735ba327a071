"""One moment of a project: every source asked once, git and DVC beside the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from mltui.config.gates import gate_problems
from mltui.errors import NotFound, SourceError
from mltui.model.merged import order
from mltui.model.metric import primary_metric
from mltui.model.part import Part, Problem
from mltui.model.status import Snapshot
from mltui.sources.later import Later
from mltui.sources.look import look
from mltui.sources.mlflow.lives import TAGS
from mltui.sources.port import now_ms, read

if TYPE_CHECKING:
    from mltui.model.dvc import Pipeline
    from mltui.model.runs import Run
    from mltui.sources.mlflow.reader import StoreReader
    from mltui.sources.workspace import Workspace

T = TypeVar("T")

#: Runs a summary shows; the newest 50 also decide the guessed primary metric (CONTRACT, Defaults).
NEWEST = 50
#: Experiments that are asked for their newest run one by one.
FEW = 20
#: So long a summary waits for a file store that was never read, to count all of it; a server is given up earlier.
COUNT_SECONDS = 30.0


def take(workspace: Workspace, wait: float) -> Snapshot:
    """Read every part. `wait` as in `Workspace.snapshot`."""
    since = time.monotonic()
    git = Later(lambda: read(workspace.git))
    experiments = Later(lambda: _looked(since, lambda: read(workspace.experiments)))
    pipeline = Later(lambda: _looked(since, lambda: _pipeline(workspace, wait)))
    stores = read(workspace.stores, load=lambda: workspace.stores.load(COUNT_SECONDS if wait > 0 else 1.0))
    newest = _newest(workspace)
    latest, unread = _of_reader(workspace, newest.value or ())
    models = _looked(since, lambda: read(workspace.models, load=lambda: workspace.models.load(quick=not wait)))
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
        jobs=read(workspace.jobs),
        primary=primary_metric(config.primary, config.goals, known, newest.value or (), config.gate_metric),
        latest=latest,
        problems=(*config.problems, *gate_problems(config), *unread, *workspace.journal.load().problems),
    )


def _looked(since: float, make: Callable[[], T]) -> T:
    with look(since):
        return make()


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


def _newest(workspace: Workspace) -> Part[tuple[Run, ...]]:
    """The newest runs of the active store that are in scope; those of a store that can't be read are a problem."""
    try:
        runs = workspace.runs.first(NEWEST).runs
        reader = workspace.stores.active()
        return Part("newest", workspace.lives.judged(reader, runs) if reader else runs, None, now_ms())
    except SourceError as error:
        problem = Problem("mlflow", error.summary, error.hint, absent=isinstance(error, NotFound))
        return Part("newest", None, problem, now_ms())


def _of_reader(workspace: Workspace, newest: tuple[Run, ...]) -> tuple[tuple[Run, ...], tuple[Problem, ...]]:
    """The newest run of each experiment, and what of the store could not be read."""
    try:
        reader = workspace.stores.reader(quick=True)  # the stores were just read, or are too slow to be waited for
        if reader is None:
            return (), ()
        return workspace.lives.judged(reader, latest_runs(reader, newest)), reader.problems()
    except SourceError:
        return (), ()  # said once already: `newest` is read from the same store


def latest_runs(reader: StoreReader, newest: Iterable[Run]) -> tuple[Run, ...]:
    """The newest run of every experiment in scope, in the order of their starts; only `newest` come with metrics.

    Raises `SourceError`.
    """
    wanted = {
        each.experiment_id
        for each in reader.experiments()
        if each.in_scope and each.lifecycle == "active" and each.runs
    }
    found: dict[str, Run] = {}
    for run in newest:
        if run.experiment_id in wanted:
            found.setdefault(run.experiment_id, run)
    left = wanted - found.keys()
    if len(left) > FEW:  # one sweep over all runs costs less than so many questions
        runs = chain.from_iterable(reader.runs(experiments=left, metrics=(), params=(), tags=TAGS))
    else:
        runs = chain.from_iterable(
            page
            for one in sorted(left)
            for page in reader.runs(experiments=(one,), limit=1, metrics=(), params=(), tags=TAGS)
        )
    for run in runs:
        found.setdefault(run.experiment_id, run)
        if len(found) == len(wanted):
            break
    return tuple(sorted(found.values(), key=order))
