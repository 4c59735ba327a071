"""Make the worktree that of an experiment."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from mltui.actions.experiments.dvc import Dvc, failed
from mltui.actions.experiments.worktree import in_the_way
from mltui.actions.gateway import Tell
from mltui.errors import Refused, SourceError
from mltui.model.applying import Applying
from mltui.model.dvc import DvcExperiment
from mltui.model.journal import Note
from mltui.model.outcome import Outcome, State
from mltui.sources.dvc.applying import WAY_BACK, applying, differing
from mltui.sources.git.refs import read_head

#: Paths that are named; of more only their number is said.
NAMED = 5


class Apply:
    """``dvc exp apply``. With `overwrite` it may take changes out of the worktree that are in no commit: DVC keeps them
    in a stash."""

    name = "exp apply"

    def __init__(self, dvc: Dvc, experiment: DvcExperiment, *, overwrite: bool = False) -> None:
        self.experiment = experiment
        self._dvc, self._overwrite = dvc, overwrite

    @property
    def title(self) -> str:
        return f"apply experiment {self.experiment.name}"

    @property
    def note(self) -> Note:
        return Note(f"worktree {self._dvc.project.root}", after=self.experiment.ref)

    def commands(self) -> Sequence[str]:
        return (self._dvc.command("exp", "apply", self.experiment.ref),)

    @cached_property
    def effects(self) -> Applying:
        """What it would do, as it was when this was first asked. Raises a `SourceError`."""
        return applying(self._dvc.project, self._dvc.runner, self.experiment.commit)

    def refusal(self) -> Refused | None:
        project, one = self._dvc.project, self.experiment
        if refused := self._dvc.refusal():
            return refused
        if one.status != "FINISHED":
            return Refused(f"{one.name} has no results to apply: it is {said_status(one)}")
        try:
            if refused := in_the_way(self._dvc):
                return refused
            now = applying(project, self._dvc.runner, one.commit)
        except SourceError as error:
            return Refused(error.summary, error.hint)
        if now.unspoken:
            hint = "rename it, or name it in .gitignore: dvc would wait for ever when it brings it back from its stash"
            return Refused(f"a file whose name is no UTF-8 is in the way: {listed(now.unspoken)}", hint)
        if new := set(now.overwritten) - set(self.effects.overwritten):
            return Refused(f"changed meanwhile and would be overwritten: {listed(sorted(new))}", "look again")
        if now.overwritten and not self._overwrite:
            hint = "commit them or git stash push; --force overwrites them, and DVC keeps them in a stash"
            return Refused(f"changes in no commit would be overwritten: {listed(now.overwritten)}", hint)
        return None

    def act(self, tell: Tell) -> Outcome:
        project, runner, one = self._dvc.project, self._dvc.runner, self.experiment
        head, effects = read_head(project, runner), self.effects
        tell(1, 2, "dvc exp apply")
        try:
            done = self._dvc.run("exp", "apply", one.ref)
            tell(2, 2, "look whether the files are the experiment's")
            other, after = differing(project, runner, one.commit), read_head(project, runner)
        except (SourceError, KeyboardInterrupt) as error:
            why = error.summary if isinstance(error, SourceError) else "interrupted: files may be of either side"
            return Outcome("unknown", f"{self.title}: nobody can tell how far it came", (why, *_back(True)))
        left = []
        if after != head:
            left.append(f"HEAD was {head.ref or head.sha}, and is {after.ref or after.sha}")
        if done.code:
            return failed(self.title, done, (*left, *_without_data(other, bool(effects.overwritten))))
        if other:
            left.append(f"not as in the experiment: {listed(other)}")
        state: State = "failed" if left else "done"
        if effects.kept:
            left.append(f"kept, for the experiment has no such files: {listed(effects.kept)}")
        summary = f"{one.name} is in the worktree: {len(effects.changes)} files differ from HEAD"
        return Outcome(state, summary, (*left, *_back(bool(effects.overwritten))))


def _without_data(other: Sequence[str], stashed: bool) -> tuple[str, ...]:
    """What stands where dvc failed. It puts git's files there first; the data of an experiment that ran on another box
    is in the remote."""
    if other:
        return (f"not as in the experiment: {listed(other)}",)
    return ("git's files are the experiment's; data that is not in DVC's cache here comes by dvc pull", *_back(stashed))


def _back(stashed: bool) -> tuple[str, ...]:
    if stashed:
        return (f"{'; '.join(WAY_BACK)} brings back what was there, until the next apply",)
    return (f"{WAY_BACK[0]} takes it back; dvc checkout brings the data of HEAD again",)


def listed(paths: Sequence[str]) -> str:
    """The first paths, and how many more there are."""
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    return f"{', '.join(paths[:NAMED])}{more}"


def said_status(one: DvcExperiment) -> str:
    """In a word what became of one that did not finish."""
    return one.stuck or {"SCHEDULED": "queued"}.get(one.status, one.status.lower())
