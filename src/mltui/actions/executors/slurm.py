"""The executor `slurm`: jobs of a cluster, by sbatch, squeue and scancel, here or on a box reached by ssh.

Without `path` the job runs where it would run here: worktree and job directory lie on a file system that the nodes see.
With `path` it runs in that clone, as on another box (docs/executors-slurm.md).
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mltui.actions.executors.box import Box, box_of, last_line
from mltui.actions.executors.clone import clone_of
from mltui.actions.executors.port import Cancelled, How, LogPiece, Place
from mltui.actions.executors.record import document, keep, pairs, piece_of, seconds_ago
from mltui.actions.executors.sending import PUSH
from mltui.actions.executors.slurm_scripts import batch, leave_wish, stop, wish
from mltui.actions.executors.slurm_words import THERE, WAITING, Said, merged, of_json, of_line
from mltui.actions.executors.ssh import brought
from mltui.actions.jobs.engines_outside import OVER
from mltui.actions.jobs.runner_stop import ask
from mltui.actions.jobs.shipped import RUNNER_FILES
from mltui.errors import ConfigError, Refused, SourceError, Unanswered, Unreachable
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import state_document
from mltui.sources.jobs.source import read_job
from mltui.sources.port import now_ms

#: Settings that sbatch takes as they are, as options of the same name.
OPTIONS = ("partition", "account", "qos", "time", "gres", "mem", "constraint", "nodelist", "reservation")
#: What its commands say if there is no controller for them, or they do not know of one.
AWAY = (
    "Unable to contact",
    "onnection refused",
    "Socket timed out",
    "configuration source",
    "configuration file",
    "not found",
)
#: A job that Slurm does not list may be so new that it does not list it yet (seconds).
NEW = 10.0
#: What sbatch says where the controller may have heard it and did not answer.
UNHEARD = "Socket timed out"


class Slurm:
    """Runs jobs on a cluster. What the engine calls a job is its number."""

    kind = "slurm"

    def __init__(self, place: Place) -> None:
        self._place = place
        self._arguments = arguments(place.options)
        far = bool(place.options.get("path"))
        if place.options.get("host") and not far:
            raise ConfigError(
                f"executor {place.name} has a host and needs path, an existing clone of the project there"
            )
        self.clone = clone_of(place) if far else None
        self._box: Box = self.clone.box if self.clone else box_of(place.runner, place.project.root, place.options)

    def refusal(self, spec: JobSpec) -> str | None:
        if not spec.argv:
            return "there is no command to run"
        if self.clone is None and spec.mode == "remote":
            return f"executor {self._place.name} has no path: its jobs run here, and none in a clone"
        self._ask("sinfo --noheader --format=%P", "sinfo")
        return self.clone.refusal(spec) if self.clone else None

    def submit(self, spec: JobSpec, directory: Path) -> str:
        if self.clone:
            folder, python, cwd = self.clone.send(spec, "rev"), self.clone.python, self.clone.where()[0]
        else:
            folder, cwd = str(directory), spec.cwd
            python = str(Path(str(self._place.options.get("python") or sys.executable)).expanduser())
            for path in RUNNER_FILES:  # as it is now: another mltui may be installed before the job begins
                shutil.copyfile(path, directory / path.name)
        runner = shlex.join([python, f"{folder}/runner.py"])
        argv = ["sbatch", "--parsable", f"--job-name=mltui-{spec.id}", f"--chdir={cwd}", "--input=/dev/null"]
        output = folder.replace("%", "%%")  # Slurm fills in %j and the like
        argv += [f"--output={output}/slurm.out", "--open-mode=append", "--no-requeue", *self._arguments]
        if (directory / "stop.json").exists():
            raise self._not_sent(spec, directory)
        done = self._box.asked(shlex.join(argv), "sbatch", stdin=batch(runner, folder, self._box.setup))
        number = os.fsdecode(done.stdout).strip().partition(";")[0]
        if done.code == 0 and number.isdecimal():
            return number
        if done.code == 0 or UNHEARD in done.stderr:
            raise Unanswered(f"sbatch did not say whether it sent the job: {last_line(done.stderr) or repr(number)}")
        if self.clone:
            self.clone.discard(spec.id)
        raise _refused(done.stderr)

    @property
    def keeps(self) -> bool:
        return self.clone is None

    def status(self, job: Job) -> Job:
        job = self._sent(job)
        if job.ended and job.state != "lost":
            return job
        said = self._said(job)
        if said is None and _is_new(job):
            return job
        job = replace(job, handle=said.number if said else job.handle)
        now = self._from_files(job)
        if said is not None and said.state in WAITING and now.pid is not None:
            said = self._said(job)  # it may have begun just after Slurm was asked
        over = said is None or said.state not in THERE | WAITING
        if over and not now.ended:
            now = self._from_files(job)  # it may have said how it ended just after it was looked at
        silent = over and not now.ended
        alone = now.pid is None or silent  # no runner writes its files
        asked = (Path(job.directory) / "stop.json").exists()
        now = merged(now, said, self._printed(job) if silent else "", asked)
        if self.clone:
            return brought(self.clone, self.clone.with_kept(now, job.notes) if silent else now)
        return keep(now) if alone and state_document(now) != state_document(job) else now

    def log(self, job: Job, offset: int, limit: int = 1 << 20) -> LogPiece:
        if self.clone:
            return self.clone.log(job, offset, limit)
        return piece_of(Path(job.log), offset, limit)

    def cancel(self, job: Job, how: How) -> Cancelled:
        job = self._sent(job)
        said = self._said(job)
        if said is None and _is_new(job):
            return self._wish(job, how)
        if said is not None and said.state in WAITING:
            # one that began since it was listed is to be interrupted softly: this would terminate it
            waits = "--state=PENDING " if said.state == "PENDING" else ""
            self._ask(f"scancel {waits}{said.number}", "scancel", *OVER)
            number, said = said.number, self._said(job) if waits else None
            if said is None or said.state not in THERE or said.state == "COMPLETING":
                return Cancelled(said=(f"scancel {number}",))
        if said is None or said.state not in THERE or said.state == "COMPLETING":
            return Cancelled(said=(f"job {job.handle or job.id} has ended in Slurm",))
        if self.clone:  # there its files are its runner's; here they say that it was asked
            self._wish_here(job, how)
        folder = self.clone.directory(job.id) if self.clone else job.directory
        script, words = stop(folder, said.number, how, now_ms())
        answer = document(self._ask(script, "scancel", *OVER))
        if "jobs" in answer:  # it ended just now
            return Cancelled(said=(f"job {said.number} has ended in Slurm",))
        said_there = tuple(map(str, answer.get("said") or ())) or (words,)
        return Cancelled(pairs(answer.get("signalled")), pairs(answer.get("alive")), said_there)

    def list(self) -> Sequence[str]:
        user, _, said = self._ask("id -un; squeue --json", "squeue").partition("\n")
        jobs = (each for each in of_json(said) if each.user == user and each.name.startswith("mltui-"))
        return [each.number for each in jobs if each.state in THERE | WAITING]

    def _sent(self, job: Job) -> Job:
        """`job`, with its number if it was sent since it was read."""
        return job if job.handle else read_job(Path(job.directory)) or job

    def _not_sent(self, spec: JobSpec, directory: Path) -> SourceError:
        """It was stopped while it was made ready: nothing is sent, and its files say so."""
        if self.clone:
            self.clone.discard(spec.id)
        note = "stopped before it was sent to Slurm"
        keep(Job(spec, str(directory), "stopped", end=now_ms(), notes=(note,)))
        return SourceError(note)

    def _wish(self, job: Job, how: How) -> Cancelled:
        """For a job that Slurm does not know yet. Its files here are looked at before it is sent, those there after."""
        self._wish_here(job, how)
        if self.clone:
            self._box.shell(leave_wish(self.clone.directory(job.id), how, now_ms()))
        return Cancelled(said=("Slurm does not know it yet: it is not sent, or ends as soon as it begins",))

    def _wish_here(self, job: Job, how: How) -> None:
        ask(job.directory, wish(how, now_ms()))

    def _said(self, job: Job) -> Said | None:
        """The job as Slurm has it, by its name as long as nobody knows its number; None if it has none such. Raises a
        `SourceError` if it can't be asked."""
        word, name = shlex.quote(job.handle), f"mltui-{job.id}"
        only = f" --jobs={word}" if job.handle else ""
        for each in of_json(self._ask(f"squeue --json{only}", "squeue", "Invalid job id")):
            if each.number == job.handle or (not job.handle and each.name == name):
                return each
        if not job.handle:  # scontrol would show all there are
            return None
        return of_line(self._ask(f"scontrol --oneliner show job {word}", "scontrol", "Invalid job id"))

    def _ask(self, script: str, what: str, *fine: str) -> str:
        """What a command of Slurm's prints; a failure whose words are `fine` prints nothing of interest."""
        done = self._box.shell(script)
        if done.code != 0 and not any(words in done.stderr for words in fine):
            raise _unreachable(what, done.stderr)
        return done.stdout.decode(errors="replace") if done.code == 0 else '{"jobs": []}'

    def _from_files(self, job: Job) -> Job:
        """As the runner wrote it. One whose runner is gone without a word is not *lost* yet: Slurm knows why."""
        now = self.clone.status(job) if self.clone else read_job(Path(job.directory)) or job
        now = replace(now, handle=job.handle)
        if now.state != "lost":
            return now
        return replace(now, state="queued" if now.pid is None else "running", end=None, alive=())

    def _printed(self, job: Job) -> str:
        """The end of what the batch script and Slurm itself printed."""
        if self.clone:
            path = shlex.quote(f"{self.clone.directory(job.id)}/slurm.out")
            return self._box.shell(f"tail -c 2000 {path} 2>/dev/null").stdout.decode(errors="replace")
        with suppress(OSError):
            return (Path(job.directory) / "slurm.out").read_bytes()[-2000:].decode(errors="replace")
        return ""


def _is_new(job: Job) -> bool:
    """Whether Slurm may not know it yet: one without a number may still be on its way there, with its commit."""
    return seconds_ago(Path(job.directory) / "spec.json") < (NEW if job.handle else PUSH)


def arguments(options: Mapping[str, object]) -> list[str]:
    """The options of sbatch that a table of the configuration asks for. Raises `ConfigError`."""
    found = []
    for key in OPTIONS:
        if (value := options.get(key)) not in (None, ""):
            found.append(f"--{key}={_word(key, value)}")
    if (cpus := options.get("cpus")) not in (None, ""):
        found.append(f"--cpus-per-task={_word('cpus', cpus)}")
    if (before := options.get("interrupt_before")) not in (None, ""):
        if not isinstance(before, int) or isinstance(before, bool) or before < 0:
            raise ConfigError(f"interrupt_before is seconds before the time limit, and is {before!r}")
        found.append(f"--signal=B:ALRM@{before}")
    extra = options.get("sbatch", ())
    if not isinstance(extra, (list, tuple)) or not all(isinstance(each, str) for each in extra):
        raise ConfigError("sbatch is a list of more options for sbatch, each a text")
    return [*found, *extra]


def _word(key: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or "\n" in str(value):
        raise ConfigError(f"{key} of an executor must be a text or a number, and is {value!r}")
    return str(value)


def _refused(stderr: str) -> Refused | SourceError:
    """A failure of sbatch: it may be about what was asked for, or about its controller."""
    error = _unreachable("sbatch", stderr)
    return Refused(error.summary) if not isinstance(error, Unreachable) else error


def _unreachable(what: str, stderr: str) -> SourceError:
    said = last_line(stderr).removeprefix(f"{what}: ").removeprefix("error: ").removeprefix("fatal: ")
    for words in AWAY:
        if words in stderr:
            return Unreachable(f"Slurm: {said or stderr.strip()}", "sinfo tells whether its controller is up")
    return SourceError(f"Slurm: {said or what + ' failed'}")
