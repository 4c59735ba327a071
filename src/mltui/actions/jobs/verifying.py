"""After a stop: is everything gone, and is the worktree as it was? Each answer is a line for a person."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mltui.actions.jobs.left_behind import LeftBehind, left_behind
from mltui.actions.jobs.runner_turn import dvc_at_work, mended
from mltui.actions.jobs.shipped import RUNNER
from mltui.errors import SourceError
from mltui.model.job import Job
from mltui.model.shell import join
from mltui.sources.jobs.missing_outs import IN_WORKTREE
from mltui.sources.runner import Runner

#: Files named; the rest is counted.
NAMED = 4
#: Looking at a large worktree (s).
PATIENCE = 120.0


def verified(job: Job, runner: Runner) -> list[str]:
    """What is left of a job that has ended, and how to go back. Of one in another clone or in DVC's queue its executor
    tells; one that Slurm ran here has its files here."""
    if job.spec.mode in ("remote", "queue"):
        return []
    before = Path(job.directory) / "before"
    if not (before / "changed.json").exists() and (before / "worktree.json").exists():
        with suppress(SourceError):  # its runner was killed before it could look
            argv = (sys.executable, str(RUNNER), "changed", job.directory)
            runner.run(argv, cwd=Path(job.directory), timeout=PATIENCE)
    mend = job.state == "lost" and job.spec.kind == "local" and not job.alive  # else its runner did
    return [
        *(mended(job.spec.cwd, job.spec.mode == "workspace") if mend else ()),
        *_of_git(job),
        *_of_dvc(job),
        *_of_worktree(job),
    ]


def _of_git(job: Job) -> list[str]:
    left = left_behind(job)
    if left is None:
        started = (Path(job.directory) / "before" / "worktree.json").exists()
        return ["what was there before its start was not written down: look with git status"] if started else []
    said = []
    branch = left.branch.removeprefix("refs/heads/") or "no branch"
    if left.moved:
        now = left.branch_after.removeprefix("refs/heads/") or "no branch"
        said.append(f"HEAD was on {branch}, {left.head[:7]}, and is on {now}, {left.head_after[:7]}")
    else:
        said.append(f"{branch} and HEAD {left.head[:7]} as before")
    said += [f"{ref} was there before" for ref in left.exec_before]
    said += [f"{ref} is left" for ref in left.exec_refs] or ([] if left.exec_before else ["no refs/exps/exec"])
    if left.stashed:
        said.append(
            f"git's stash has a new entry, {left.stashed[:7]}: what was in no commit. git stash pop brings it back"
        )
    if restorable := [file.path for file in left.restorable]:
        back = f": mltui restore {job.id} puts {'it' if len(restorable) == 1 else 'them'} back"
        said.append(f"{_files(restorable)} from before the start{back if job.spec.mode in IN_WORKTREE else ''}")
    said += [f"{file.path} differs too and is left alone: {file.why}" for file in left.files if file.how is None]
    said += [] if left.files else ["no file that git sees differs from before the start"]
    return [*said, *_missing(job, left)]


def _missing(job: Job, left: LeftBehind) -> list[str]:
    """Outs that git does not see."""
    told = {file.path for file in left.files}
    gone = [path for path in left.missing if path not in told]
    if not gone:
        return []
    many = f"{_some(gone)} {'is' if len(gone) == 1 else 'are'} not here: DVC takes outs away before a stage runs"
    return [f"{many}; mltui restore {job.id} brings back what its cache has" if left.addresses else many]


def _of_dvc(job: Job) -> list[str]:
    holder = dvc_at_work(job.spec.cwd, "")
    if holder and not holder.startswith(f"pid {job.pid}:"):
        return [f"DVC's lock is held by somebody else: {holder}"]
    return ["no lock of DVC is held" + ("" if job.spec.kind == "local" else " on this host")]


def _of_worktree(job: Job) -> list[str]:
    """The linked worktree of a ``--rev`` job whose child was killed before it could take that away."""
    place = Path(job.spec.cwd) / ".dvc" / "tmp" / "mltui" / job.id
    if job.spec.mode != "rev" or not place.exists():
        return []
    command = join(("git", "-C", job.spec.cwd, "worktree", "remove", "--force", str(place)))
    return [f"its worktree {place} is left: {command}"]


def _files(paths: Sequence[str]) -> str:
    return f"{_some(paths)} differ{'s' if len(paths) == 1 else ''}"


def _some(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return f"{', '.join(paths[:NAMED])}{more}"
