"""Jobs: what mltui itself started, what became of it, and the files that say so.

A job is a directory ``jobs/<id>/`` of the project's state (docs/jobs.md). Whoever starts it writes `JobSpec` into it
and never touches that again; whoever runs it (the runner of a local or remote job) writes the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: **queued**: waits for its turn or for an engine. **stopping**: asked to stop, not gone yet. **stopped**: ended
#: because it was asked to. **lost**: nobody can tell any more (its runner was killed, its host restarted).
JobState = Literal["queued", "running", "stopping", "finished", "failed", "stopped", "lost"]
#: States after which nothing more happens.
ENDED: frozenset[JobState] = frozenset({"finished", "failed", "stopped", "lost"})

#: How a retrain runs. **in place**: `dvc repro` in the worktree. **isolated**: `dvc exp run --temp`. **workspace**:
#: `dvc exp run` in the worktree. **rev**: `dvc repro` in a linked worktree of another commit. **queue**: DVC's own
#: queue. **remote**: in a clone on another box or a cluster's.
JobMode = Literal["in place", "isolated", "workspace", "rev", "queue", "remote"]

#: **cached**: DVC took its outs from the run cache. **skipped**: it was fresh.
StepState = Literal["waiting", "running", "done", "cached", "skipped", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A file that a stage reads and that was edited while it ran: DVC locks it as it is at the end, as what was read.

    `path` is from the top of the repository. `params` are (key, before, after) of params of the stage in it. `stands`:
    dvc.lock still has it so.
    """

    path: str
    params: tuple[tuple[str, Any, Any], ...] = ()
    stands: bool = True


@dataclass(frozen=True, slots=True)
class JobStep:
    """One stage of a job. `start` and `end` are epoch ms. `lock` is its entry of dvc.lock after it ended, as JSON.

    `edited` is what of its deps and params was edited while it ran, as far as the runner saw.
    """

    address: str
    state: StepState = "waiting"
    start: int | None = None
    end: int | None = None
    lock: Mapping[str, Any] | None = None
    edited: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What was asked for, as it was confirmed. Written once.

    `argv` runs in `cwd` with `env` laid over the environment (None takes a variable away). `stages` are the addresses
    the preview said would run, in order, as DVC says them in `inside`: the directory of its project, "" for the root.
    `commit` and `branch` are HEAD's when it was started (None: detached, no commit); `dirty` that the worktree
    differed. `who` is a person's name. `options` are the executor's own settings, `handle` is what the executor calls
    it (a Slurm job's number), None as long as it has not said.
    """

    id: str
    title: str
    created: int
    executor: str
    kind: str
    mode: JobMode
    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str | None] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    force: bool = False
    rev: str | None = None
    commit: str | None = None
    branch: str | None = None
    dirty: bool = False
    gpu: str | None = None
    links: tuple[str, ...] = ()
    collect: bool = False
    experiment: str | None = None
    store: str | None = None
    who: str = ""
    inside: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is now. Times are epoch ms; `pid` and `pid_start` are of its runner (`sources.processes`).

    `said` are the last lines of what it printed, of a failed one those of the failing stage `failed_stage`.
    `experiment` is the DVC experiment it made, `commit_made` its commit. `alive` are processes of its own that outlived
    it: a pid and a command. `changed` are files that a stop left different from before the start, `notes` whatever else
    is to be said.
    """

    spec: JobSpec
    directory: str
    state: JobState
    start: int | None = None
    end: int | None = None
    exit_code: int | None = None
    pid: int | None = None
    pid_start: str = ""
    host: str = ""
    user: str = ""
    handle: str = ""
    waits_for: str = ""
    steps: tuple[JobStep, ...] = ()
    said: tuple[str, ...] = ()
    failed_stage: str = ""
    experiment: str | None = None
    commit_made: str | None = None
    alive: tuple[tuple[int, str], ...] = ()
    changed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def owed(self) -> bool:
        """Whether DVC's queue has yet to say what became of it: it brings home what was made, which may fail, and knows
        more of a job whose runner was killed."""
        made = self.state == "finished" and self.experiment is not None and self.commit_made is None
        return self.spec.kind == "dvc-queue" and (made or (self.state == "lost" and self.end is None))

    @property
    def followed(self) -> bool:
        """Whether its executor is asked how it is: it runs elsewhere, and more is to come of it."""
        return self.spec.kind != "local" and (not self.ended or self.owed)

    @property
    def log(self) -> str:
        """Path of the file that holds what it printed."""
        return f"{self.directory}/log"

    @property
    def stage(self) -> str:
        """The address of the stage that runs, "" if none does."""
        return next((step.address for step in self.steps if step.state == "running"), "")
