"""Take away what ended jobs left in clones elsewhere: their worktrees, private refs and directories there.

Their logs are brought home before, and results that are not here yet. Results stay there too: the experiment's ref in
that clone, and its data in DVC's cache there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.actions.executors.clone import KEPT, LOOK
from mltui.actions.executors.registry import executor_named
from mltui.actions.jobs.fetching import fetch_log
from mltui.actions.jobs.starting import write_json
from mltui.errors import MltuiError, Refused, SourceError
from mltui.model.job import Job
from mltui.model.job_record import state_document
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.shell import join, quote
from mltui.model.sizes import size
from mltui.sources.git.command import attempt

if TYPE_CHECKING:
    from mltui.actions.executors.clone import Clone
    from mltui.actions.gateway import Tell
    from mltui.sources.workspace import Workspace

#: What is noted of a job whose worktree is taken away, in place of that it is kept.
TAKEN = "what it left there was taken away"


@dataclass(frozen=True, slots=True)
class Leftover:
    """What is left of `job` in a clone on `box`: its size (bytes), and in its worktree `files` that no commit has.
    `script` is the shell text that takes it away there, `command` the same from here. `here`: its result, if it has
    one, is in this repository."""

    job: Job
    box: str
    size: int
    files: tuple[str, ...]
    script: str
    command: str
    clone: Clone
    here: bool = True


@dataclass(frozen=True, slots=True)
class Left:
    """What can be taken away, and what is left alone: why, a line each."""

    found: tuple[Leftover, ...] = ()
    alone: tuple[str, ...] = ()


def look(workspace: Workspace, jobs: Iterable[Job]) -> Left:
    """What is left of those of `jobs` that ended elsewhere. Asks each box once; nothing is changed, there or here."""
    by_executor: dict[str, list[Job]] = {}
    for job in jobs:
        if job.ended and job.spec.mode == "remote":
            by_executor.setdefault(job.spec.executor, []).append(job)
    found, alone = list[Leftover](), list[str]()
    for name, mine in by_executor.items():
        try:
            executor = executor_named(workspace.project, workspace.runner, workspace.config, name)
            clone: Clone | None = getattr(executor, "clone", None)
            told = {str(each.get("id")): each for each in clone.left([job.id for job in mine])} if clone else {}
        except MltuiError as error:
            alone.append(f"{len(mine)} job{'s' * (len(mine) != 1)} of {name}: {error.summary}")
            continue
        for job in mine:
            if clone is None or not (left := told.get(job.id)):
                continue
            if not left["over"]:
                alone.append(f"job {job.id}: it has not ended there: stop it first")
            else:
                files = tuple(str(each) for each in left["files"])
                script = _script(clone, job.id, worktree=bool(left["worktree"]), ref=str(left["ref"]))
                far = f"ssh {quote(clone.box.host)} {quote(script)}" if clone.box.host else script
                here = _is_here(workspace, job)
                found.append(Leftover(job, clone.box.name, int(left["size"]), files, script, far, clone, here))
    return Left(tuple(found), tuple(alone))


def _is_here(workspace: Workspace, job: Job) -> bool:
    """Whether its result is in this repository; of a job without one there is nothing to bring."""
    if job.experiment is None or job.commit_made is None:
        return True
    there = ("cat-file", "-e", "--end-of-options", f"{job.commit_made}^{{commit}}")
    with suppress(SourceError):
        return attempt(workspace.project, workspace.runner, *there).code == 0
    return False


def _script(clone: Clone, id: str, *, worktree: bool, ref: str) -> str:
    top, folder = clone.where()[0], clone.directory(id)
    away = join(("git", "-C", top, "worktree", "remove", "--force", "--", f"{folder}/worktree"))
    forget = join(("git", "-C", top, "update-ref", "-d", ref))
    return " && ".join([away] * worktree + [forget] * bool(ref) + [join(("rm", "-rf", "--", folder))])


class Clean:
    """The action: takes away what `look` found."""

    name = "clean"

    def __init__(self, workspace: Workspace, left: Left) -> None:
        self.left = left
        self._workspace = workspace

    @property
    def title(self) -> str:
        found = self.left.found
        boxes = ", ".join(dict.fromkeys(each.box for each in found))
        what = f"job {found[0].job.id}" if len(found) == 1 else f"{len(found)} jobs"
        return f"take away what {what} left on {boxes}" if found else "take away what jobs left elsewhere"

    @property
    def note(self) -> Note:
        found = self.left.found
        return Note(", ".join(each.job.id for each in found), before=size(sum(each.size for each in found)))

    def commands(self) -> Sequence[str]:
        return [each.command for each in self.left.found]

    def refusal(self) -> Refused | None:
        if self.left.found:
            return None
        return Refused("nothing that jobs left elsewhere can be taken away", "; ".join(self.left.alone[:3]))

    def act(self, tell: Tell) -> Outcome:
        said, failed = list[str](), False
        for number, each in enumerate(self.left.found, start=1):
            tell(number, len(self.left.found), f"job {each.job.id} on {each.box}")
            try:
                self._take(each)
                said.append(f"job {each.job.id}: {size(each.size)} taken away on {each.box}")
            except MltuiError as error:
                failed = True
                said.append(f"job {each.job.id}: {error.summary}")
        said += [f"left alone: {line}" for line in self.left.alone]
        return Outcome(
            "failed" if failed else "done", f"{self.title}: {'not all of it' if failed else 'done'}", tuple(said)
        )

    def _take(self, each: Leftover) -> None:
        """Its log and its result come home first: nobody has them else."""
        workspace, job = self._workspace, each.job
        if not each.here:
            with suppress(SourceError):
                each.clone.bring(job)
            if not _is_here(workspace, job):
                raise Refused(f"its experiment {job.experiment} is only on {each.box}, and could not be brought home")
        while fetch_log(workspace.project, workspace.runner, workspace.config, job):
            pass
        each.clone.box.checked(each.script, f"taking away what job {job.id} left", timeout=LOOK)
        notes = (*(note for note in job.notes if not note.startswith(KEPT)), TAKEN)
        with suppress(OSError):
            write_json(Path(job.directory) / "state.json", state_document(replace(job, notes=notes)))
