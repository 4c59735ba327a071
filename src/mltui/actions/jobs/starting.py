"""Start a job: its directory, who starts it, its spec, the executor, its handle, in this order, so that none is ever
lost."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from mltui.actions.executors.port import Executor, How
from mltui.actions.jobs import runner_stop
from mltui.actions.replacing import replace_file
from mltui.errors import Refused, SourceError, Unanswered
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import spec_document
from mltui.sources.jobs.source import STARTING, read_job
from mltui.sources.places import Project, state_dirs
from mltui.sources.port import now_ms
from mltui.sources.processes import host_name, process_start


def new_job_id(now: datetime | None = None) -> str:
    """``20261129-093136-4f2a``: local time, and four hex digits for those that start in the same second."""
    return f"{now or datetime.now().astimezone():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def start_job(project: Project, executor: Executor, spec: JobSpec) -> Job:
    """Submit `spec`, whose id is a new one, and return the job as it is then.

    Raises `Refused` if it can't be (nothing was started, nothing is left), `SourceError` if the engine failed midway:
    then the job stays, as *failed*, with what was said. `Unanswered` says that it may have been started: then it is
    followed without a handle, as one whose starter was killed, until its engine says what became of it.
    """
    try:
        reason = executor.refusal(spec)
    except SourceError as error:
        raise Refused(error.summary, error.hint) from error
    if reason:
        raise Refused(reason)
    directory, unanswered = _directory(project, spec.id), None
    try:
        write_json(directory / STARTING, {"host": host_name(), "pid": os.getpid(), "start": process_start(os.getpid())})
        write_json(directory / "spec.json", spec_document(spec))
        handle = executor.submit(spec, directory)
    except Refused:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(directory, ignore_errors=True)
        raise Refused(f"the job's files can't be written: {error.strerror}") from error
    except Unanswered as error:
        handle, unanswered = "", error
    except SourceError as error:
        if not (directory / "state.json").exists():
            said = {"schema": 1, "state": "failed", "end": now_ms(), "said": [error.summary]}
            with suppress(OSError):
                write_json(directory / "state.json", said)
        _started(directory)
        raise
    if handle:
        with suppress(OSError):  # it runs: that nobody can write down how it is called does not end it
            write_json(directory / "handle.json", {"handle": handle})
    with runner_stop.alone(str(directory)):  # who stops it now finds it started, or is found here
        _started(directory)
        asked = runner_stop.read(str(directory)).get("how")
    job = read_job(directory) or Job(spec, str(directory), "queued", handle=handle)
    for how in get_args(How):
        if how == asked and spec.kind != "local":  # somebody stopped it meanwhile: a runner here knows already
            with suppress(SourceError, Refused):  # whoever stops it looks whether it ends, and asks harder
                executor.cancel(job, how)
    if unanswered is not None:
        raise unanswered
    return job


def _started(directory: Path) -> None:
    """Nobody starts it any more: from now on a stop asks the executor."""
    with suppress(OSError):
        (directory / STARTING).unlink()


def write_json(path: Path, document: Any) -> None:
    """Replace a JSON file at once, and have it on the disk before anything stands on it. Raises `OSError`."""
    replace_file(path, json.dumps(document))


def _directory(project: Project, id: str) -> Path:
    """A new directory for a job, for its owner only: what the job is given stands there, and all it prints.

    It is in the first of the project's state directories that can be written.
    """
    why = ""
    for state in state_dirs(project):
        try:
            (state / "jobs").mkdir(mode=0o700, parents=True, exist_ok=True)
            (state / "jobs" / id).mkdir(mode=0o700)
        except FileExistsError as error:
            raise Refused(f"there is a job {id} already", "start it again: it gets another id") from error
        except OSError as error:
            why = why or f"{state}: {error.strerror}"
            continue
        return state / "jobs" / id
    raise Refused(f"nowhere to write a job down: {why}", "set XDG_STATE_HOME to a directory that can be written")
