"""Carry out a plan of `sources/reproducing`: a new worktree, its data, its params, one shell command after the other.

The worktree that is worked in, its branch and its index stay as they are: everything is written into the new one and
into git's list of worktrees.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mltui.actions.gateway import Tell
from mltui.errors import Refused, SourceError
from mltui.model.journal import Note
from mltui.model.outcome import Outcome
from mltui.model.reproduction import Reproduction, Step
from mltui.sources.children import python_path
from mltui.sources.git.command import QUIET, environment
from mltui.sources.places import Project
from mltui.sources.runner import Runner

#: A step may copy a lot of data; nobody waits longer than a day for one.
STEP_SECONDS = 24 * 3600.0
#: Lines of what a failed command said.
SAID = 6


class Reproduce:
    """The action of one plan."""

    name = "reproduce"

    def __init__(self, plan: Reproduction, project: Project, runner: Runner) -> None:
        self.plan = plan
        self._project, self._runner = project, runner

    @property
    def title(self) -> str:
        return f"make a worktree of {self.plan.label}"

    @property
    def directory(self) -> Path:
        """The new worktree's place."""
        return Path(os.path.abspath(self._project.root / Path(self.plan.directory).expanduser()))  # noqa: PTH100

    @property
    def note(self) -> Note:
        return Note(self.plan.label, after=self.plan.directory)

    def commands(self) -> Sequence[str]:
        return [step.command for step in self.plan.whole]

    def refusal(self) -> Refused | None:
        if self.plan.commit is None:
            lack = self.plan.lacks[0]
            return Refused(f"nothing to stand on: {lack.what}: {lack.why}", lack.hint)
        where = self.directory
        if os.path.lexists(where):
            return Refused(f"{self.plan.directory} is there already", "choose another place: --to DIR")
        if not where.parent.is_dir():
            above = os.path.dirname(self.plan.directory) or where.parent  # noqa: PTH120 - as it was written
            return Refused(f"there is no directory {above}", "make it first, or choose another place")
        real = Path(os.path.realpath(where.parent))
        if real.is_relative_to(os.path.realpath(self._project.root)):
            return Refused(f"{self.plan.directory} lies inside the project", "choose a place beside it")
        return None

    def act(self, tell: Tell) -> Outcome:
        steps = self.plan.whole
        for number, step in enumerate(steps, start=1):
            tell(number, len(steps), step.does)
            try:
                said = self._run(step)
            except KeyboardInterrupt:
                return self._stopped("interrupted", number, step, "interrupted")
            except SourceError as error:
                return self._stopped("failed", number, step, error.summary)
            if said is not None:
                return self._stopped("failed", number, step, said)
        left = (self.plan.entering, self._removal())
        return Outcome("done", f"{self.plan.label} stands in {self.plan.directory}", left)

    def _run(self, step: Step) -> str | None:
        """Do one step; what it said if it failed."""
        first = step.kind == "worktree"
        cwd = self._project.root if first else self.directory
        done = self._runner.run(
            ("sh", "-ec", step.command), cwd=cwd, env=self._environment(first), timeout=STEP_SECONDS
        )
        if done.code == 0:
            return None
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        return "\n".join(lines[-SAID:]) or f"exit code {done.code}"

    def _environment(self, first: bool) -> Mapping[str, str | None]:
        """Git stays quiet and fetches nothing; in the new worktree nothing points back at the present one."""
        git = environment(self._project) if first else QUIET
        kept = {key: value for key, value in git.items() if key != "LC_ALL"}
        inside = python_path(self._project.root)
        return {**kept, "DVC_NO_ANALYTICS": "1", "CI": "1", "PYTHONPATH": inside}  # dvc asks nobody for updates then

    def _stopped(self, state: str, number: int, step: Step, said: str) -> Outcome:
        steps, there = self.plan.whole, self.directory.exists()
        left = [f"step {number} of {len(steps)}, {step.does}: {said}"]
        if there:
            before = f"steps 1 to {number - 1} are done" if number > 2 else "the worktree was made"
            left.append(f"{self.plan.directory} is there: {before if number > 1 else 'as far as git came'}")
            left += [f"not done: {each.does}" for each in steps[number:]]
            left.append(self._removal())
        else:
            left.append("nothing was made")
        word = "interrupted" if state == "interrupted" else "stopped"
        return Outcome("interrupted" if state == "interrupted" else "failed", f"{self.title}: {word}", tuple(left))

    def _removal(self) -> str:
        return f"{self.plan.removal} takes it away again"
