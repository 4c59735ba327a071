"""The executor `ssh`: jobs on another box, in an existing clone there, through OpenSSH.

Its table takes `host`, `path` and `python`, if need be `user`, `ssh_config`, `setup`, `dirty` and `push`
(docs/executors-ssh.md).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mltui.actions.executors.box import last_line
from mltui.actions.executors.clone import GONE, Clone, clone_of
from mltui.actions.executors.port import Cancelled, How, LogPiece, Place
from mltui.actions.executors.record import document, pairs
from mltui.actions.jobs.lost import unbegun
from mltui.errors import ConfigError, Refused, SourceError, Unreachable
from mltui.model.job import Job, JobSpec


class Ssh:
    """Runs jobs on one box. What the engine calls a job is its directory there."""

    kind = "ssh"

    def __init__(self, place: Place) -> None:
        if not place.options.get("host"):
            raise ConfigError(f"executor {place.name} needs host: a name that ssh knows")
        self.clone: Clone = clone_of(place)

    def refusal(self, spec: JobSpec) -> str | None:
        return self.clone.refusal(spec)

    def submit(self, spec: JobSpec, directory: Path) -> str:
        folder = self.clone.send(spec)
        done = self.clone.box.asked(self.clone.runner("start", spec.id), "the start of the runner")
        if done.code != 0:
            self.clone.discard(spec.id)
            raise Refused(f"{self.clone.box.name}: the runner did not start: {last_line(done.stderr)}")
        return folder

    def status(self, job: Job) -> Job:
        if job.ended and job.state != "lost":
            return job
        found = self.clone.status(job)
        if found.state == "queued" and found.pid is None and not job.handle:
            return replace(found, state="lost", notes=(unbegun(job),))
        return brought(self.clone, found)

    def log(self, job: Job, offset: int, limit: int = 1 << 20) -> LogPiece:
        return self.clone.log(job, offset, limit)

    def cancel(self, job: Job, how: How) -> Cancelled:
        folder = shlex.quote(self.clone.directory(job.id))
        script = f"[ -d {folder} ] || exit {GONE}; {self.clone.runner('cancel', job.id, how)}"
        done = self.clone.box.shell(script)
        if done.code == GONE:
            return Cancelled(said=(f"its directory on {self.clone.box.name} is gone",))
        said = document(last_line(done.stdout.decode(errors="replace")))
        if not said:
            raise Unreachable(f"{self.clone.box.name}: {last_line(done.stderr) or 'the runner said nothing'}")
        return Cancelled(pairs(said.get("signalled")), pairs(said.get("alive")))

    def list(self) -> Sequence[str]:
        return self.clone.list()


def brought(clone: Clone, job: Job) -> Job:
    """An ended job whose experiment has come home. A box that can't be reached just now is asked again: the job is as
    it was (`Unreachable`); another failure is said in the job's notes."""
    if not job.ended or job.experiment is None:
        return job
    try:
        return clone.bring(job)
    except Unreachable:
        raise
    except SourceError as error:
        return replace(job, notes=(*job.notes, f"its experiment is only on {clone.box.name}: {error.summary}"))
