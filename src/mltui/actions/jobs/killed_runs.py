"""MLflow runs of what was stopped are set to KILLED, by the project's own mlflow: those that were left RUNNING, and
those that mlflow itself called FAILED because the interrupt ended their ``with`` block."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mltui.actions.mlflow.door import open_writer
from mltui.errors import MltuiError
from mltui.model.job import Job
from mltui.model.runs import JOB_TAG, Run
from mltui.sources.mlflow.lives import HOST_TAG, PID_TAG, START_TAG
from mltui.sources.processes import host_name
from mltui.sources.workspace import Workspace

if TYPE_CHECKING:
    from mltui.actions.mlflow.port import Writer

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
        writer = open_writer(workspace, "store")
        refused: MltuiError | None = writer.refusal()
    except MltuiError as error:
        refused = error
    if refused is not None:
        why = f"{refused.summary} ({refused.hint})" if refused.hint else refused.summary
        return Killed(left=(f"runs not set to KILLED ({', '.join(names.values())}): {why}",))
    try:
        left = {run: _end(writer, run) for run in names}
    finally:
        writer.close()
    return Killed(
        tuple(run for run, why in left.items() if not why),
        tuple(f"run {names[run]} not set to KILLED: {why}" for run, why in left.items() if why),
    )


def _end(writer: Writer, run_id: str) -> str:
    """Why it was not set, "" if it was; one run's trouble is not the other's."""
    try:
        status = writer.run(run_id)["status"]
        if status not in ("RUNNING", "FAILED"):
            return f"it is {status} by now"
        writer.end_run(run_id, "KILLED", None)
    except MltuiError as error:
        return error.summary
    return ""
