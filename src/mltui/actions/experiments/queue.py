"""Queue an experiment, and run what is queued."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mltui.actions.executors import queue_workers
from mltui.actions.experiments.dvc import Dvc, failed
from mltui.actions.experiments.worktree import in_the_way
from mltui.actions.gateway import Tell
from mltui.errors import Refused, SourceError
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.shell import join, quote
from mltui.sources.dvc.queue_processes import workers
from mltui.sources.dvc.queue_tasks import tasks
from mltui.sources.places import state_dirs
from mltui.sources.retrain.asking import no_overrides

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Where MLflow logs.
VARIABLE = "MLFLOW_TRACKING_URI"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be run: `overrides` as for ``-S``, stages, and a name ("": DVC makes one up)."""

    overrides: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    name: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Behind ``dvc``."""
        sets = [word for each in self.overrides for word in ("-S", each)]
        named = ("-n", self.name) if self.name else ()
        behind = ("--", *self.targets) if any(each.startswith("-") for each in self.targets) else self.targets
        return ("exp", "run", "--queue", *sets, *named, *behind)


class Queue:
    """``dvc exp run --queue``: the worktree as it is now, with other params, waits for a worker."""

    name = "exp queue"

    def __init__(self, dvc: Dvc, wanted: Wanted, workspace: Workspace) -> None:
        self.wanted = wanted
        self._dvc, self._workspace = dvc, workspace

    @property
    def title(self) -> str:
        return f"queue experiment {self.wanted.name}".rstrip() if self.wanted.name else "queue an experiment"

    @property
    def note(self) -> Note:
        return Note("queue of DVC", after=" ".join((*self.wanted.overrides, *self.wanted.targets)))

    def commands(self) -> Sequence[str]:
        return (self._dvc.command(*self.wanted.arguments),)

    def refusal(self) -> Refused | None:
        if refused := self._dvc.refusal():
            return refused
        try:
            if refused := in_the_way(self._dvc):
                return refused
        except SourceError as error:
            return Refused(error.summary, error.hint)
        if self.wanted.name.startswith("-"):
            return Refused(f"{self.wanted.name!r} would be an option of dvc", "choose another name: --name")
        if self.wanted.name and any(task.name == self.wanted.name for task in tasks(self._dvc.root)):
            return Refused(f"the queue has a {self.wanted.name} already", "choose another name: --name")
        return no_overrides(self._workspace, self._dvc.root, self.wanted.overrides)

    def act(self, tell: Tell) -> Outcome:
        tell(1, 1, "dvc exp run --queue")
        try:
            before = {task.rev for task in tasks(self._dvc.root)}
            done = self._dvc.run(*self.wanted.arguments)
        except SourceError as error:
            return Outcome("unknown", f"{self.title}: {error.summary}", ("mltui exp list tells what is queued",))
        new = [task for task in tasks(self._dvc.root) if task.rev not in before]
        if done.code or not new:
            return failed(self.title, done)
        names = ", ".join(task.name for task in new)
        go = "" if workers(self._dvc.root) else "no worker runs: mltui exp start"
        undo = f"mltui exp remove {join(task.name for task in new)} undoes it"
        return Outcome("done", f"queued: {names}", tuple(filter(None, (go, undo))))


class Start:
    """``dvc queue start``: up to so many workers, which go when the queue is empty.

    An experiment runs in a directory that goes when it is over, and a store that its code names by a relative path with
    it: `store` is the absolute tracking URI that trainings are given where the environment has none.
    """

    name = "exp start"

    def __init__(self, dvc: Dvc, jobs: int = 1, store: str | None = None) -> None:
        self.jobs = jobs
        self._dvc = dvc
        self._env = {VARIABLE: store} if store and not os.environ.get(VARIABLE) else {}

    @property
    def title(self) -> str:
        return "run the queue of DVC"

    @property
    def note(self) -> Note:
        return Note("queue of DVC", after=f"{self.jobs} worker{'' if self.jobs == 1 else 's'}")

    def queued(self) -> tuple[str, ...]:
        """The names of what will be run, as DVC's queue has them now."""
        return tuple(task.name for task in tasks(self._dvc.root) if task.state == "queued")

    def commands(self) -> Sequence[str]:
        given = [f"{key}={quote(value)} " for key, value in self._env.items()]
        return ("".join(given) + self._dvc.command("queue", "start", "-j", str(self.jobs)),)

    def refusal(self) -> Refused | None:
        if refused := self._dvc.refusal():
            return refused
        if len(running := workers(self._dvc.root)) >= self.jobs:
            return Refused(f"{len(running)} workers run already: {', '.join(map(str, running))}", "-j N wants more")
        if not any(task.state == "queued" for task in tasks(self._dvc.root)):
            return Refused("nothing is queued", "mltui exp queue -S key=value queues an experiment")
        return None

    def act(self, tell: Tell) -> Outcome:
        tell(1, 1, "dvc queue start")
        jobs = state_dirs(self._dvc.project)[0] / "jobs"
        try:
            with TemporaryDirectory() as folder:
                queue_workers.start(self._dvc, jobs, self.jobs, Path(folder) / "said", self._env)
        except SourceError as error:
            return Outcome("failed", f"{self.title}: {error.summary}")
        running = workers(self._dvc.root)
        told = f"workers: {', '.join(map(str, running))}" if running else "its worker has not said yet that it runs"
        return Outcome("done", "the queue runs", (told, "they go by themselves when nothing is queued"))


def local_store(workspace: Workspace) -> str | None:
    """The absolute URI of the active store, if it lies on this box. Nothing is read but what finds it."""
    reader = workspace.stores.active()
    return reader.store.uri if reader is not None and reader.store.kind in ("sqlite", "file") else None
