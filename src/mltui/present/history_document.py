"""What `mltui history --json` prints (``schema/history.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mltui.model.dvc import Dataset
from mltui.model.git import Commit, CommitDetail
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Problem
from mltui.model.registry import ModelVersion
from mltui.model.runs import Run
from mltui.model.traces import Trace, Traces
from mltui.present.jsonable import number
from mltui.present.run_scene import RunScene
from mltui.present.runs_machine import problem_document


def history_document(
    commits: Sequence[Commit],
    known: Traces,
    scene: RunScene,
    problems: Iterable[Problem],
    *,
    complete: bool,
    at: Mapping[str, Any] | None = None,
    details: Mapping[str, CommitDetail] | None = None,
) -> dict[str, Any]:
    """`known` is what came out of each commit, `complete` whether these are all commits there are. `details` are by the
    hash of a commit that was asked for whole; `at` is the time of ``--at``."""
    wholes = details or {}
    return {
        "schema": 1,
        "at": at,
        "primary": primary_document(scene.primary),
        "commits": [_commit(each, known.of(each.sha), scene, wholes.get(each.sha)) for each in commits],
        "complete": complete,
        "problems": [problem_document(each) for each in problems],
    }


def primary_document(primary: PrimaryMetric | None) -> dict[str, Any] | None:
    """The primary metric, by which runs are told apart here; None where nothing was measured."""
    return None if primary is None else {"key": primary.key, "goal": primary.goal, "guessed": primary.guessed}


def brief_run(run: Run, scene: RunScene) -> dict[str, Any]:
    """A run that belongs to something else: which one, how it ended, its primary metric, and that minus the champion's
    (null where nothing can be told)."""
    value, gain = scene.primary_of(run), scene.gain(run)
    return {
        "run_id": run.run_id,
        "name": run.name,
        "kind": run.kind,
        "status": run.status,
        "lifecycle": run.lifecycle,
        "value": None if value is None else number(value),
        "gain": None if gain is None else number(gain),
    }


def brief_version(version: ModelVersion) -> dict[str, Any]:
    """A model version that belongs to something else."""
    return {
        "model": version.model,
        "version": version.version,
        "aliases": list(version.aliases),
        "stage": version.stage,
        "run_id": version.run_id,
    }


def _commit(commit: Commit, trace: Trace, scene: RunScene, whole: CommitDetail | None) -> dict[str, Any]:
    return {
        "commit": commit.sha,
        "parents": list(commit.parents),
        "author": commit.author,
        "email": commit.email,
        "date": commit.time,
        "authored": commit.author_time,
        "subject": commit.subject,
        "refs": [{"kind": ref.kind, "name": ref.name} for ref in commit.refs],
        "runs": [brief_run(run, scene) for run in trace.runs],
        "models": [brief_version(each) for each in trace.versions],
        "data": [_data(dataset, at) for dataset, at in trace.data],
        "message": whole.message if whole else None,
        "files": [{"path": each.path, "added": each.added, "deleted": each.deleted} for each in whole.files]
        if whole
        else None,
    }


def _data(dataset: Dataset, at: int) -> dict[str, Any]:
    return {"path": dataset.path, "address": dataset.address, "version": at, "hash": dataset.history[at - 1].hash}
