"""Stop a queued or running experiment of DVC's queue."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from mltui.actions.experiments.dvc import Dvc, failed
from mltui.actions.experiments.processes import belonging
from mltui.actions.gateway import Tell
from mltui.actions.jobs.runner_tree import chosen, send
from mltui.actions.replacing import replace_file
from mltui.errors import Refused, SourceError
from mltui.model.dvc import DvcExperiment
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.shell import quote
from mltui.sources.dvc.queue_processes import workers
from mltui.sources.dvc.queue_tasks import Task, task_of
from mltui.sources.json_files import read_json
from mltui.sources.processes import runs

#: Between two looks (seconds); and how long the worker may take to note what became of it.
LOOK, NOTED = 0.1, 30.0
#: How long its worker may take until there is a process (seconds): a large repository is cloned for it.
BEGINS = 120.0
AGAIN = "stop it again in a moment; mltui exp list tells what runs"
#: So often dvc is told that a task without worker and processes has failed.
TELLS = 3


class Stop:
    """Interrupts the training, terminates it after `grace` seconds, and kills it only with `kill`. One that waits is
    taken out of the queue. DVC notes a task as failed when its own process ended, whatever the training does: one that
    outlived its dvc can be stopped too."""

    name = "exp stop"

    def __init__(self, dvc: Dvc, experiment: DvcExperiment, *, grace: float = 60.0, kill: bool = False) -> None:
        self.experiment = experiment
        self._dvc, self._grace, self._kill = dvc, grace, kill

    @property
    def title(self) -> str:
        return f"stop experiment {self.experiment.name}"

    @property
    def note(self) -> Note:
        return Note(self.experiment.commit, before=self.experiment.status)

    def commands(self) -> Sequence[str]:
        task = self._task()
        if task is None:
            return ()
        if task.state == "queued":
            return (self._dvc.command("queue", "remove", task.rev),)
        there = belonging(task)
        hit = chosen("INT", there)
        if not hit:
            return (self._dvc.command("queue", "kill", "-f", task.rev),)
        pids = " ".join(str(each.pid) for each in hit)
        later = [f"kill -TERM {pids}  # after {self._grace:g} s"]
        later += [f"kill -KILL {' '.join(map(str, there))}  # after that"] if self._kill else []
        return (f"kill -INT {pids}", *later)

    def refusal(self) -> Refused | None:
        if refused := self._dvc.refusal():
            return refused
        task = self._task()
        if task is None or (task.state in ("done", "failed") and not belonging(task)):
            return Refused(f"{self.experiment.name} does not run in DVC's queue", "mltui jobs has what mltui started")
        return None

    def act(self, tell: Tell) -> Outcome:
        task = self._task()
        try:
            if task is not None and task.state == "queued":
                tell(1, 1, "dvc queue remove")
                done = self._dvc.run("queue", "remove", task.rev)
                task = self._task()
                if done.code and task is not None and task.state == "queued":  # else a worker took it meanwhile
                    return failed(self.title, done)
            task = self._begun(task, tell) if task is not None else None
            if task is None:
                return Outcome("done", f"{self.experiment.name} is out of the queue")
            if task.state == "running" and not belonging(task):
                return Outcome("failed", f"{task.name} was taken by a worker and has no process yet", (AGAIN,))
            return self._end(task, tell)
        except SourceError as error:
            return Outcome("unknown", f"{self.title}: {error.summary}", ("mltui exp list tells what runs",))

    def _begun(self, task: Task, tell: Tell) -> Task | None:
        """As the queue has it as soon as it has processes, or none will come. Its worker makes a directory for it
        first, and brings its result home last: in between only there is somebody to be signalled."""
        root, told = Path(task.root), False

        def known() -> bool:
            nonlocal told
            now = task_of(root, task.rev)
            if now is None or now.state != "running" or belonging(now):
                return True
            told = told or tell(1, 1, "waits for its process") is None
            return False

        wait(known, BEGINS)
        return task_of(root, task.rev)

    def _end(self, task: Task, tell: Tell) -> Outcome:
        asked = [("INT", self._grace), ("TERM", min(10.0, self._grace))]
        asked += [("KILL", 10.0)] if self._kill else []
        for number, (how, patience) in enumerate(asked, start=1):
            there = belonging(task)
            if not there:
                break
            hit = send(how, chosen(how, there))
            tell(number, len(asked), f"SIG{how} to {', '.join(str(each.pid) for each in hit)}")
            wait(lambda: not belonging(task), patience)
        if alive := belonging(task):
            still = [f"{pid}  {' '.join(each.argv)}" for pid, each in alive.items()]
            return Outcome("failed", f"{task.name} still runs", (*still, "mltui exp stop --kill kills all of these"))
        left = settled(self._dvc, task)
        now = task_of(Path(task.root), task.rev)
        if now is not None and now.state == "done":
            return Outcome("done", f"{task.name} ended by itself: it finished")
        return Outcome("done", f"{task.name} is stopped, none of its processes is left", left)

    def _task(self) -> Task | None:
        return next((task for root in self._dvc.roots if (task := task_of(Path(root), self.experiment.commit))), None)


def settled(dvc: Dvc, task: Task) -> tuple[str, ...]:
    """What is left in DVC's queue of a task without processes: its worker notes the failure; where that is gone too,
    dvc is told, and the directory it ran in is taken away. Raises a `SourceError`."""
    root = Path(task.root)
    if workers(root):
        wait(lambda: (now := task_of(root, task.rev)) is None or now.state in ("done", "failed"), NOTED)
    now = task_of(root, task.rev)
    if now is not None and now.state in ("running", "lost"):
        now = _told(dvc, now)
    left = []
    folder, place = Path(task.folder).resolve(), (root / ".dvc" / "tmp" / "exps").resolve()
    # nothing else, whatever a file of the queue says
    if task.folder and folder.is_dir() and place in folder.parents and not belonging(task):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.is_dir():
            left.append(f"could not be removed: {folder}")
    if now is not None:
        said = "keeps it as failed" if now.state == "failed" else f"has it as {now.state}"
        left.append(f"DVC's queue {said}: mltui exp remove {quote(task.name)} takes it out")
    return tuple(left)


def _told(dvc: Dvc, task: Task) -> Task | None:
    """Tell dvc that a task failed which nobody will end; how the queue has it then.

    ``dvc queue kill`` notes the failure itself only of a process that it can't signal. Of one that it could it says
    "killed", and leaves the rest to the worker, which may be gone: so it has to be told again. And it can signal what
    is not the task's any more: a zombie that nobody collects (in a container without an init), for ever, and whoever
    got the number since, which would be killed. Of these it is written down first that the process ended, as dvc
    itself does where it finds none.
    """
    root, now = Path(task.root), task_of(Path(task.root), task.rev)
    for _ in range(TELLS):
        if now is None or now.state in ("done", "failed"):
            break
        if now.pid is not None and not runs(now.pid, now.rev):
            _write_down_that_it_ended(now)
        dvc.run("queue", "kill", "-f", now.rev)
        now = task_of(root, task.rev)
    return now


def _write_down_that_it_ended(task: Task) -> None:
    """``returncode`` -1, as `dvc_task.proc.manager.ProcessManager` writes it."""
    path = task.log.with_suffix(".json")
    said = read_json(path)
    if said.get("pid") == task.pid and said.get("returncode") is None:
        with suppress(OSError):  # then dvc is told as it is
            replace_file(path, json.dumps({**said, "returncode": -1}))


def wait(over: Callable[[], bool], seconds: float) -> bool:
    """Look until it is `over`, at most so long; whether it is."""
    end = time.monotonic() + seconds
    while not over():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK)
    return True
