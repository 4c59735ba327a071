"""MLflow runs of what was stopped are set to KILLED, by the project's own mlflow: those that were left RUNNING, and
those that mlflow itself called FAILED because the interrupt ended their ``with`` block."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mltui.actions import mlflow_child
from mltui.errors import SourceError
from mltui.model.job import Job
from mltui.model.runs import JOB_TAG, Run
from mltui.sources.children import python_path
from mltui.sources.dvc.python import interpreter
from mltui.sources.mlflow.lives import HOST_TAG, PID_TAG, START_TAG
from mltui.sources.mlflow.opening import address_of
from mltui.sources.processes import host_name
from mltui.sources.workspace import Workspace

#: Importing mlflow and asking a slow server (s).
PATIENCE = 120.0
#: A run's clock may be another host's (ms).
CLOCKS_MS = 120_000


@dataclass(frozen=True, slots=True)
class Killed:
    """What became of the runs: ids set to KILLED, and for the others why not."""

    set: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def stopped_runs(workspace: Workspace, job: Job, processes: Collection[tuple[int, str]], asked: int) -> list[Run]:
    """Runs of `job`, by its tag or by a process of its tree (pid, start) here, that the stop ended.

    `asked` is when it was interrupted (epoch ms). Raises `SourceError`.
    """
    reader = workspace.reader()
    if reader is None:
        return []
    found = []
    for page in reader.runs(metrics=(), params=(), tags=(JOB_TAG, PID_TAG, START_TAG, HOST_TAG)):
        found += [run for run in page if was_stopped(run, asked) and _is_of(run, job, processes)]
        if page and page[-1].start is not None and page[-1].start < job.spec.created - CLOCKS_MS:
            break  # newest first: older ones began before it did
    return found


def was_stopped(run: Run, asked: int) -> bool:
    """Whether it is left RUNNING, or failed only after it was asked to end."""
    return run.status == "RUNNING" or (run.status == "FAILED" and run.end is not None and run.end >= asked)


def _is_of(run: Run, job: Job, processes: Collection[tuple[int, str]]) -> bool:
    if run.tags.get(JOB_TAG) is not None:
        return run.tags[JOB_TAG] == job.id
    pid = run.tags.get(PID_TAG, "")
    here = run.tags.get(HOST_TAG) == host_name()
    return here and pid.isdecimal() and (int(pid), run.tags.get(START_TAG, "")) in processes


def set_killed(workspace: Workspace, runs: Collection[Run]) -> Killed:
    """Set them to KILLED. What stands in the way is said in `left`, never raised."""
    if not runs:
        return Killed()
    names = {run.run_id: run.name or run.run_id[:8] for run in runs}
    try:
        said = _ask(workspace, names)
    except SourceError as error:
        return Killed(left=(f"runs not set to KILLED ({', '.join(names.values())}): {error.summary}",))
    if why := said.get("refused"):
        return Killed(left=(f"runs not set to KILLED ({', '.join(names.values())}): {why}",))
    left = said.get("left")
    others = left.items() if isinstance(left, dict) else ()
    return Killed(
        tuple(_strings(said.get("set"))),
        tuple(f"run {names.get(run, run)} not set to KILLED: {why}" for run, why in others),
    )


def _ask(workspace: Workspace, runs: Collection[str]) -> dict[str, object]:
    reader = workspace.reader()
    assert reader is not None
    found = interpreter(workspace.project, workspace.config, needs="mlflow")
    where = address_of(reader.store, workspace.project, workspace.config)
    argv = (found.path, str(Path(mlflow_child.__file__)), "killed", "-", *runs)
    env = {"PYTHONPATH": python_path(workspace.project.root), "MLFLOW_TRACKING_URI": None, "MLTUI_STORE": where.full}
    done = workspace.runner.run(argv, cwd=workspace.project.root, env=env, timeout=PATIENCE)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        said = {"refused": (done.stderr.strip().splitlines() or [f"exit code {done.code}"])[-1]}
    return said if isinstance(said, dict) else {}


def _strings(value: object) -> Iterator[str]:
    yield from (each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
