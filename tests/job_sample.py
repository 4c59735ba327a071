"""Jobs for tests: one that runs, one that waits, and one of each way to end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mltui.model.job import Job, JobSpec, JobStep, StepState

SHA = "3f2a1c9d0e5b4a69788796a5b4c3d2e1f0a9b8c7"
STAGES = ("prepare", "validate", "train", "evaluate")
MINUTE = 60_000
HOUR = 60 * MINUTE


def spec(id: str, created: int, **changes: Any) -> JobSpec:
    made = JobSpec(
        id=id,
        title="retrain train",
        created=created,
        executor="local",
        kind="local",
        mode="in place",
        argv=("/home/ada/churn/.venv/bin/python", "-m", "dvc", "repro", "--single-item", "train"),
        cwd="/home/ada/churn",
        stages=STAGES,
        targets=("train",),
        commit=SHA,
        branch="main",
        who="ada",
    )
    return replace(made, **changes)


def steps(start: int, *states: StepState) -> tuple[JobStep, ...]:
    """Steps of half a minute each, one after another."""
    found = []
    for at, (address, state) in enumerate(zip(STAGES, states, strict=False)):
        began = None if state == "waiting" else start + at * 30_000
        ended = began + 30_000 if began is not None and state != "running" else None
        found.append(JobStep(address, state, began, ended))
    return tuple(found)


def jobs(now: int, folder: str = "/tmp/none") -> tuple[Job, ...]:
    """Newest first: waits, runs for 1 min 11 s, failed, stopped, lost, finished."""

    def job(number: int, ago: int, state: Any, **changes: Any) -> Job:
        id = f"20260304-12{number:02}00-4f2{number}"
        start = changes.pop("start", now - ago)
        own = spec(id, now - ago, **changes.pop("spec", {}))
        return Job(own, f"{folder}/{id}", state, start=start, host="box", user="ada", pid=4711, **changes)

    began = now - 71_000
    ended: dict[str, Any] = {"end": now - HOUR, "exit_code": 0}
    return (
        job(6, 5_000, "queued", start=None, waits_for="20260304-120500-4f25 retrain train"),
        job(5, 71_000, "running", start=began, steps=steps(began, "done", "cached", "running", "waiting")),
        job(
            4,
            2 * HOUR,
            "failed",
            end=now - 2 * HOUR + 95_000,
            exit_code=1,
            failed_stage="evaluate",
            steps=steps(now - 2 * HOUR, "done", "skipped", "done", "failed"),
            said=("loading model.pkl", "Traceback (most recent call last):", "KeyError: 'auc'"),
            spec={"title": "retrain evaluate", "stages": ("evaluate",), "targets": ("evaluate",)},
        ),
        job(
            3,
            3 * HOUR,
            "stopped",
            end=now - 3 * HOUR + 20_000,
            steps=steps(now - 3 * HOUR, "stopped"),
            changed=("data/clean.csv", "metrics.json"),
            notes=("branch and HEAD as before", "no process left"),
        ),
        job(2, 26 * HOUR, "lost", spec={"executor": "gpu-box", "mode": "remote", "kind": "ssh"}),
        job(
            1,
            50 * HOUR,
            "finished",
            steps=steps(now - 50 * HOUR, "done", "done", "done", "done"),
            said=("epoch 10 auc 0.947",),
            experiment="nutty-rows",
            spec={"mode": "isolated", "overrides": ("lr=0.05",), "title": "retrain, lr=0.05"},
            **{**ended, "end": now - 50 * HOUR + 120_000},
        ),
    )
