"""The executor ``dvc-queue``: DVC's own queue of experiments (Celery over files).

A job is an experiment ``-n NAME`` in the queue; its handle is DVC's stash commit. Status is read from the queue's
files: ``dvc queue status`` locks. Options of its table: ``jobs`` (workers at once, default 1).
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mltui.actions.executors import queue_workers
from mltui.actions.executors.port import Cancelled, How, LogPiece, Place
from mltui.actions.executors.queue_said import told
from mltui.actions.executors.record import keep, pairs, piece_of
from mltui.actions.experiments.dvc import Dvc, said
from mltui.actions.experiments.processes import belonging
from mltui.actions.experiments.stop import settled
from mltui.actions.experiments.worktree import in_the_way
from mltui.actions.jobs import runner_stop
from mltui.actions.jobs.runner_tree import chosen, send, shown
from mltui.actions.jobs.shipped import RUNNER
from mltui.config import Config
from mltui.errors import MltuiError, Refused
from mltui.model.job import Job, JobSpec, JobState
from mltui.model.job_record import state_document
from mltui.model.shell import quote
from mltui.sources.dvc.queue_processes import workers
from mltui.sources.dvc.queue_tasks import Task, task_of, tasks
from mltui.sources.git.revs import full_sha
from mltui.sources.jobs.source import JobsSource, read_job, with_loss
from mltui.sources.places import state_dirs
from mltui.sources.port import now_ms
from mltui.sources.processes import process_argv


class DvcQueue:
    """Runs jobs in DVC's queue."""

    kind = "dvc-queue"
    keeps = True  #: the runner that a worker becomes writes its files

    def __init__(self, place: Place) -> None:
        self._place = place
        python = place.options.get("python", place.python)
        config = Config(python=python) if isinstance(python, str) else Config()
        self._dvc = Dvc(place.project, config, place.runner)

    def refusal(self, spec: JobSpec) -> str | None:
        if refused := self._dvc.refusal():
            raise refused
        if not spec.argv:
            return "there is no command to run"
        if not spec.experiment:
            return "a queued job needs the name of its experiment"
        if "--queue" not in spec.argv:
            return "only dvc exp run --queue can be queued: DVC's queue runs pipelines and nothing else"
        if refused := in_the_way(self._dvc):
            raise refused
        if any(task.name == spec.experiment for task in tasks(self._root(spec))):
            return f"the queue has an experiment {spec.experiment} already"
        return None

    def warnings(self, spec: JobSpec) -> tuple[str, ...]:
        """What a preview says besides: a worker of somebody else knows nothing of a job's environment."""
        if not (others := queue_workers.strangers(self._dvc, state_dirs(self._place.project)[0] / "jobs")):
            return ()
        pids = ", ".join(map(str, others))
        return (
            f"a worker that mltui did not start may take it (pid {pids}): the job has that one's environment then, its "
            "GPU and tracking server too, and its runs are known by the experiment's name only",
        )

    def submit(self, spec: JobSpec, directory: Path) -> str:
        if why := self.refusal(spec):
            raise Refused(why)
        root = self._root(spec)
        before = {task.rev for task in tasks(root)}
        given = {**self._dvc.env(), "CI": "1", **{key: spec.env[key] for key in ("PATH",) if spec.env.get(key)}}
        done = self._place.runner.run(spec.argv, cwd=Path(spec.cwd), env=given, timeout=24 * 3600.0)
        task = next((each for each in tasks(root) if each.rev not in before and each.name == spec.experiment), None)
        if done.code or task is None:
            raise Refused(f"dvc could not queue it: {said(done.stderr, done.code)}")
        with suppress(OSError):  # `dvc queue logs` and whoever reads the job's log read the same file
            (directory / "log").symlink_to(task.log)
        count = self._place.options.get("jobs")
        # a worker that can't be started leaves the job in the queue, and its status says so
        with suppress(MltuiError, OSError):
            queue_workers.start(
                self._dvc, directory.parent, count if isinstance(count, int) else 1, directory / "queue"
            )
        return task.rev

    def status(self, job: Job) -> Job:
        if job.ended and not job.owed:
            return job
        task = self._task(job)
        found = self._looked(job, task)
        if found.state == "lost" and not job.handle:  # dvc may still be putting it into the queue
            return found
        alone = found.ended or task is None or task.state == "queued" or _is_strangers(task)  # no runner writes
        return keep(found) if alone and state_document(found) != state_document(job) else found

    def log(self, job: Job, offset: int, limit: int = 1 << 20) -> LogPiece:
        task = None if job.handle else self._task(job)
        rev = task.rev if task is not None else job.handle
        path = self._root(job.spec) / ".dvc" / "tmp" / "exps" / "run" / rev / f"{rev}.out"
        return piece_of(path, offset, limit)

    def cancel(self, job: Job, how: How) -> Cancelled:
        root = self._root(job.spec)
        task = self._task(job)
        if task is not None and task.state == "queued":
            runner_stop.ask(job.directory, {"how": how, "at": now_ms()})
            done = self._dvc.run("queue", "remove", task.rev)
            task = task_of(root, task.rev)
            if task is None:
                return Cancelled(said=("taken out of DVC's queue before it began",))
            if done.code and task.state == "queued":
                return Cancelled(said=(f"dvc queue remove: {said(done.stderr, done.code)}",))
        if task is None:
            return Cancelled(said=("DVC's queue does not have it any more",))
        if _has_runner(job):  # it goes on from there: what begins after this is signalled too
            argv = (sys.executable, str(RUNNER), "cancel", job.directory, how)
            told = self._place.runner.run(argv, cwd=Path(job.directory), timeout=60.0)
            answer = json.loads(told.stdout or b"{}")
            hit, left = pairs(answer.get("signalled")), pairs(answer.get("alive"))
        else:
            there = belonging(task, (f"MLTUI_JOB={job.id}",))
            runner_stop.ask(job.directory, {"how": how, "at": now_ms()})
            hit = pairs(shown(send(how, chosen(how, there))))
            left = pairs(shown(belonging(task, (f"MLTUI_JOB={job.id}",)).values()))
        notes = settled(self._dvc, task) if not left and not workers(root) else ()  # nobody else will
        return Cancelled(hit, left, notes)

    def list(self) -> Sequence[str]:
        roots = self._dvc.roots
        return [task.rev for root in roots for task in tasks(Path(root)) if task.state in ("queued", "running")]

    # What it is

    def _looked(self, job: Job, task: Task | None) -> Job:
        """By the files of the runner that has it, and by those of the queue."""
        root = self._root(job.spec)
        now = read_job(Path(job.directory)) or job
        now = with_loss(replace(now, handle=job.handle or (task.rev if task else ""), experiment=job.spec.experiment))
        if task is None:
            return self._gone(now)
        if task.state == "queued":
            return replace(now, state="queued", waits_for=self._waits_for(task))
        stopping = (Path(job.directory) / "stop.json").exists()
        if not _has_runner(now):
            now = told(replace(now, waits_for=""), task)  # a worker of somebody else has it
            state: JobState = "stopping" if stopping else "running"
            if task.state == "failed":
                state = "stopped" if stopping else "failed"
            now = replace(now, state=state, end=task.end, exit_code=task.exit_code)
        if task.state == "running":
            if now.ended and (
                now.state != "lost" or workers(root)
            ):  # a worker brings its result home, or notes its end
                now = replace(now, state="stopping" if stopping else "running", end=None)
            if now.state == "queued":  # its runner has only just begun
                now = replace(now, state="running", waits_for="")
            orphan = () if workers(root) else ("its worker was killed: nobody brings its result home",)
            return replace(now, notes=tuple(dict.fromkeys((*now.notes, *orphan))))
        if task.state == "done":
            made = full_sha(self._place.project, self._place.runner, task.ref) if task.ref else None
            return _finished(replace(now, end=now.end or task.end), made)
        alive = pairs(shown(belonging(task, (f"MLTUI_JOB={job.id}",)).values()))
        if task.state == "failed":
            failed: JobState = "failed" if now.state in ("finished", "running") else now.state
            if now.state == "lost" and not alive:  # its runner was killed, and nothing of it is left to be stopped
                failed = "stopped" if stopping else "failed"
            note = f"DVC's queue keeps it as failed: mltui exp remove {quote(task.name)} takes it out"
            notes = tuple(dict.fromkeys((*now.notes, note)))
            end = now.end if failed == "lost" else now.end or task.end
            return replace(now, state=failed, end=end, alive=alive, notes=notes)
        if now.state in ("failed", "stopped"):
            return replace(now, alive=alive)
        where = f"its directory is {task.folder}" if task.folder else "it had not begun"
        left = (
            f"its worker was killed, nobody brings its result home; {where}",
            f"mltui exp stop {quote(task.name)} clears up",
        )
        notes = tuple(dict.fromkeys((*now.notes, *left)))
        return replace(now, state="lost", end=None if alive else now.end or now_ms(), alive=alive, notes=notes)

    def _gone(self, job: Job) -> Job:
        """The queue does not have it: it was taken out, or it ended and the queue was cleared."""
        spec, project = job.spec, self._place.project
        ref = f"refs/exps/{spec.commit[:2]}/{spec.commit[2:]}/{spec.experiment}" if spec.commit else ""
        made = full_sha(project, self._place.runner, ref) if ref else None
        if made is not None or job.state == "finished":
            return _finished(job, made)
        if job.state in ("failed", "stopped"):  # as its runner said
            return job
        if (Path(job.directory) / "stop.json").exists():
            return replace(job, state="stopped", notes=("taken out of DVC's queue",), end=job.end or now_ms())
        said = "DVC's queue does not have it any more: dvc queue remove"
        return replace(job, state="lost", end=job.end or now_ms(), notes=(said,))

    def _waits_for(self, task: Task) -> str:
        if not workers(Path(task.root)):
            start = shlex.join((*self._dvc.argv, "queue", "start"))
            return f"no worker of DVC's queue runs: mltui exp start ({start})"
        jobs = {each.handle: f"job {each.id}" for each in JobsSource(self._place.project).load()}
        every = [each for each in tasks(Path(task.root)) if each.state in ("running", "queued")]
        before = every[: [each.rev for each in every].index(task.rev)] if task in every else []
        return ", ".join(jobs.get(each.rev, f"experiment {each.name}") for each in before[-3:])

    def _task(self, job: Job) -> Task | None:
        """What the queue has of it: by its handle, else by the name of its experiment. Whoever started it may have been
        killed before he could write down the handle."""
        root = self._root(job.spec)
        if job.handle:
            return task_of(root, job.handle)
        return next((task for task in tasks(root) if task.name and task.name == job.spec.experiment), None)

    def _root(self, spec: JobSpec) -> Path:
        """The DVC project whose queue has it."""
        around = [root for root in self._dvc.roots if spec.cwd == root or spec.cwd.startswith(f"{root}{os.sep}")]
        return Path(max(around, key=len)) if around else self._dvc.root


def _finished(job: Job, made: str | None) -> Job:
    """`job` at its end; without a commit there is no experiment either."""
    name = job.experiment if made is not None else None
    return replace(job, state="finished", exit_code=0, experiment=name, commit_made=made)


def _has_runner(job: Job) -> bool:
    """Whether one of the workers that mltui starts took it, as its files say now."""
    return ((read_job(Path(job.directory)) or job).pid or job.pid) is not None


def _is_strangers(task: Task | None) -> bool:
    """Whether a worker that mltui did not start runs it: nobody else writes down how it stands."""
    if task is None or task.state != "running" or task.pid is None:
        return False
    argv = " ".join(process_argv(task.pid) or ())  # one look: it may end before a second
    return task.rev in argv and "queue_shim.py" not in argv and "/queue/dvc" not in argv
