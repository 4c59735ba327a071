"""The files of a job whose directory its own runner, elsewhere, sees too."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mltui.actions.executors.port import LogPiece
from mltui.actions.jobs import runner_stop
from mltui.actions.jobs.starting import write_json
from mltui.model.documents import from_json
from mltui.model.job import Job
from mltui.model.job_record import state_document
from mltui.sources.jobs.source import read_job


def keep(job: Job, known: Job | None = None) -> Job:
    """Write what is known of `job` as its state.json, and return it. Only for a job that has no runner (yet, or any
    more): otherwise that file is the runner's.

    Asking takes its time. What was written meanwhile and is newer stays, and is returned: that its runner began, or how
    it ended, by whoever asked later and was faster. `known` is what `job` was made of, where that is not the answer.
    """
    with runner_stop.alone(job.directory):
        there = read_job(Path(job.directory))
        if there is not None and _is_newer(there, known or job):
            return replace(there, handle=there.handle or job.handle)
        with suppress(OSError):  # a directory that was deleted meanwhile is nobody's any more
            write_json(Path(job.directory) / "state.json", state_document(job))
    return job


def _is_newer(there: Job, job: Job) -> bool:
    """Whether what stands in the files can only have come after `job`."""
    if there.ended and there.state != "lost":
        return not job.ended or job.state == "lost"
    return there.pid is not None and job.pid is None and not job.ended


def seconds_ago(path: Path) -> float:
    """How long ago a file was written; infinitely if it is not there."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def pairs(said: object) -> tuple[tuple[int, str], ...]:
    """Processes as the runner prints them: a pid and a command each."""
    if not isinstance(said, Sequence):
        return ()
    return tuple((each[0], str(each[1])) for each in said if isinstance(each, list) and len(each) == 2)


def document(text: str) -> dict[str, Any]:
    """The JSON object that `text` is; an empty one if it is none."""
    try:
        content = from_json(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def piece_of(path: Path, offset: int, limit: int) -> LogPiece:
    """Bytes of a log that lies on this box; none where it is not there yet."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            offset = min(offset, size)
            file.seek(offset)
            return LogPiece(file.read(limit), offset, size)
    except OSError:
        return LogPiece(b"", 0, 0)
