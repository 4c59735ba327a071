"""Following a job to its end: what it prints, and how it ended."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from mltui.cli.exits import FAILED, OK, UNKNOWN, code_of_interrupt
from mltui.cli.log_output import LogOutput
from mltui.cli.saying import say
from mltui.model.key_names import key_of
from mltui.present.text import safe

if TYPE_CHECKING:
    from mltui.model.job import Job
    from mltui.sources.workspace import Workspace

#: How often a job is looked at (s).
LOOK_S = 0.3
#: And one that another box or an engine has to be asked about.
LOOK_FAR_S = 2.0
#: Bytes of a log read at once.
PIECE = 1 << 20


def follow(workspace: Workspace, job_id: str, *, quiet: bool) -> int:
    """Print the log until the job has ended. Exit code 1 if it did not finish well, 5 if nobody can tell how it ended,
    130 on an interrupt, which ends only the following."""
    offset, waiting, output = 0, "", LogOutput(workspace.config)
    try:
        while True:
            job = _looked_at(
                workspace, workspace.jobs.one(job_id)
            )  # before the log: what it printed until its end is read after that
            waiting = _waits(job, waiting)
            offset = offset if quiet else _print(job, offset, output)
            if job.ended:
                output.end()
                return _told(job, quiet=quiet)
            time.sleep(LOOK_S if job.spec.kind == "local" else LOOK_FAR_S)
    except KeyboardInterrupt:
        output.end()
        say(f"job {job_id} goes on", f"mltui jobs shows it; {key_of('stop')} in the terminal stops it")
        return code_of_interrupt()


def _looked_at(workspace: Workspace, job: Job) -> Job:
    """A job that runs elsewhere as its executor says, its log brought here; as it was while that can't be asked."""
    from contextlib import suppress

    from mltui.actions.jobs.fetching import fetch_log
    from mltui.actions.jobs.following import asked
    from mltui.errors import SourceError

    if not job.followed:
        return job
    with suppress(SourceError):
        job = asked(workspace.project, workspace.runner, workspace.config, job)
        while fetch_log(workspace.project, workspace.runner, workspace.config, job):
            pass
    return job


def _waits(job: Job, before: str) -> str:
    if job.waits_for and job.waits_for != before:
        sys.stderr.write(f"waits for {safe(job.waits_for)}\n")
    return job.waits_for


def _print(job: Job, offset: int, output: LogOutput) -> int:
    """What the log has behind `offset`. A log that can't be read may be one later; who reads us no more never is."""
    while piece := _read(job.log, offset):
        output.write(piece)
        offset += len(piece)
    output.flush()
    return offset


def _read(path: str, offset: int) -> bytes:
    try:
        with open(path, "rb") as log:  # noqa: PTH123
            log.seek(offset)
            return log.read(PIECE)
    except OSError:
        return b""


def _told(job: Job, *, quiet: bool) -> int:
    if job.state == "finished":
        if not quiet:
            sys.stdout.write(f"job {job.id} finished\n" + "".join(f"  {safe(note)}\n" for note in job.notes))
        return OK
    where = f" in {job.failed_stage}" if job.failed_stage else ""
    say(f"job {job.id} {job.state}{where}", f"its log: {job.log}")
    sys.stderr.write("".join(f"  {safe(note)}\n" for note in job.notes))
    return UNKNOWN if job.state == "lost" else FAILED
