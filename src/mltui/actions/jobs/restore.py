"""Put back what a job left different from before its start: a plan of shell commands, shown, and then run as shown."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mltui.actions.gateway import Tell
from mltui.actions.jobs.left_behind import LeftBehind, forget, kept, left_behind
from mltui.actions.jobs.runner_turn import dvc_root
from mltui.errors import Refused, SourceError
from mltui.model.job import Job
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.shell import quote
from mltui.sources.dvc.python import dvc_words
from mltui.sources.dvc.running import writers
from mltui.sources.git.command import QUIET
from mltui.sources.runner import Runner

#: `dvc checkout` may copy a lot of data out of the cache (s).
STEP_SECONDS = 24 * 3600.0
WAIT = "wait for it, or stop it"


@dataclass(frozen=True, slots=True)
class RestoreStep:
    """One shell command and what it does. `optional`: that it fails leaves the rest as good as it was."""

    does: str
    command: str
    optional: bool = False


class Restore:
    """The action of one job that has ended."""

    name = "restore"

    def __init__(self, job: Job, runner: Runner) -> None:
        self.job = job
        self._runner = runner
        self.left: LeftBehind | None = left_behind(job)

    @property
    def title(self) -> str:
        return f"put back what job {self.job.id} left different"

    @property
    def note(self) -> Note:
        files = ", ".join(file.path for file in self.left.restorable) if self.left else ""
        return Note(f"job {self.job.id}", before=files, after="as before its start")

    def commands(self) -> Sequence[str]:
        return [step.command for step in self.steps()]

    def steps(self) -> list[RestoreStep]:
        """What happens, in order, in git's top directory."""
        if self.left is None:
            return []
        return [*_of_git(self.job, self.left), *_of_files(self.job, self.left), *_of_dvc(self.job, self.left)]

    def refusal(self) -> Refused | None:
        if not self.job.ended:
            return Refused(f"job {self.job.id} has not ended", f"stop it first: mltui stop {self.job.id}")
        self.left = left_behind(self.job)
        if self.left is None:
            return Refused(f"what was there before job {self.job.id} was not written down")
        if not self.left.top.is_dir():
            return Refused(f"{self.left.top} is gone")
        root = dvc_root(self.job.spec.cwd)
        for process in writers([Path(root)] if root is not None else []).values():
            who = f"pid {process.pid}, {process.command}"  # DVC would lock what is put back as what that stage read
            return Refused(f"a stage runs in this worktree: {who}", WAIT)
        if not self.steps():
            return Refused(f"nothing that job {self.job.id} left can be put back", "; ".join(self._alone()[:3]))
        return None

    def act(self, tell: Tell) -> Outcome:
        with _turn(self.job) as other:
            if other:
                return Outcome("failed", f"{self.title}: {other} has its turn in this worktree", (WAIT,))
            return self._put_back(tell)

    def _put_back(self, tell: Tell) -> Outcome:
        steps, said, alone = self.steps(), list[str](), self._alone()
        for number, step in enumerate(steps, start=1):
            tell(number, len(steps), step.does)
            if (failed := self._run(step)) is None:
                continue
            if not step.optional:
                left = [f"step {number} of {len(steps)}, {step.does}: {failed}"]
                return Outcome("failed", f"{self.title}: stopped", tuple(left))
            said.append(f"{step.does}: {failed}")
        if self.left is not None:
            forget(self.job, self.left.restorable)
        return Outcome("done", f"what job {self.job.id} left different is put back", (*said, *alone))

    def _alone(self) -> list[str]:
        return (
            [f"{file.path} is left as it is: {file.why}" for file in self.left.files if file.why] if self.left else []
        )

    def _run(self, step: RestoreStep) -> str | None:
        assert self.left is not None
        env = {"DVC_NO_ANALYTICS": "1", "CI": "1", **{k: v for k, v in QUIET.items() if k != "GIT_OPTIONAL_LOCKS"}}
        try:
            done = self._runner.run(("sh", "-ec", step.command), cwd=self.left.top, env=env, timeout=STEP_SECONDS)
        except SourceError as error:
            return error.summary
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return None if done.code == 0 else (lines[-1] if lines else f"exit code {done.code}")


@contextlib.contextmanager
def _turn(job: Job) -> Iterator[str]:
    """While it lasts no job begins in the worktree (docs/jobs.md, in-place.lock). Says which one has it, "" if none."""
    with contextlib.ExitStack() as stack:
        other = ""
        with contextlib.suppress(OSError):  # a file system without such locks, a state that can't be written
            lock = stack.enter_context((Path(job.directory).parents[1] / "in-place.lock").open("a+"))
            lock.seek(0)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                lock.truncate(0)
                print(job.id, file=lock, flush=True)
            except BlockingIOError:
                other = f"job {lock.read(100).strip()}"
        yield other


def _of_git(job: Job, left: LeftBehind) -> list[RestoreStep]:
    """HEAD and refs that only `dvc exp run` in the worktree moves: any other move is somebody's own."""
    if job.spec.mode != "workspace":
        return []
    steps = []
    if left.branch and not left.branch_after:
        command = f"git symbolic-ref HEAD {quote(left.branch)}"
        steps.append(RestoreStep(f"HEAD on {left.branch.removeprefix('refs/heads/')} again", command))
    steps += [RestoreStep(f"without {ref}", f"git update-ref -d {quote(ref)}") for ref in left.exec_refs]
    return steps


def _of_files(job: Job, left: LeftBehind) -> list[RestoreStep]:
    steps = []
    by_commit = [file.path for file in left.restorable if file.how == "commit"]
    if by_commit:
        paths = " ".join(map(quote, by_commit))
        command = f"git checkout -q {quote(left.head)} -- {paths}"
        steps.append(RestoreStep(f"{_count(by_commit)} as committed", command))
    for file in left.restorable:
        path = quote(file.path)
        if file.index is not None:
            command = f"git update-index --add --cacheinfo {','.join((*file.index, path))}"
            steps.append(RestoreStep(f"git's index of {file.path}", command))
        elif file.how == "remove" and file.tracked:
            steps.append(RestoreStep(f"{file.path} out of git's index", f"git rm -q --cached -- {path}"))
        if file.how == "copy":
            make = f"mkdir -p -- {quote(os.path.dirname(file.path) or '.')}"  # noqa: PTH120
            copy = f"cp -p -- {quote(kept(job, file.path))} {path}"
            steps.append(RestoreStep(f"{file.path} from the job's copy", f"{make} && {copy}"))
        elif file.how == "remove":
            steps.append(RestoreStep(f"without {file.path}, which was not there", f"rm -f -- {path}"))
    return steps


def _of_dvc(job: Job, left: LeftBehind) -> list[RestoreStep]:
    """Outs that DVC removed before a stage ran; its cache has them if they were ever finished."""
    dvc, _ = dvc_words(job.spec.argv)
    if not left.addresses or not dvc:
        return []
    words = " ".join(map(quote, (*dvc, "checkout", "-q", *left.addresses)))
    command = f"cd {quote(job.spec.cwd)} && {words}"
    return [RestoreStep("the outs of its stages from DVC's cache", command, optional=True)]


def _count(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else f"{len(paths)} files"
