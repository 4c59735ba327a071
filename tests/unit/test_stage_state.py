"""What state a stage is in, how long it takes, and who runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from mltui.model.durations import durations, usual
from mltui.model.dvc import Reason, Stage
from mltui.model.job import Job, JobSpec, JobStep
from mltui.model.stage_state import last_step, state_of, states_of
from mltui.sources.dvc.facts import Facts, RootFacts
from mltui.sources.dvc.running import running_paths, rwlock_mark, writers
from mltui.sources.dvc.settle import settle
from mltui.sources.processes import process_began

WHY = (Reason("param", "params.yaml", "modified", "lr", 0.1, 0.05),)


def stage(status: Any = "fresh", **more: Any) -> Stage:
    return Stage("train", "dvc.yaml", "train", status, **more)


def job(*steps: JobStep, mode: Any = "in place", state: Any = "finished") -> Job:
    return Job(JobSpec("1", "retrain", 0, "local", "local", mode, (), "/"), "/jobs/1", state, steps=steps)


FAILED = job(JobStep("train", "failed", 0, 1000), state="failed")


@pytest.mark.parametrize(
    ("given", "jobs", "state"),
    [
        (stage(), (), "fresh"),
        (stage(), (FAILED,), "fresh"),
        (stage("stale", reasons=WHY), (), "stale"),
        (stage("stale", dvc=("always changed",)), (), "stale"),
        (stage("stale", upstream=("a",)), (), "upstream stale"),
        (stage("stale", upstream=("a",), reasons=WHY), (), "stale"),
        (stage("stale", reasons=WHY), (FAILED,), "failed"),
        (stage("stale", reasons=WHY), (job(JobStep("train", "done", 0, 9)), FAILED), "stale"),
        (stage("stale", reasons=WHY), (job(JobStep("train", "running", 0)), FAILED), "failed"),
        (stage("stale", reasons=WHY), (job(JobStep("train", "failed", 0, 9), mode="rev"),), "stale"),
        (stage("running"), (FAILED,), "running"),
        (stage("missing", locked=False), (), "never run"),
        (stage("missing"), (), "outs missing"),
        (stage("missing", reasons=(Reason("out", "m.pkl", "deleted"),), upstream=("a",)), (), "outs missing"),
        (stage("missing", reasons=(Reason("dep", "a.csv", "deleted"),), upstream=("a",)), (), "upstream stale"),
        (stage("missing", reasons=(Reason("dep", "a.csv", "deleted"),)), (), "stale"),
        (stage("unknown", frozen=True), (), "unknown"),
        (stage("fresh", frozen=True), (), "frozen"),
        (stage("stale", frozen=True, reasons=WHY), (), "frozen"),
    ],
)
def test_the_state_of_a_stage(given: Stage, jobs: tuple[Job, ...], state: str) -> None:
    assert state_of(given, jobs) == state
    assert states_of([given], jobs) == {"train": state}


def test_durations_are_those_of_steps_that_ran_to_their_end() -> None:
    jobs = (
        job(JobStep("train", "done", 1000, 4000), JobStep("evaluate", "done", 4000, 4500)),
        job(JobStep("train", "cached", 0, 10)),
        FAILED,
        job(JobStep("train", "done", None, 10)),
        job(JobStep("train", "done", 0, 1000)),
    )
    assert durations(jobs, "train") == (1000, 3000)
    assert usual(durations(jobs, "train")) == 2000
    assert last_step(jobs, "train") == (4000, 3000)
    assert durations(jobs, "prepare") == () and usual(()) is None and last_step(jobs, "prepare") is None


def test_who_runs_a_stage(tmp_path: Path) -> None:
    lock = tmp_path / ".dvc" / "tmp" / "rwlock"
    lock.parent.mkdir(parents=True)
    assert writers([tmp_path]) == {} and rwlock_mark([tmp_path]) == (None,)
    out, gone = str(tmp_path / "model.pkl"), str(tmp_path / "gone.csv")
    entry = {out: {"pid": os.getpid(), "cmd": "/bin/dvc repro"}, gone: {"pid": 2**22 + 1, "cmd": "dvc repro"}}
    lock.write_text(json.dumps({"read": {}, "write": entry}))
    assert rwlock_mark([tmp_path]) != (None,)
    running = writers([tmp_path])
    assert running.keys() == {out} == running_paths([tmp_path])
    assert (running[out].pid, running[out].command) == (os.getpid(), "/bin/dvc repro")
    assert running[out].start == process_began(os.getpid())
    facts = (Facts(stage(), writes=(out,)), Facts(Stage("e", "dvc.yaml", "e", "missing"), locked=False))
    root = RootFacts("", "dvc", facts)
    found = settle([root], running=running, data_outs=(), settled=True, cache_empty=False).stages
    assert (found[0].status, found[0].runner) == ("running", running[out])
    assert found[1].runner is None and not found[1].locked
    lock.write_text("{half")
    assert writers([tmp_path]) == {}
