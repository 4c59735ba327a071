"""Every task of DVC's queue, those that are over too: from files and ``/proc``.

``experiment_queue`` has the formats; it tells of what did not succeed only, as ``refs/exps`` tells of the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mltui.sources.dvc.experiment_queue import READY, folders, instant, messages
from mltui.sources.dvc.queue_processes import has_worker, workers
from mltui.sources.json_files import read_json
from mltui.sources.processes import runs

#: **lost**: a worker took it, and neither that nor its process is there to end it.
TaskState = Literal["queued", "running", "done", "failed", "lost"]


@dataclass(frozen=True, slots=True)
class Task:
    """One queued experiment. `rev` is DVC's stash commit, by which its files are named; `pid` of its
    ``dvc exp exec-run``; `folder` where it runs, "" if that is not known; `ref` the experiment it made. `end` is epoch
    ms.
    """

    root: str
    rev: str
    name: str
    baseline: str
    state: TaskState
    pid: int | None = None
    exit_code: int | None = None
    end: int | None = None
    folder: str = ""
    ref: str = ""

    @property
    def log(self) -> Path:
        """What it printed, as soon as it runs."""
        return Path(self.root) / ".dvc" / "tmp" / "exps" / "run" / self.rev / f"{self.rev}.out"


def tasks(root: Path) -> tuple[Task, ...]:
    """The tasks of the DVC project at `root`, in the order they will be or were taken."""
    waiting, taken, results = folders(root)
    worked = bool(workers(root))  # before its results: one that ended since has noted them
    queued = [
        entry for _, entry in messages(waiting)
    ]  # before those taken: one taken meanwhile is in both, not in none
    found: dict[str, Task] = {}
    for id, entry in messages(taken):
        found[entry["stash_rev"]] = _taken(root, entry, read_json(results / f"celery-task-meta-{id}"), worked)
    for entry in queued:
        found.setdefault(entry["stash_rev"], _task(root, entry, "queued"))
    return tuple(found.values())


def task_of(root: Path, rev: str) -> Task | None:
    """The task of this stash commit; None if the queue does not have it any more."""
    return next((task for task in tasks(root) if task.rev == rev), None)


def _taken(root: Path, entry: dict[str, object], result: dict[str, object], worked: bool) -> Task:
    run = root / ".dvc" / "tmp" / "exps" / "run" / str(entry["stash_rev"])
    process, info = read_json(run / f"{run.name}.json"), read_json(run / f"{run.name}.run")
    pid, code = process.get("pid"), process.get("returncode")
    pid = pid if isinstance(pid, int) else None
    over = str(result.get("status")) in READY
    state: TaskState = "done" if over and info.get("result_hash") is not None else "failed" if over else "running"
    if state == "running" and not (pid is not None and runs(pid, run.name)) and not (worked or has_worker(root)):
        state = "lost"
    return replace(
        _task(root, entry, state),
        pid=pid,
        exit_code=code if isinstance(code, int) else None,
        end=instant(result.get("date_done")) if over else None,
        folder=str(info.get("root_dir") or ""),
        ref=str(info.get("result_ref") or "") if state == "done" else "",
    )


def _task(root: Path, entry: dict[str, object], state: TaskState) -> Task:
    name, baseline = str(entry.get("name") or ""), str(entry.get("baseline_rev") or "")
    return Task(str(root), str(entry["stash_rev"]), name, baseline, state)
