"""`mltui log`: what a job printed, or a run's log, as it came; or as one document."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mltui.cli.exits import FAILED, OK, UNKNOWN
from mltui.cli.find_runs import find_runs
from mltui.cli.opening import open_told
from mltui.cli.saying import say
from mltui.errors import NotFound, SourceError, Unreadable, UsageError
from mltui.present.marks import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mltui.cli.options import Options
    from mltui.model.job import Job
    from mltui.model.runs import Run
    from mltui.sources.logs import LogFile
    from mltui.sources.mlflow.artifacts import Artifacts
    from mltui.sources.workspace import Workspace

#: Bytes of a log that are printed at once.
PIECE = 1 << 20
#: A log that only a server has is read whole, up to this size (bytes).
SERVED = 256 << 20


@dataclass(frozen=True)
class LogAsked:
    """The options of `mltui log`. `what` is a job or a run, `file` the number of one of a run's logs, from 1."""

    what: str
    follow: bool = False
    json: bool = False
    file: int = 1


def print_log(options: Options, asked: LogAsked) -> int:
    """Print it and return the exit code. Raises `UsageError` for what is neither job nor run, `NotFound` for a run
    without a log."""
    if asked.follow and asked.json:
        raise UsageError("--follow and --json exclude each other", "a document is printed once")
    workspace = open_told(options)
    try:
        try:
            job = workspace.jobs.one(asked.what)
        except NotFound as no_job:
            return _log_of_run(workspace, _run(workspace, asked, no_job), asked)
        return _log_of_job(workspace, job, asked)
    finally:
        workspace.close()


def _run(workspace: Workspace, asked: LogAsked, no_job: NotFound) -> Run:
    try:
        (run,) = find_runs(workspace, [asked.what])
    except (UsageError, NotFound) as error:
        raise UsageError(f"no job and no run is called {asked.what!r}", error.hint or no_job.hint) from error
    return run


# A job


def _log_of_job(workspace: Workspace, job: Job, asked: LogAsked) -> int:
    if asked.follow and job.spec.kind == "local":
        from mltui.cli.retrain_wait import follow

        return follow(workspace, job.id, quiet=False)
    if asked.json:
        data = b"".join(_pieces(workspace, job))
        head = {"kind": "job", "id": job.id, "name": job.spec.title, "state": job.state}
        return _document(head, [_file("job", job.log, len(data))], 1, data)
    return _follow_far(workspace, job) if asked.follow else _written(workspace, _pieces(workspace, job))


def _pieces(workspace: Workspace, job: Job, offset: int = 0) -> Iterator[bytes]:
    from mltui.actions.executors.registry import executor_named

    executor = executor_named(workspace.project, workspace.runner, workspace.config, job.spec.executor)
    while piece := executor.log(job, offset, PIECE).data:
        yield piece
        offset += len(piece)


def _follow_far(workspace: Workspace, job: Job) -> int:
    """Until it has ended there. Raises `ReadOnly`: what it makes is brought home."""
    from mltui.actions.executors.registry import executor_named
    from mltui.actions.gateway import read_only
    from mltui.cli.log_output import LogOutput

    if refused := read_only(workspace.config, f"bring home what job {job.id} makes"):
        raise refused
    executor = executor_named(workspace.project, workspace.runner, workspace.config, job.spec.executor)
    offset, output = 0, LogOutput(workspace.config)
    while True:
        job = executor.status(job)  # before the log, which then has what came until its end
        for piece in _pieces(workspace, job, offset):
            output.write(piece)
            offset += len(piece)
        output.flush()
        if job.ended:
            output.end()
            return OK if job.state == "finished" else UNKNOWN if job.state == "lost" else FAILED
        _pause()


def _pause() -> None:
    """Between two looks at a job elsewhere."""
    import time

    time.sleep(2.0)


# A run


def _log_of_run(workspace: Workspace, run: Run, asked: LogAsked) -> int:
    reader = workspace.reader() if run.kind == "run" else None
    artifacts = workspace.artifacts.of(run, reader.store) if reader is not None else None
    files = workspace.logs.of(run, artifacts)
    if not files:
        raise NotFound("no log of this run was found", f"looked for: {'; '.join(workspace.logs.looked(run))}")
    if not 1 <= asked.file <= len(files):
        raise UsageError(f"the run has {count(len(files), 'log')}", "; ".join(each.name for each in files[:8]))
    if asked.follow:
        raise UsageError("--follow is for jobs", f"tail -f {files[asked.file - 1].name}")
    chosen = files[asked.file - 1]
    if asked.json:
        data = b"".join(_of_file(chosen, artifacts))
        listed = [_file(each.origin, each.name, _size(each)) for each in files]
        head = {"kind": "run", "id": run.run_id, "name": run.name, "state": run.status}
        return _document(head, listed, asked.file, data)
    code = _written(workspace, _of_file(chosen, artifacts))
    if len(files) > 1:
        _tell_others(files, asked.file)
    return code


def _of_file(file: LogFile, artifacts: Artifacts | None) -> Iterator[bytes]:
    """Its bytes. Raises `SourceError`."""
    if file.path:
        try:
            with open(file.path, "rb") as log:  # noqa: PTH123
                while piece := log.read(PIECE):
                    yield piece
        except OSError as error:
            raise Unreadable(f"{file.path}: {error.strerror}") from error
    elif artifacts is not None and file.artifact is not None:
        excerpt = artifacts.read(file.artifact.path, file.artifact.size, SERVED)
        if excerpt.cut:
            raise SourceError(f"{file.name} is too large to be asked of a server", "its address: mltui run files")
        yield excerpt.data


def _size(file: LogFile) -> int | None:
    if file.artifact is not None:
        return file.artifact.size
    try:
        return os.stat(file.path).st_size  # noqa: PTH116
    except OSError:
        return None


def _tell_others(files: Sequence[LogFile], chosen: int) -> None:
    sys.stdout.flush()
    others = (f"--file {at} {each.name}" for at, each in enumerate(files, start=1) if at != chosen)
    say(f"this is {files[chosen - 1].name}, {chosen} of {len(files)}", "; ".join(list(others)[:8]))


# Printed


def _written(workspace: Workspace, pieces: Iterator[bytes]) -> int:
    from mltui.cli.log_output import LogOutput

    output = LogOutput(workspace.config)
    for piece in pieces:
        output.write(piece)
    output.end()
    return OK


def _file(origin: str, path: str, size: int | None) -> dict[str, Any]:
    return {"origin": origin, "path": path, "size": size}


def _document(head: dict[str, str], files: list[dict[str, Any]], chosen: int, data: bytes) -> int:
    from mltui.cli.machine import write_json

    write_json({"schema": 1, **head, "files": files, "file": chosen, "text": data.decode("utf-8", "replace")})
    return OK
