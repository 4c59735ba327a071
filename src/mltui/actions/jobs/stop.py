"""Stop a job or a training, softly first: SIGINT, so that it cleans up and dvc unwinds by itself; then SIGTERM; SIGKILL
only if somebody says so once more. Then everything is looked at, and told."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from mltui.actions.executors.port import Executor, How
from mltui.actions.executors.registry import executor_named
from mltui.actions.gateway import Tell
from mltui.actions.jobs.engines_outside import asking, end_slurm_jobs, sessions_of
from mltui.actions.jobs.killed_runs import set_killed, stopped_runs, was_stopped
from mltui.actions.jobs.lost import settled
from mltui.actions.jobs.runner_containers import Containers, began, traces
from mltui.actions.jobs.runner_tree import Process, chosen, start_of
from mltui.actions.jobs.signalling import Signalled, SignalledJob, SignalledProcess
from mltui.actions.jobs.stoppable import NotStoppable, Target, stoppable_job
from mltui.actions.jobs.verifying import verified
from mltui.errors import MltuiError, Refused, SourceError
from mltui.model.job import Job
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.runs import Run
from mltui.sources.jobs.source import read_job, with_loss
from mltui.sources.port import now_ms
from mltui.sources.workspace import Workspace

#: How long what was terminated may take (s), and what was killed, with dvc unwinding.
TERM_GRACE, KILL_GRACE = 10.0, 45.0
#: How long the processes of a container or a Slurm job that was ended may take (s).
AFTERWARDS = 10.0
#: Steps that are told: SIGINT, SIGTERM, SIGKILL, the look afterwards.
STEPS = 4

#: Asked before SIGKILL, with what still lives: whether to kill it.
Question = Callable[[tuple[tuple[int, str], ...]], bool]


class Stop:
    """The action. `grace` is seconds between SIGINT and SIGTERM, None for the configured ones; `kill` is the second
    question. `wait` and `clock` are for tests."""

    name = "stop"

    def __init__(
        self,
        target: Target,
        workspace: Workspace,
        *,
        grace: float | None = None,
        kill: Question = lambda _alive: False,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.target = target
        self.grace = float(workspace.config.stop_grace) if grace is None else grace
        self._workspace, self._kill, self._wait, self._clock = workspace, kill, wait, clock
        self._processes: set[tuple[int, str]] = set()
        self._sessions: frozenset[int] = frozenset()
        self._containers = Containers(asking(workspace.runner, workspace.project.root), _since(target))
        self._looked: set[How] = set()
        self._killed = False
        self._hurried = False
        self._asked = 0

    @property
    def title(self) -> str:
        return f"stop {self.target.what}"

    @property
    def note(self) -> Note:
        state = self.target.job.state if self.target.job is not None else "RUNNING"
        return Note(self.target.what, before=state, after="stopped")

    def commands(self) -> Sequence[str]:
        """What is signalled, as far as it can be told now: a job elsewhere is cancelled by its executor."""
        if self.target.job is not None and self.target.job.spec.kind != "local":
            return [f"mltui stop {shlex.quote(self.target.job.id)}"]
        there = {each.pid: each for each in self.tree()}
        one = self.target.pid in there
        own = [there[self.target.pid]] if one else chosen("INT", there)
        pids = " ".join(str(each.pid) for each in own)
        later = " ".join(str(each.pid) for each in (there.values() if one else chosen("TERM", there)))
        first = [f"kill -INT {pids}"] if own else []
        return [*first, f"kill -TERM {later}  # after {self.grace:g} s, what still lives"] if later else first

    def refusal(self) -> Refused | None:
        job = self.target.job
        if job is not None:
            found = stoppable_job(read_job_again(job))
            return Refused(found.why, found.hint) if isinstance(found, NotStoppable) else None
        if start_of(self.target.pid) != self.target.pid_start:
            return Refused(f"process {self.target.pid} of {self.target.what} is gone")
        return None

    def tree(self) -> list[Process]:
        """The processes on this host that belong to it now."""
        return self._signalled().tree()

    def hurry(self) -> None:
        """Don't wait for the end of the grace: from another thread, while `act` runs."""
        self._hurried = True

    def act(self, tell: Tell) -> Outcome:
        try:
            signalled, self._asked = self._signalled(), now_ms()
            ended = self._ended(signalled, tell)
            if not ended:
                return self._lives_on(signalled)
            tell(STEPS, STEPS, "looks at what is left")
            return self._told(signalled, tell)
        except KeyboardInterrupt:
            left = ("it was asked to end and may still do so", "mltui jobs tells how it stands")
            return Outcome("interrupted", f"{self.title}: interrupted", left)
        except MltuiError as error:
            return Outcome("failed", f"{self.title}: {error.summary}", (error.hint,) if error.hint else ())

    def _signalled(self) -> Signalled:
        job = self.target.job
        if job is None:
            return SignalledProcess(self.target.pid, self.target.pid_start)
        workspace = self._workspace
        executor: Executor = executor_named(workspace.project, workspace.runner, workspace.config, job.spec.executor)
        return SignalledJob(executor, job)

    def _ended(self, signalled: Signalled, tell: Tell) -> bool:
        """Ask harder and harder; whether it ended."""
        if self._press(signalled, "INT", tell):
            return True
        if self._press(signalled, "TERM", tell):
            return True
        if not self._kill(self._alive(signalled)):
            return False
        self._killed = True
        return self._press(signalled, "KILL", tell)

    def _press(self, signalled: Signalled, how: How, tell: Tell) -> bool:
        number, grace, then = {
            "INT": (1, self.grace, "SIGTERM"),
            "TERM": (2, TERM_GRACE, "the question whether to kill it"),
            "KILL": (3, KILL_GRACE, "no more can be done"),
        }[how]
        self._see(signalled.tree())
        cancelled = signalled.signal(how)
        self._signal_containers(signalled, how)
        whom = ", ".join(f"{_short(command)} ({pid})" for pid, command in cancelled.signalled[:3])
        sent = f"SIG{how} to {whom or self.target.what}"
        end, told, self._hurried = self._clock() + grace, None, False
        while not (over := signalled.over() and (signalled.kept() or not self._containers.running())):
            left = end - self._clock()
            if left <= 0 or self._hurried:
                break
            if told != (told := int(left) + 1):
                tell(number, STEPS, f"{sent}; {then} in {told} s")
            self._wait(signalled.pause)
            self._signal_containers(signalled, how)
        if told is not None:
            tell(number, STEPS, sent)  # no countdown is left standing
        return over

    def _see(self, tree: Sequence[Process]) -> None:
        """Keep what is only known while it runs: which processes, containers and Slurm jobs are its own."""
        self._processes |= {(each.pid, start_of(each.pid)) for each in tree}
        self._containers.see(traces(tree))
        self._sessions |= sessions_of(tree)

    def _signal_containers(self, signalled: Signalled, how: How) -> None:
        """What has a runner leaves that to it."""
        if not signalled.kept():
            if how not in self._looked and self.target.job is not None:
                self._looked.add(how)
                self._containers.printed(self.target.job.log)
            self._containers.signal(how, signalled.tree())

    def _alive(self, signalled: Signalled) -> tuple[tuple[int, str], ...]:
        outside = () if signalled.kept() else self._containers.shown()
        return (*signalled.alive(), *((pid, command) for pid, command in outside))

    def _lives_on(self, signalled: Signalled) -> Outcome:
        alive = [f"{pid} {_short(command)} still lives" for pid, command in self._alive(signalled)]
        return Outcome(
            "failed", f"{self.target.what} did not end", (*alive, "nothing was killed: stop it again to be asked")
        )

    def _told(self, signalled: Signalled, tell: Tell) -> Outcome:
        job = signalled.job if isinstance(signalled, SignalledJob) else None
        runner = self._workspace.runner
        elsewhere = self._containers.end(self._killed)
        elsewhere += end_slurm_jobs(runner, self._workspace.project.root, self._sessions)
        end = self._clock() + AFTERWARDS
        while (alive := signalled.alive()) and elsewhere and self._clock() < end:
            self._wait(signalled.pause)  # a container or a Slurm job of this host takes its processes along
        left = [f"{pid} {_short(command)} still lives" for pid, command in alive] or ["no process of it is left"]
        left += elsewhere
        runs = self._runs(job, tell)  # first: what a killed training left of a database's journal goes with it
        left += verified(job, runner) if job is not None else []
        if job is not None and job.state == "lost" and not alive:
            job = settled(job)
        left += runs
        how = "stopped" if job is None or job.state in ("stopped", "lost") else f"ended by itself: {job.state}"
        notes = job.notes if job is not None else ()
        return Outcome("failed" if alive else "done", f"{self.target.what} {how}", (*left, *notes))

    def _runs(self, job: Job | None, tell: Tell) -> list[str]:
        """Runs that it ended become KILLED: nobody else will say so. That takes as long as mlflow takes to load."""
        try:
            runs = self._own_run()
            if job is not None:
                runs = stopped_runs(self._workspace, job, self._processes, self._asked)
        except SourceError as error:
            return [f"whether MLflow runs are left RUNNING is not known: {error.summary}"]
        if runs:
            many = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
            tell(STEPS, STEPS, f"sets {many} to KILLED, by the project's mlflow")
        killed = set_killed(self._workspace, runs)
        names = {run.run_id: run.name or run.run_id[:8] for run in runs}
        return [*(f"run {names[run]} set to KILLED" for run in killed.set), *killed.left]

    def _own_run(self) -> list[Run]:
        reader = self._workspace.reader()
        run = reader.run(self.target.run.run_id) if reader is not None and self.target.run is not None else None
        return [run] if run is not None and was_stopped(run, self._asked) else []


def read_job_again(job: Job) -> Job:
    """As its files have it now."""
    found = read_job(Path(job.directory))
    return with_loss(found) if found is not None else job


def _since(target: Target) -> float:
    """When it began (epoch s): a container that is older is not its own."""
    if target.job is not None:
        return (target.job.start or target.job.spec.created) / 1000
    return began(target.pid_start.rpartition(":")[2])


def _short(command: str) -> str:
    words = command.split()
    return " ".join(word.rpartition("/")[2] or word for word in words[:3]) + (" …" if len(words) > 3 else "")
