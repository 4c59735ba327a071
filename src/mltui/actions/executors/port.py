"""The port of an executor: submit, status, log from an offset, cancel, list.

A plugin is a class with these methods and an entry point in the group ``mltui.executors``; it is made with the settings
of its table in mltui.toml and is called from any thread. What it raises is `Refused` (nothing was started) or a
`SourceError` (it can't be asked now); everything else is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from mltui.model.job import Job, JobSpec
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: How hard a job is asked to end: its training is interrupted; terminated; killed with everything that belongs to it.
How = Literal["INT", "TERM", "KILL"]


@dataclass(frozen=True, slots=True)
class Place:
    """What an executor is made with: the project, the door to commands, its name and its table of the configuration.

    `python` is the project's interpreter on this box where the configuration names one.
    """

    project: Project
    runner: Runner
    name: str
    options: Mapping[str, Any]
    python: str | None = None


@dataclass(frozen=True, slots=True)
class LogPiece:
    """Bytes of a job's log from `offset` on; `size` is how long the log is now."""

    data: bytes
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancel did: the processes it signalled, and those of the job that still live (a pid and a command each;
    of a remote job as that box numbers them)."""

    signalled: tuple[tuple[int, str], ...] = ()
    alive: tuple[tuple[int, str], ...] = ()
    said: tuple[str, ...] = ()


class Executor(Protocol):
    """Runs jobs somewhere. `kind` is the name of its entry point: "local", "slurm".

    What `status` says is written into the job's state.json by whoever asked. An executor whose jobs write that
    file themselves, on a file system that both see, has ``keeps = True``: an older answer must not overwrite it.
    """

    kind: str

    def refusal(self, spec: JobSpec) -> str | None:
        """Why such a job can't be submitted (a dirty tree); None if it can. Changes nothing.

        An engine that can't be asked raises, as a reason with a hint does: what is said then has the hint too."""

    def submit(self, spec: JobSpec, directory: Path) -> str:
        """Start it and return what the engine calls it. `directory` has spec.json. Raises `Refused`, `SourceError`.

        `Unanswered` says that it may have been started: such a job is followed, and can be stopped, by `status` and
        `cancel` of a job whose handle is "". After any other error it never begins.

        As long as it takes, whoever asks for the job's `status` or wants it cancelled is held off. If that process is
        killed meanwhile, both are called of a job whose handle is "".
        """

    def status(self, job: Job) -> Job:
        """`job` as it is now. An engine that can't be asked raises `SourceError`: the job is as it was then."""

    def log(self, job: Job, offset: int, limit: int = 1 << 20) -> LogPiece:
        """At most `limit` bytes of what it printed, from byte `offset` on."""

    def cancel(self, job: Job, how: How) -> Cancelled:
        """Ask it to end, once, and return at once. Looking at `status` tells when it has."""

    def list(self) -> Sequence[str]:
        """What the engine calls those of its jobs that it knows of and that have not ended."""
