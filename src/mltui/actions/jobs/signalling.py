"""What a stop signals and asks: a job through its executor, else a training that somebody started, by its process."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from mltui.actions.executors.port import Cancelled, Executor, How
from mltui.actions.jobs import runner_stop
from mltui.actions.jobs.runner_tree import Process, descent, members, of_engines, processes, send, shown
from mltui.model.job import Job
from mltui.sources.jobs.source import being_started, read_job
from mltui.sources.port import now_ms
from mltui.sources.processes import is_there


class Signalled(Protocol):
    """Something that is asked to end."""

    pause: float  #: seconds between two looks

    def signal(self, how: How) -> Cancelled:
        """Ask it once. Raises `SourceError`, `Refused`."""

    def over(self) -> bool:
        """Whether it has ended, with all that belongs to it. Raises `SourceError`."""

    def alive(self) -> tuple[tuple[int, str], ...]:
        """What of it lives on this host: a pid and a command each."""

    def tree(self) -> list[Process]:
        """Its processes on this host."""

    def kept(self) -> bool:
        """Whether a runner is there that sees to what is outside of the tree."""


class SignalledJob:
    """A job of mltui's. `job` is as it was last seen."""

    def __init__(self, executor: Executor, job: Job) -> None:
        self.job = job
        self.pause = 0.1 if job.spec.kind == "local" else 2.0
        self._executor = executor

    def signal(self, how: How) -> Cancelled:
        """Of one that is just being started its engine knows nothing yet: then whoever starts it finds the wish, and
        passes it on. A runner here finds it itself."""
        if self.job.spec.kind != "local" and self._is_wished(how):
            return Cancelled(said=("it is just being started: it is stopped as soon as it is",))
        self._look_again()
        return self._executor.cancel(self.job, how)

    def _is_wished(self, how: How) -> bool:
        """Whether it is being started, and whoever does has the wish: that he looks for one when he is done, and this,
        come one after the other, so that one of both passes it on."""
        with runner_stop.alone(self.job.directory) as held:
            if not being_started(self.job):
                return False
            runner_stop.put(self.job.directory, {"how": how, "at": now_ms()})
        return held or bool(being_started(self.job))  # where there are no locks rather both than none

    def over(self) -> bool:
        """A lost one has no runner to say so: it is over once nothing of it lives."""
        if self.job.spec.kind != "local" and being_started(self.job):
            return False
        self._look_again()
        self.job = self._executor.status(self.job)
        return self.job.ended and (self.job.state != "lost" or not self.job.alive)

    def _look_again(self) -> None:
        """What its engine calls it is written down when it was started."""
        if not self.job.handle:
            self.job = read_job(Path(self.job.directory)) or self.job

    def alive(self) -> tuple[tuple[int, str], ...]:
        """Containers, which are no part of the tree, are known to the job's runner."""
        return tuple({**dict(self.job.alive), **dict(shown(self.tree()))}.items())

    def tree(self) -> list[Process]:
        if self.job.spec.kind != "local":
            return []
        return list(members(self.job.id, self.job.pid if self.kept() else None).values())

    def kept(self) -> bool:
        if self.job.spec.kind != "local":
            return True
        return self.job.pid is not None and is_there(self.job.pid, self.job.pid_start) is not False


class SignalledProcess:
    """A training by its process: interrupted alone, terminated and killed with everything below it."""

    pause = 0.1

    def __init__(self, pid: int, start: str) -> None:
        self._pid, self._start = pid, start
        self._known: dict[tuple[int, str], Process] = {}

    def signal(self, how: How) -> Cancelled:
        there = self.tree()
        engines = of_engines({each.pid: each for each in there})
        own = [each for each in there if each.pid not in engines and (how != "INT" or each.pid == self._pid)]
        reached = send(how, own)
        return Cancelled(tuple((pid, command) for pid, command in shown(reached)))

    def over(self) -> bool:
        return not self.tree()

    def alive(self) -> tuple[tuple[int, str], ...]:
        return tuple((pid, command) for pid, command in shown(self.tree()))

    def kept(self) -> bool:
        return False

    def tree(self) -> list[Process]:
        """It, what is below it, and what was below it when it was last looked at."""
        every = processes()
        below = {self._pid} if is_there(self._pid, self._start) else set()
        below |= {pid for pid, start in self._known if pid in every and every[pid].start == start}
        found = [every[pid] for pid in sorted(descent(every, below))]
        self._known = {(each.pid, each.start): each for each in found}
        return found
