"""DVC's queue of experiments, read from its files: ``dvc queue status`` makes directories and locks the repository.

Formats: ``dvc/repo/experiments/queue/celery.py`` and ``dvc_task/app/filesystem.py`` of DVC 3. Below ``.dvc/tmp/exps``
each task is a message of kombu's in ``celery/broker/in`` (queued) or ``…/processed`` (taken by a worker); one that was
taken is over once ``celery/result/celery-task-meta-<id>`` says so, and then ``run/<rev>/<rev>.run`` tells what came of
it. ``run/<rev>/<rev>.json`` has the process.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mltui.model.documents import from_json
from mltui.model.runs import RunStatus
from mltui.sources.dvc.queue_processes import Ran, has_worker, living, workers
from mltui.sources.json_files import read_json
from mltui.sources.processes import runs

TASK = "dvc.repo.experiments.queue.tasks.run_exp"
#: States of a result after which nothing more happens to a task (``celery.states.READY_STATES``).
READY = frozenset({"SUCCESS", "FAILURE", "REVOKED"})
#: Messages looked at in one directory.
MOST = 2_000
_REV = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Queued:
    """One experiment that was queued and did not succeed (those that did are in ``refs/exps``).

    `rev` is the commit of DVC's that holds its files with the params asked for. `end` is epoch ms, or None. `alive` are
    the pids of its processes: of one that runs DVC's own, of one that does not any more what lives on all the same.
    """

    rev: str
    name: str
    baseline: str
    status: RunStatus
    end: int | None = None
    alive: tuple[int, ...] = ()


def folders(root: Path) -> tuple[Path, ...]:
    """The directories whose entries tell that the queue of the DVC project at `root` moved."""
    celery = root / ".dvc" / "tmp" / "exps" / "celery"
    return celery / "broker" / "in", celery / "broker" / "processed", celery / "result"


def fingerprint(root: Path) -> Hashable:
    """Moves when a task is queued, taken, over or removed. Stats only."""
    return tuple(_mtime(folder) for folder in folders(root))


def read(
    roots: Iterable[Path], living: Callable[[Iterable[Ran]], dict[str, tuple[int, ...]]] = living
) -> tuple[Queued, ...]:
    """Running, queued and failed experiments of DVC projects. What is just being written the next look will tell.

    `living` is asked once what lives on of all that their queues have as over, or that nobody will end.
    """
    found = {root: tuple(_tasks(root)) for root in roots}
    alive = living(ran for root, every in found.items() for ran in _over(root, every))
    every = (one for queued in found.values() for one in queued)
    return tuple(replace(one, alive=alive[one.rev]) if one.rev in alive else one for one in every)


def _tasks(root: Path) -> Iterable[Queued]:
    waiting, taken, results = folders(root)
    infos, worked = _infos(root), bool(workers(root))  # before its results, and after: one may have begun since
    found: dict[str, Queued] = {}
    for _, entry in messages(waiting):
        found[entry["stash_rev"]] = _queued(entry, "SCHEDULED")
    for task, entry in messages(taken):
        result = read_json(results / f"celery-task-meta-{task}")
        one = _taken(entry, result, infos / entry["stash_rev"], lambda: worked or has_worker(root))
        if one is not None:
            found[one.rev] = one
        else:
            found.pop(entry["stash_rev"], None)  # it was queued, as it was looked at first
    return found.values()


def _over(root: Path, found: Iterable[Queued]) -> Iterator[Ran]:
    for one in found:
        if one.status in ("FAILED", "KILLED"):
            yield Ran(str(root), one.rev, one.name, one.baseline, _folder(_infos(root) / one.rev))


def _infos(root: Path) -> Path:
    return root / ".dvc" / "tmp" / "exps" / "run"


def _folder(run: Path) -> str:
    """Where it ran."""
    return str(read_json(run / f"{run.name}.run").get("root_dir") or "")


def _taken(entry: dict[str, Any], result: dict[str, Any], run: Path, worked: Callable[[], bool]) -> Queued | None:
    """A task that a worker took; None if it succeeded. KILLED is one that neither a worker nor its process will end:
    DVC says for ever that it runs."""
    if str(result.get("status")) not in READY:
        pid = read_json(run / f"{run.name}.json").get("pid")
        if isinstance(pid, int) and runs(pid, run.name):  # a number is given out again
            return replace(_queued(entry, "RUNNING"), alive=(pid,))
        return _queued(entry, "RUNNING" if worked() else "KILLED")
    if read_json(run / f"{run.name}.run").get("result_hash") is not None:
        return None
    return _queued(entry, "FAILED", instant(result.get("date_done")))


def _queued(entry: dict[str, Any], status: RunStatus, end: int | None = None) -> Queued:
    return Queued(entry["stash_rev"], str(entry.get("name") or ""), str(entry.get("baseline_rev") or ""), status, end)


def messages(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(task id, its queue entry) of each message that is an experiment, oldest first."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(".celery.msg"))
    except OSError:
        return
    for path in paths[-MOST:]:
        message = read_json(path)
        try:
            if message["headers"]["task"] != TASK:
                continue
            args, kwargs, _ = from_json(base64.b64decode(message["body"]))
            entry = kwargs.get("entry_dict") or args[0]
            if _REV.fullmatch(entry["stash_rev"]):
                yield str(message["headers"]["id"]), entry
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            continue


def _mtime(folder: Path) -> int | None:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return None


def instant(said: Any) -> int | None:
    """Epoch ms of a time as celery writes it."""
    try:
        return int(datetime.fromisoformat(str(said)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
