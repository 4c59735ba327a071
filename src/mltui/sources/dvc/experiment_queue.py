"""DVC's queue of experiments, read from its files: ``dvc queue status`` makes directories and locks the repository.

Formats: ``dvc/repo/experiments/queue/celery.py`` and ``dvc_task/app/filesystem.py`` of DVC 3. Below ``.dvc/tmp/exps``
each task is a message of kombu's in ``celery/broker/in`` (queued) or ``…/processed`` (taken by a worker); one that was
taken is over once ``celery/result/celery-task-meta-<id>`` says so, and then ``run/<rev>/<rev>.run`` tells what came of
it. ``run/<rev>/<rev>.json`` has the process.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mltui.model.runs import RunStatus
from mltui.sources.dvc.settle import lives

TASK = "dvc.repo.experiments.queue.tasks.run_exp"
#: States of a result after which nothing more happens to a task (``celery.states.READY_STATES``).
READY = frozenset({"SUCCESS", "FAILURE", "REVOKED"})
#: Messages looked at in one directory, and bytes of one file.
MOST, LARGEST_BYTES = 2_000, 1 << 20
_REV = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Queued:
    """One experiment that was queued and did not succeed (those that did are in ``refs/exps``).

    `rev` is the commit of DVC's that holds its files with the params asked for. `end` is epoch ms, or None.
    """

    rev: str
    name: str
    baseline: str
    status: RunStatus
    end: int | None = None


def folders(root: Path) -> tuple[Path, ...]:
    """The directories whose entries tell that the queue of the DVC project at `root` moved."""
    celery = root / ".dvc" / "tmp" / "exps" / "celery"
    return celery / "broker" / "in", celery / "broker" / "processed", celery / "result"


def fingerprint(root: Path) -> Hashable:
    """Moves when a task is queued, taken, over or removed. Stats only."""
    return tuple(_mtime(folder) for folder in folders(root))


def read(root: Path) -> tuple[Queued, ...]:
    """Running, queued and failed experiments. What is just being written the next look will tell."""
    waiting, taken, results = folders(root)
    runs = root / ".dvc" / "tmp" / "exps" / "run"
    found: dict[str, Queued] = {}
    for _, entry in _messages(waiting):
        found[entry["stash_rev"]] = _queued(entry, "SCHEDULED")
    for task, entry in _messages(taken):
        result = _json(results / f"celery-task-meta-{task}")
        one = _taken(entry, result, runs / entry["stash_rev"])
        if one is not None:
            found[one.rev] = one
    return tuple(found.values())


def _taken(entry: dict[str, Any], result: dict[str, Any], run: Path) -> Queued | None:
    """A task that a worker took; None if it succeeded."""
    if result.get("status") not in READY:
        process = _json(run / f"{run.name}.json")
        pid = process.get("pid")
        gone = process.get("returncode") is None and isinstance(pid, int) and not lives(pid)
        return _queued(entry, "KILLED" if gone else "RUNNING")
    if _json(run / f"{run.name}.run").get("result_hash") is not None:
        return None
    return _queued(entry, "FAILED", _instant(result.get("date_done")))


def _queued(entry: dict[str, Any], status: RunStatus, end: int | None = None) -> Queued:
    return Queued(entry["stash_rev"], str(entry.get("name") or ""), str(entry.get("baseline_rev") or ""), status, end)


def _messages(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(task id, its queue entry) of each message that is an experiment, oldest first."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(".celery.msg"))
    except OSError:
        return
    for path in paths[-MOST:]:
        message = _json(path)
        try:
            if message["headers"]["task"] != TASK:
                continue
            args, kwargs, _ = json.loads(base64.b64decode(message["body"]))
            entry = kwargs.get("entry_dict") or args[0]
            if _REV.fullmatch(entry["stash_rev"]):
                yield str(message["headers"]["id"]), entry
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            continue


def _json(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            return {}
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _mtime(folder: Path) -> int | None:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return None


def _instant(said: Any) -> int | None:
    """Epoch ms of a time as celery writes it."""
    try:
        return int(datetime.fromisoformat(str(said)).timestamp() * 1000)
    except ValueError:
        return None
