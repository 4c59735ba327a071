"""A retrain before it happens: what was asked for, and everything that would come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from mltui.model.gpu import Gpu
from mltui.model.job import JobMode

#: Whether DVC has the outs of this very run in its run cache. **after**: it depends on what a stage before it makes.
RunCache = Literal["yes", "no", "after", "unknown"]
#: What a duration stands on: mltui's own jobs, runs at the commit of the stage's lock entry (inferred), or nothing.
Basis = Literal["jobs", "runs", "not recorded"]
#: What a param is, for a form that keeps its type.
ParamKind = Literal["int", "float", "bool", "str", "list", "dict", "none"]


#: The ways of running in which runs are copied home: a directory on this box that mltui itself takes away.
COLLECTING: Final[frozenset[JobMode]] = frozenset({"isolated", "rev"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants retrained. `overrides` are ``[file:]key=value`` as for ``dvc exp run -S``.

    `executor` is a configured name, None for the default one. `gpu` is what CUDA_VISIBLE_DEVICES shall be, None for
    the default. `collect` copies runs home that an isolated job logs into a directory that goes.
    """

    targets: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    force: bool = False
    executor: str | None = None
    rev: str | None = None
    isolated: bool = False
    gpu: str | None = None
    collect: bool = False


@dataclass(frozen=True, slots=True)
class Took:
    """How long something is expected to take (ms), and what that stands on: of so many jobs or runs."""

    ms: int | None
    basis: Basis = "not recorded"
    times: int = 0


@dataclass(frozen=True, slots=True)
class PlannedStage:
    """A stage that will run, and why. Where `cache` is "after", `after` is the stage whose outs decide it."""

    address: str
    why: str
    cache: RunCache
    after: str = ""
    took: Took = Took(None)
    cmd: str = ""


@dataclass(frozen=True, slots=True)
class SkippedStage:
    """A stage that will not run, and why ("fresh", "frozen")."""

    address: str
    why: str


@dataclass(frozen=True, slots=True)
class ParamField:
    """A param of a stage: its value in the worktree, its kind; `new` if an override changes it."""

    path: str
    key: str
    value: Any
    kind: ParamKind
    changed: bool = False
    new: Any = None

    @property
    def override(self) -> str:
        """How ``-S`` names it: without a file for params.yaml."""
        return self.key if self.path == "params.yaml" else f"{self.path}:{self.key}"


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of the project's code."""

    path: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why it can't be started as asked, and what to do about it."""

    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RetrainPlan:
    """The preview. Nothing of it has happened.

    `command` is exactly what will be run, with full paths, in `cwd` with `env` laid over the environment (what a person
    may see of it: no secrets in it). `params` are those of the stages that will run; `other_params` are those of stages
    that need not, which another value would make run. `uncommitted` are changed tracked files; `unseen` are ignored or
    untracked files that the stages read and that another directory lacks, without those that `links` brings.
    `relative_stores` are the lines that set a relative tracking URI. `experiment` is the name of the DVC experiment
    that it will make, if any. `lands` says where the MLflow runs will land. `obstacles` stand in the way; `questions`
    are asked once more before it starts (no GPU is free); `warnings` are only said.
    """

    asked: Asked
    mode: JobMode
    executor: str
    kind: str
    command: tuple[str, ...]
    cwd: str
    env: Mapping[str, str | None] = field(default_factory=dict)
    stages: tuple[PlannedStage, ...] = ()
    skipped: tuple[SkippedStage, ...] = ()
    params: tuple[ParamField, ...] = ()
    other_params: tuple[ParamField, ...] = ()
    uncommitted: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    relative_stores: tuple[CodeLine, ...] = ()
    lands: str = ""
    store: str | None = None
    gpus: tuple[Gpu, ...] = ()
    gpu: str | None = None
    commit: str | None = None
    branch: str | None = None
    experiment: str | None = None
    waits_for: str = ""
    obstacles: tuple[Obstacle, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def collects(self) -> bool:
        """Whether runs that the code logs beside itself are copied home."""
        return self.asked.collect and self.mode in COLLECTING

    @property
    def before(self) -> str:
        """What happens to the worktree in a clone elsewhere before the command runs in it; "" if it runs here."""
        if self.mode != "remote":
            return ""
        params = f"DVC sets {' '.join(self.asked.overrides)} in its params" if self.asked.overrides else ""
        data = "dvc pull --allow-missing" if self.asked.force else ""
        steps = ", then ".join(step for step in (params, data) if step)
        return f"in a worktree of its own there{': first ' + steps if steps else ''}"

    @property
    def took(self) -> Took:
        """All of it: the sum if every stage's is known, else nothing."""
        if not self.stages or any(stage.took.ms is None for stage in self.stages):
            return Took(None)
        basis: Basis = "jobs" if all(stage.took.basis == "jobs" for stage in self.stages) else "runs"
        return Took(sum(stage.took.ms or 0 for stage in self.stages), basis, min(s.took.times for s in self.stages))
