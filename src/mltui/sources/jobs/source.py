"""All jobs of a project, newest first, by the stat of their files."""

from __future__ import annotations

import os
import time
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mltui.errors import NotFound, UsageError
from mltui.model.candidates import some_of
from mltui.model.job import ENDED, Job
from mltui.model.job_addresses import with_whole
from mltui.model.job_record import job_of, spec_of
from mltui.sources.filemark import file_mark
from mltui.sources.json_files import read_json
from mltui.sources.places import Project, state_dirs
from mltui.sources.processes import host_name, is_there

#: So many of the newest jobs are read; older ones are in the directory for whoever looks.
MOST = 500
#: Says who starts a job, as long as that takes.
STARTING = "starting.json"
#: What somebody on another host starts is taken for being started so long (s): nobody here sees whether he was killed.
#: The first push to another box may take ten minutes.
ELSEWHERE = 3600.0


class JobsSource:
    """Reads jobs. What of a job's files did not move is not read again."""

    name = "jobs"

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[str, tuple[Hashable, Job]] = {}
        self._edits: dict[str, tuple[Hashable, Job]] = {}

    def fingerprint(self) -> Hashable:
        """Every job's files by stat, and whether those that run are there."""
        jobs = [(str(folder), _mark(folder)) for folder in self._folders()]
        known = [job for _, job in self._known.values()]
        locks = tuple(filter(None, map(_locks_of, known)))  # of jobs without an edit nothing
        return tuple(jobs), tuple(job.id for job in known if _is_lost(job)), locks

    def load(self) -> tuple[Job, ...]:
        """Newest first. A directory that makes no sense is left out."""
        known = {}
        for folder in self._folders():
            mark = _mark(folder)
            before = self._known.get(folder.name)
            if before is not None and before[0] == mark:
                known[folder.name] = before
            elif (job := read_job(folder)) is not None:
                known[folder.name] = mark, job
        self._known = known
        return tuple(with_whole(with_loss(self._edited(mark, job))) for mark, job in known.values())

    def _edited(self, mark: Hashable, job: Job) -> Job:
        """`job` with what of its edits dvc.lock has; looked up again when that moved."""
        locks = _locks_of(job)
        if not locks:
            return job
        if (job.id not in self._edits) or self._edits[job.id][0] != (mark, locks):
            self._edits[job.id] = (mark, locks), _with_edits(job, self._project)
        return self._edits[job.id][1]

    def witnesses(self) -> list[tuple[str, str]]:
        """What a kept status stands on (`sources.standing`): which jobs there are, and the state of each."""
        places = [("d", str(state / "jobs")) for state in state_dirs(self._project)]
        folders = self._folders()
        own = [("d", str(folder)) for folder in folders]
        files = [folder / "state.json" for folder in folders]
        files += [file for _, job in self._known.values() for file in _edited_locks(job)]
        return [*places, *own, *(("f", str(file)) for file in dict.fromkeys(files))]

    def one(self, id: str) -> Job:
        """The job of this id, or of the only id that begins so.

        Raises `NotFound`, and `UsageError` where several begin so: it names them.
        """
        found = [folder for folder in self._folders() if folder.name == id or folder.name.startswith(id)]
        exact = [folder for folder in found if folder.name == id] or found
        if len(exact) > 1:
            raise UsageError(f"{len(exact):,} jobs begin with {id}", some_of([folder.name for folder in exact]))
        job = read_job(exact[0]) if exact else None
        if job is None:
            raise NotFound(f"no job {id}", "mltui jobs lists them")
        return with_whole(_with_edits(with_loss(job), self._project))

    def _folders(self) -> list[Path]:
        """The directories of jobs, newest first: ids begin with the time."""
        found: list[Path] = []
        for state in state_dirs(self._project):
            with suppress(OSError):
                found += [Path(each.path) for each in os.scandir(state / "jobs") if each.is_dir(follow_symlinks=False)]
        return sorted(found, key=lambda folder: folder.name, reverse=True)[:MOST]


def read_job(folder: Path) -> Job | None:
    """The job in `folder`; None if it has no spec that can be read."""
    spec = read_json(folder / "spec.json")
    if not spec:
        return None
    handle = read_json(folder / "handle.json").get("handle")
    return job_of(spec_of(spec, folder.name), read_json(folder / "state.json"), str(folder), str(handle or ""))


def with_loss(job: Job) -> Job:
    """`job`, as *lost* if it runs on this host and its runner is not there any more.

    Its files are read again then: a runner may have said how the job ended, and gone, since `job` was read.
    """
    if not _is_lost(job):
        return job
    now = read_job(Path(job.directory))
    if now is None or _is_lost(now):
        return replace(job, state="lost")
    return replace(now, handle=now.handle or job.handle, experiment=now.experiment or job.experiment)


def _is_lost(job: Job) -> bool:
    """Whether a job that this host runs has no runner any more, and did not say how it ended."""
    if job.spec.mode == "remote" or job.spec.kind == "slurm":  # whoever runs it is asked, even if that is this host
        return False
    if job.state == "queued" and job.pid is None and job.spec.kind == "local":
        return being_started(job) is False
    if job.state in ENDED or job.host != host_name() or job.pid is None:
        return False
    return is_there(job.pid, job.pid_start) is False


def being_started(job: Job) -> bool | None:
    """Whether somebody is just submitting it: its engine may not know it yet. False if he was killed while he did; None
    if that is over. On another host, which shares the state directory, he is believed for an hour."""
    path = Path(job.directory) / STARTING
    said = read_json(path)
    pid, start = said.get("pid"), said.get("start")
    if not isinstance(pid, int) or not isinstance(start, str):
        return None
    there = is_there(pid, start) if said.get("host") == host_name() else None
    if there is None:
        with suppress(OSError):
            return True if time.time() - path.stat().st_mtime < ELSEWHERE else None
    return there


def _locks_of(job: Job) -> Hashable:
    """Moves with the dvc.lock of each stage that something was edited of; () where nothing was."""
    return tuple(map(file_mark, _edited_locks(job)))


def _edited_locks(job: Job) -> list[Path]:
    """The dvc.lock of each stage that something was edited of."""
    addresses = [step.address for step in job.steps if step.edited]
    if not addresses:  # as nearly always: a start reads no YAML for it
        return []
    from mltui.sources.jobs.reads import lock_of

    return [lock_of(job, address) for address in addresses]


def _with_edits(job: Job, project: Project) -> Job:
    """`job` with those of its edits that its dvc.lock has as what was read."""
    if not any(step.edited for step in job.steps):
        return job
    from mltui.sources.jobs.locks import JobLocks
    from mltui.sources.jobs.reads import with_edits

    return with_edits(job, JobLocks(job, project, None))


def _mark(folder: Path) -> Hashable:
    return tuple(file_mark(folder / name) for name in ("spec.json", "state.json", "handle.json", "stop.json"))
