"""What `mltui pipeline --json` prints (``schema/pipeline.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mltui.model.durations import durations, usual
from mltui.model.dvc import Entry, Pipeline, Stage
from mltui.model.part import Problem
from mltui.model.remote import RemoteAnswers
from mltui.model.stage_facts import OutChange, StageFacts
from mltui.model.stage_runs import StageRuns
from mltui.model.stage_state import failures, last_step
from mltui.present.history_document import brief_run, primary_document
from mltui.present.jsonable import jsonable
from mltui.present.run_scene import RunScene
from mltui.present.runs_machine import problem_document
from mltui.present.stage_detail import GraphScene, changes_of, running_step
from mltui.present.status_json import stage_document


@dataclass(frozen=True, slots=True)
class Asked:
    """What is told only of one stage that was asked for: what git and DVC's files tell of its last run (None where they
    were not read), the runs it made, and what cells of these need. `remotes` are answers by a stage's address."""

    facts: StageFacts | None = None
    made: StageRuns | None = None
    runs: RunScene | None = None
    remotes: Mapping[str, RemoteAnswers] = field(default_factory=dict)


def pipeline_document(
    pipeline: Pipeline,
    stages: Iterable[Stage],
    scene: GraphScene,
    asked: Asked,
    problems: Iterable[Problem],
    *,
    at: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """`stages` are those of `pipeline` that are printed, `at` is the time of ``--at``."""
    return {
        "schema": 1,
        "at": at,
        "as_of": pipeline.as_of,
        "settled": pipeline.settled,
        "primary": primary_document(asked.runs.primary) if asked.runs else None,
        "stages": [_stage(stage, scene, asked) for stage in stages],
        "problems": [problem_document(each) for each in problems],
    }


def _stage(stage: Stage, scene: GraphScene, asked: Asked) -> dict[str, Any]:
    taken, failed, last = (
        durations(scene.jobs, stage.address),
        failures(scene.jobs),
        last_step(scene.jobs, stage.address),
    )
    state = scene.states[stage.address]
    return {
        **stage_document(stage),
        "state": state,
        "parents": list(stage.parents),
        "wdir": stage.wdir,
        "desc": stage.desc,
        "always_changed": stage.always_changed,
        "locked": stage.locked,
        "deps": [_entry(each, changes_of(stage, "dep")) for each in stage.deps],
        "outs": [_out(each, stage, asked) for each in stage.outs],
        "params": jsonable(stage.params or {}),
        "metrics": list(stage.metrics),
        "plots": list(stage.plots),
        "running": _running(stage, scene),
        "failed_job": failed[stage.address].id if state == "failed" and stage.address in failed else None,
        "last_run": {"end": last[0], "took": last[1]} if last else None,
        "durations": list(taken),
        "median": usual(taken),
        "moved": _moved(asked.facts) if asked.facts else None,
        "made": _made(asked.made, asked.runs) if asked.made and asked.runs else None,
    }


def _entry(entry: Entry, changes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "path": entry.path,
        "hash": entry.hash,
        "size": entry.size,
        "nfiles": entry.nfiles,
        "change": changes.get(entry.path),
    }


def _out(entry: Entry, stage: Stage, asked: Asked) -> dict[str, Any]:
    facts = {each.path: each for each in asked.facts.outs} if asked.facts else {}
    change = facts.get(entry.path)
    remote = asked.remotes.get(stage.address)
    answer = remote.answers.get(entry.hash) if remote and entry.hash else None
    return {
        **_entry(entry, changes_of(stage, "out")),
        "cached": entry.cached,
        "pushed": entry.pushed,
        "rows": change.rows if change else None,
        "before": _before(change) if change else None,
        "remote": {"name": remote.name, "there": answer.there, "asked": answer.asked} if remote and answer else None,
    }


def _before(change: OutChange) -> dict[str, Any] | None:
    known = (change.size_before, change.nfiles_before, change.rows_before)
    if known == (None, None, None):
        return None
    size, nfiles, rows = known
    return {"size": size, "nfiles": nfiles, "rows": rows, "same": change.same, "stands_out": change.stands_out}


def _running(stage: Stage, scene: GraphScene) -> dict[str, Any] | None:
    """Who runs it; of a process that is no job's when its first stage began."""
    if stage.status != "running":
        return None
    ours, runner = running_step(stage, scene.jobs), stage.runner
    return {
        "pid": runner.pid if runner else None,
        "user": runner.user if runner else "",
        "command": runner.command if runner else "",
        "start": runner.start if runner else None,
        "job": ours[0].id if ours else None,
        "since": ours[1].start if ours else None,
    }


def _moved(facts: StageFacts) -> dict[str, Any]:
    return {"commit": facts.commit, "date": facts.time, "uncommitted": facts.uncommitted, "before": facts.before}


def _made(found: StageRuns, scene: RunScene) -> dict[str, Any]:
    return {
        "total": found.total,
        "commit": found.commit,
        "inferred": found.inferred,
        "best": found.best.run_id if found.best else None,
        "runs": [brief_run(run, scene) for run in found.newest],
    }
