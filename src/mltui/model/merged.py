"""MLflow runs and DVC experiments in one list."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import merge
from typing import TYPE_CHECKING

from mltui.model.key_names import key_of
from mltui.model.runs import USER_TAG, Run

if TYPE_CHECKING:
    from mltui.model.dvc import DvcExperiment


def as_run(experiment: DvcExperiment) -> Run:
    """A DVC experiment dressed as a run: started when it was committed or queued, its commit its own.

    Its `experiment` is the baseline's short hash, as ``dvc exp show`` groups them. One that did not finish has no
    commit that anybody made.
    """
    finished = experiment.status == "FINISHED"
    return Run(
        run_id=experiment.commit,
        name=experiment.name,
        kind="exp",
        experiment=experiment.baseline[:7],
        experiment_id="",
        status=experiment.status,
        lifecycle="active",
        start=experiment.time,
        end=experiment.time if finished else experiment.end,
        commit=experiment.commit if finished else None,
        metrics=experiment.metrics,
        params=experiment.params,
        tags={USER_TAG: experiment.author},
        note=_note(experiment),
    )


def _note(experiment: DvcExperiment) -> str:
    if experiment.stuck:
        return f"{experiment.stuck}. {key_of('experiment')} stops it"
    lacking = experiment.not_in_cache
    return f"{', '.join(lacking)}: not in the cache (dvc exp pull may bring it)" if lacking else ""


def merged(runs: Iterable[Run], experiments: Iterable[DvcExperiment]) -> tuple[Run, ...]:
    """Both, newest first. `runs` must be in their usual order: start descending, then run_id."""
    ours = sorted(map(as_run, experiments), key=order)
    return tuple(merge(runs, ours, key=order)) if ours else tuple(runs)


def order(run: Run) -> tuple[bool, int, str]:
    """The order of every list of runs (CONTRACT): start descending (none last), then id."""
    return (run.start is None, -(run.start or 0), run.run_id)
