"""The configuration, frozen: flag > environment > mltui.toml or [tool.mltui] > user file > default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mltui.model.metric import Goal
from mltui.model.part import Problem


@dataclass(frozen=True, slots=True)
class Rebound:
    """One line of keys.toml: a command's `id`, the `keys` it is to have (none: only the palette has it), file:line."""

    id: str
    keys: tuple[str, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a user can set. Field docs are the configuration reference's text."""

    store: str | None = None  #: URI or path of the MLflow store to show
    store_origin: str = ""  #: who said so: "flag", "environment", ".env", "configuration" or ""
    registry: str | None = None  #: URI of the model registry, if another than the store
    users: frozenset[str] = frozenset()  #: "store", "registry", "python" if the user himself named what counts
    experiments: tuple[str, ...] = ()  #: globs of the experiments that belong to this project
    python: str | None = None  #: the project's interpreter for work with dvc and mlflow
    primary: str | None = None  #: [metrics] primary
    goals: Mapping[str, Goal] = field(default_factory=dict)  #: [metrics] goal = {"auc" = "max"}
    run_logs: tuple[str, ...] = ()  #: [run] log: globs of the log files of runs, with {run_id} and {run_name}
    view: str | None = None  #: [runs] view: the named view of the table of runs to begin with
    data_outs: tuple[str, ...] = ()  #: [data] outs: pipeline outputs that are datasets
    read_only: bool = False  #: refuse every action
    as_of: str = ""  #: the other time that is looked at, as it was typed: every action is refused. No setting
    theme: str = ""  #: name of a theme, "" for the default
    ascii: bool = False  #: draw with ASCII only
    hash_file_bytes: int = 256 << 20  #: [status] hash_file_bytes: larger files are never hashed unasked
    hash_dir_bytes: int = 2 << 30  #: [status] hash_dir_bytes: larger directories are never hashed unasked
    hash_dir_files: int = 10_000  #: [status] hash_dir_files: fuller directories are never hashed unasked
    executor: str = "local"  #: [retrain] executor: who runs a retrain, the name of an [executors.NAME] or a kind
    overrides_in: str = "isolated"  #: [retrain] overrides_in: "isolated" or "workspace", how a retrain with -S runs
    stop_grace: int = 60  #: [retrain] stop_grace: seconds a training has after SIGINT before SIGTERM
    bell: bool = True  #: [notify] bell: ring the terminal's bell when something of `notify_on` ends
    desktop: str = "off"  #: [notify] desktop: "osc9" or "osc777" asks the terminal for a notification of the desktop
    notify_on: tuple[str, ...] = ("job",)  #: [notify] on: what is told of, "job" (what mltui started) and "run"
    passthrough: bool = False  #: [notify] passthrough: wrap notifications for tmux or screen (allow-passthrough)
    copy_by: str = "auto"  #: [terminal] copy: "osc52" if the terminal takes it for certain, "select" shows the text
    title: bool = True  #: [terminal] title: say in the window's title what is looked at
    links: tuple[str, ...] = ()  #: [isolated] link: ignored or untracked paths that isolated jobs get as links
    executors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  #: [executors.NAME] kind = "slurm", …
    promote: Mapping[str, Any] = field(default_factory=dict)  #: [promote] of this worktree: what counts is committed
    gates: tuple[Mapping[str, Any], ...] = ()  #: [[gates]] of this worktree, as written (`sources.gates.policy`)
    rebound: tuple[Rebound, ...] = ()  #: what keys.toml says, beside the user's own file
    files: tuple[str, ...] = ()  #: the configuration files that were read, the weakest first
    problems: tuple[Problem, ...] = ()  #: unknown keys and unreadable files, with file and line

    @property
    def gate_metric(self) -> str | None:
        """The metric of the first gate that compares one (CONTRACT, Defaults: the primary metric).

        Of the worktree's copy, which counts for no promotion: which column comes first guards nothing, and asking git
        for the committed copy would cost a start a process or three.
        """
        if not self.gates:
            return None
        from mltui.model.gate_keys import first_metric

        return first_metric(self.gates)

    def is_users(self, field: str) -> bool:
        """Whether the user's own files or variables name the `field`, "store", "registry" or "python", and not only the
        repository that he looks at."""
        return field in self.users or (field == "store" and self.store_origin in ("flag", "environment", "chosen"))
