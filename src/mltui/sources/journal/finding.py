"""What became of an action whose end nobody noted: mltui was killed, the power went.

One finder for each action, by its name; it only looks. A new action adds its own to `FINDERS`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from mltui.errors import SourceError
from mltui.model.journal import JournalEntry
from mltui.sources.places import Project
from mltui.sources.processes import host_name

#: Looks what there is of an action: lines for a person, the most telling one first; () where nothing can be told.
Finder = Callable[[Project, JournalEntry], tuple[str, ...]]


def find_out(project: Project, entry: JournalEntry) -> tuple[str, ...]:
    """What can be found out of `entry`; at least one line. Never raises: what can't be looked at says why."""
    finder = FINDERS.get(entry.action)
    try:
        found = finder(project, entry) if finder else ()
    except (SourceError, OSError) as error:
        found = (f"could not look: {error}",)
    return found or (_ended(entry),)


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
