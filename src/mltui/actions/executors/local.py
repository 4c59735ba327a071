"""Jobs on this box: the runner in a session of its own, which survives mltui, a logout and a hangup."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mltui.actions.executors.port import Cancelled, How, LogPiece, Place
from mltui.actions.executors.record import pairs, piece_of
from mltui.actions.jobs.runner_tree import processes
from mltui.actions.jobs.shipped import RUNNER
from mltui.errors import Busy, NotFound, Refused, SourceError, Unanswered, Unreachable
from mltui.model.job import ENDED, Job, JobSpec
from mltui.model.job_record import job_of
from mltui.sources.jobs.source import JobsSource, read_job, with_loss
from mltui.sources.json_files import read_json

#: The runner answers as soon as it runs; a box that swaps may take its time (s).
PATIENCE = 60.0
#: Between two looks whether one whose answer did not come runs (s).
PAUSE = 0.1


class Local:
    """Runs jobs on this box. It has no settings."""

    kind = "local"

    def __init__(self, place: Place) -> None:
        self._place = place

    def refusal(self, spec: JobSpec) -> str | None:
        if not spec.argv:
            return "there is no command to run"
        if not Path(spec.cwd).is_dir():
            return f"{spec.cwd} is gone"
        path = spec.env.get("PATH", os.environ.get("PATH")) or os.defpath
        program = spec.argv[0]
        found = shutil.which(program, path=path) if os.sep not in program else shutil.which(Path(spec.cwd) / program)
        return None if found else f"{program} is not installed, not on PATH or may not be run"

    def submit(self, spec: JobSpec, directory: Path) -> str:
        if reason := self.refusal(spec):
            raise Refused(reason)
        try:
            said = self._ask("start", directory)
        except (Busy, Unreachable) as error:
            return self._begun(directory, error)
        if "pid" not in said:
            with suppress(OSError):
                errors = (directory / "runner.err").read_text(errors="replace").strip().splitlines()
                raise Refused(f"the runner did not start: {errors[-1]}" if errors else "the runner did not start")
            raise Refused("the runner did not start")
        return str(said["pid"])

    def _begun(self, directory: Path, error: SourceError) -> str:
        """What a runner is called whose start was not answered: it says so itself as soon as it runs.

        Raises `Refused` if there is none, `Unanswered` if one is there that never comes to say so.
        """
        over, starts = time.monotonic() + PATIENCE, (str(RUNNER), "start", str(directory))
        while True:
            there = any(each.argv[-3:] == starts for each in processes().values())
            if "pid" in (said := read_json(directory / "state.json")):  # after: one that ended since has said it
                return str(said["pid"])
            if not there:
                raise Refused(f"the runner did not start: {error.summary}") from error
            if time.monotonic() > over:
                raise Unanswered(f"the start of the runner was not answered: {error.summary}") from error
            time.sleep(PAUSE)

    def status(self, job: Job) -> Job:
        """From its files; of one whose runner is gone, what of it still lives."""
        found = read_job(Path(job.directory))
        if found is None:
            raise NotFound(f"the files of job {job.id} are gone")
        found = with_loss(replace(found, handle=found.handle or job.handle))
        if found.state != "lost" or found.pid is None:
            return found
        said = self._ask("status", Path(job.directory))
        return job_of(found.spec, said, found.directory, found.handle)

    def log(self, job: Job, offset: int, limit: int = 1 << 20) -> LogPiece:
        return piece_of(Path(job.log), offset, limit)

    def cancel(self, job: Job, how: How) -> Cancelled:
        said = self._ask("cancel", Path(job.directory), how)
        return Cancelled(pairs(said.get("signalled")), pairs(said.get("alive")), tuple(said.get("said") or ()))

    def list(self) -> Sequence[str]:
        jobs = JobsSource(self._place.project).load()
        return [job.handle for job in jobs if job.spec.kind == self.kind and job.state not in ENDED]

    def _ask(self, command: str, directory: Path, *more: str) -> dict[str, Any]:
        """What the runner answers to `command`, run by mltui's own interpreter."""
        argv = (sys.executable, str(RUNNER), command, str(directory), *more)
        done = self._place.runner.run(argv, cwd=directory, timeout=PATIENCE)
        try:
            answer = json.loads(done.stdout)
        except ValueError as error:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.code}"])[-1]
            raise Unreachable(f"the runner of jobs said nothing sensible: {last}") from error
        return answer if isinstance(answer, dict) else {}
