"""Make a git branch of an experiment."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.actions.experiments.apply import said_status
from mltui.actions.experiments.dvc import Dvc, failed
from mltui.actions.gateway import Tell
from mltui.errors import Refused, SourceError
from mltui.model.dvc import DvcExperiment
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.shell import quote
from mltui.sources.git.command import attempt
from mltui.sources.git.revs import full_sha


class Branch:
    """``dvc exp branch``: the worktree stays as it is."""

    name = "exp branch"

    def __init__(self, dvc: Dvc, experiment: DvcExperiment, branch: str) -> None:
        self.experiment, self.branch = experiment, branch
        self._dvc = dvc

    @property
    def title(self) -> str:
        return f"make branch {self.branch} of experiment {self.experiment.name}"

    @property
    def note(self) -> Note:
        return Note(f"refs/heads/{self.branch}", after=self.experiment.commit)

    def commands(self) -> Sequence[str]:
        return (self._dvc.command("exp", "branch", self.experiment.ref, self.branch),)

    def refusal(self) -> Refused | None:
        if refused := self._dvc.refusal():
            return refused
        if self.experiment.status != "FINISHED":
            return Refused(f"{self.experiment.name} has no commit to branch: it is {said_status(self.experiment)}")
        try:
            return name_refusal(self._dvc, self.branch)
        except SourceError as error:
            return Refused(error.summary, error.hint)

    def act(self, tell: Tell) -> Outcome:
        tell(1, 1, f"dvc exp branch {self.branch}")
        try:
            done = self._dvc.run("exp", "branch", self.experiment.ref, self.branch)
            made = full_sha(self._dvc.project, self._dvc.runner, f"refs/heads/{self.branch}")
        except SourceError as error:
            return Outcome(
                "unknown", f"{self.title}: {error.summary}", (f"git branch --list {quote(self.branch)} tells",)
            )
        if done.code or made != self.experiment.commit:
            return failed(self.title, done)
        way = (f"git switch {quote(self.branch)} goes to it", f"git branch -D {quote(self.branch)} takes it away again")
        return Outcome("done", f"branch {self.branch} is at {made[:7]}, which is {self.experiment.name}", way)


def name_refusal(dvc: Dvc, branch: str) -> Refused | None:
    """Why there can't be a branch of this name. Raises a `SourceError` if git can't tell."""
    if branch.startswith("-") or attempt(dvc.project, dvc.runner, "check-ref-format", "--branch", branch).code:
        return Refused(f"{branch!r} is no name for a branch", "git check-ref-format --help has the rules")
    listed = attempt(dvc.project, dvc.runner, "for-each-ref", "--format=%(refname:short)", "refs/heads")
    there = listed.stdout.decode(errors="replace").splitlines()
    if branch in there:
        return Refused(f"there is a branch {branch} already", "choose another name")
    if near := next((each for each in there if each.startswith(f"{branch}/") or branch.startswith(f"{each}/")), None):
        return Refused(f"there can't be a branch {branch} beside the branch {near}", "choose another name")
    return None
