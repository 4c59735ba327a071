"""What became of an action whose end nobody noted: mltui was killed, the power went.

One finder for each action, by its name; it only looks. A new action adds its own to `FINDERS`, one that changes a
registry to `REGISTRY_FINDERS`: models are read for those alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mltui.errors import SourceError
from mltui.model.journal import TOLD_FOR, JournalEntry
from mltui.sources.places import Project
from mltui.sources.port import now_ms
from mltui.sources.processes import host_name

if TYPE_CHECKING:
    from mltui.model.registry import RegisteredModel

#: Looks what there is of an action: lines for a person, the most telling one first; () where nothing can be told.
Finder = Callable[[Project, JournalEntry], tuple[str, ...]]
#: The models of every registry, read when they are asked for, of the action that is about one. Raises `SourceError`:
#: what it was about may be another registry than the one that is looked at.
ReadModels = Callable[[JournalEntry], "Sequence[RegisteredModel]"]
#: The same for what a registry tells.
RegistryFinder = Callable[["Sequence[RegisteredModel]", JournalEntry], tuple[str, ...]]
#: The mlflow that writes finishes what it is at when mltui is killed: what a registry says is final after this (ms).
FINISHED: Final = 60_000
#: How a line begins that says why nothing could be found out yet.
NOT_LOOKED: Final = "could not look: "


def find_out(project: Project, entry: JournalEntry, models: ReadModels = lambda _: ()) -> tuple[str, ...]:
    """What can be found out of `entry`; at least one line. Never raises: what can't be looked at says why."""
    finder, of_registry = FINDERS.get(entry.action), REGISTRY_FINDERS.get(entry.action)
    try:
        found = finder(project, entry) if finder else ()
        found = found or (of_registry(models(entry), entry) if of_registry else ())
    except (SourceError, OSError) as error:
        found = (f"{NOT_LOOKED}{error}",)
    return found or (_ended(entry),)


def is_final(entry: JournalEntry) -> bool:
    """Whether what is found of `entry` stays so, and may be noted. What could not be looked at is looked at again, as
    long as it is listed."""
    if now_ms() - entry.at < TOLD_FOR and any(line.startswith(NOT_LOOKED) for line in entry.found):
        return False
    return entry.action not in REGISTRY_FINDERS or now_ms() - entry.at > FINISHED


def _ended(entry: JournalEntry) -> str:
    if entry.who.host != host_name():
        return f"it was begun on {entry.who.host or 'another host'}: whether it goes on can't be seen from here"
    return "its process is gone and noted no end: how far it came is not known"


def _of_reproduce(project: Project, entry: JournalEntry) -> tuple[str, ...]:
    """Whether the worktree is there."""
    if not entry.note.after:
        return ()
    where = Path(os.path.abspath(project.root / Path(entry.note.after).expanduser()))  # noqa: PTH100
    if not os.path.lexists(where):
        return (f"{entry.note.after} is not there: nothing was made, or it was taken away",)
    if not (where / ".git").exists():
        return (f"{entry.note.after} is there, and is no git worktree",)
    return (f"the worktree {entry.note.after} is there; whether all steps were done is not known",)


def _of_job(project: Project, entry: JournalEntry) -> tuple[str, ...]:
    """What the files of the job say that it is about: `Note.what` is "job <id>", of a stop maybe a run's name."""
    from mltui.errors import NotFound
    from mltui.sources.jobs import JobsSource

    kind, _, id = entry.note.what.partition(" ")
    if kind != "job" or not id:
        return ()
    try:
        job = JobsSource(project).one(id)
    except NotFound:
        job = None
    if job is None or job.id != id:
        then = "nothing was started" if entry.action == "retrain" else "its files are gone"
        return (f"there is no job {id}: {then}",)
    if job.state == "queued" and job.pid is None and not job.handle:
        return (f"job {job.id} was written down and, as far as its files say, never started",)
    rest = f": stage {job.failed_stage} failed" if job.state == "failed" and job.failed_stage else ""
    return (f"job {job.id} is there, and {job.state}{rest}",)


def _of_chore(project: Project, entry: JournalEntry) -> tuple[str, ...]:
    """Which of its values are as they were to become."""
    from mltui.sources.journal.finding_chores import of_chore

    return of_chore(project, entry)


#: What is done to runs and models, by its word (`model.chore.Chore.name`), and what takes it back.
_CHORES: Final = (
    *("run tag", "run note", "run rename", "run delete", "run restore", "run end"),
    *("model tag", "model note", "model rename", "undo"),
)

#: By the name of the action.
FINDERS: Final[Mapping[str, Finder]] = {
    "reproduce": _of_reproduce,
    "retrain": _of_job,
    "stop": _of_job,
    "restore": _of_job,
    **dict.fromkeys(_CHORES, _of_chore),
}


def _of_move(models: Sequence[RegisteredModel], entry: JournalEntry) -> tuple[str, ...]:
    from mltui.sources.journal.finding_moves import of_move  # most starts have nothing to find

    return of_move(models, entry)


#: By the name of the action, of what is changed in a registry.
REGISTRY_FINDERS: Final[Mapping[str, RegistryFinder]] = {"promote": _of_move, "rollback": _of_move, "undo": _of_move}
