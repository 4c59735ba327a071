"""The log of a job on another box, copied beside its other files as far as it was printed: then it is read as any."""

from __future__ import annotations

from pathlib import Path

from mltui.actions.executors.registry import executor_named
from mltui.config import Config
from mltui.errors import Unreadable
from mltui.model.job import Job
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: What is asked for at once, and at most in one turn (bytes).
PIECE = 1 << 20
TURN = 32 << 20


def fetch_log(project: Project, runner: Runner, config: Config, job: Job) -> bool:
    """Append what was printed since the last time to the log in the job's directory. Whether there is more of it.

    Only of a job in a clone elsewhere: any other prints into that file itself. Raises `SourceError` and `UsageError`.
    """
    if job.spec.mode != "remote":
        return False
    executor = executor_named(project, runner, config, job.spec.executor)
    path, got = Path(job.log), 0
    try:
        with path.open("ab") as file:
            while got < TURN:
                piece = executor.log(job, file.tell(), PIECE)
                file.write(piece.data)
                file.flush()
                got += len(piece.data)
                if not piece.data or file.tell() >= piece.size:
                    return False
    except OSError as error:
        raise Unreadable(f"{path} can't be written: {error.strerror}", "the log is on the other box") from error
    return True
