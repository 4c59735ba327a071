"""A stage of GTO assigned, or taken back, by an annotated tag of git as gto itself makes it (gto/tag.py, gto 1.10).

The tag is its own lock: git makes a name once, and whoever comes second finds it there. Its message has the reason and
the move as JSON, for everybody who gets the tag. It is not pushed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mltui.actions.gateway import Tell
from mltui.actions.promotion.gto_tag import Registry, message_of, stage_refusal
from mltui.actions.promotion.recording import move_of, noted_move
from mltui.actions.promotion.refusing import gates_refusal
from mltui.errors import Refused, SourceError
from mltui.model.journal import Note, Who
from mltui.model.journal_record import Intent
from mltui.model.move_tags import facts_of
from mltui.model.moves import Move
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan
from mltui.model.shell import join, quote
from mltui.sources.git.revs import full_sha
from mltui.sources.journal.who import who_acts
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: Somebody else may take the number that we meant to take, and again; not for ever.
TRIES: Final = 20


class AssignStage:
    """The action of one `plan` whose target is a stage of GTO. Its name is the plan's kind.

    `take_back`: the stage is taken from `plan.version`, which holds it; `back_to` has it then, or nobody. `forced` goes
    past gates that block, for a `reason`; past those of a protected target only on the `command_line`.
    """

    def __init__(
        self,
        workspace: Workspace,
        plan: Plan,
        reason: str = "",
        forced: bool = False,
        *,
        command_line: bool = False,
        take_back: bool = False,
        back_to: str | None = None,
    ) -> None:
        self.plan, self.reason, self.forced = plan, " ".join(reason.split()), forced
        self._workspace, self._command_line, self._back = workspace, command_line, take_back
        self._then = back_to if take_back else plan.version.version
        self._registry = Registry(workspace.project, workspace.runner, plan.model.name, plan.target.name)
        self._move: Move | None = None

    @property
    def name(self) -> str:
        return self.plan.kind

    @property
    def title(self) -> str:
        version, label = f"{self.plan.model.name} {self.plan.version.version}", self.plan.target.label
        if self._back:
            return f"take {label} from {version}" + (f": back to {self._then}" if self._then else "")
        verb = {"promote": "promote {} to {}", "rollback": "roll back to {} at {}", "undo": "put {} back at {}"}
        said = verb[self.plan.kind].format(version, label)
        return f"{said} past its gates" if self.goes_past else said

    @property
    def goes_past(self) -> bool:
        """Whether gates would be in the way, and it is forced."""
        return self.forced and self.plan.report.bars

    @property
    def note(self) -> Note:
        move = self._planned(now_ms(), self._who, self.reason)
        what = f"{self.plan.model.name}{self.plan.target.word}"
        return Note(what, move.before or "", move.after or "", self.reason, facts_of(move))

    def commands(self) -> Sequence[str]:
        """What git would be told, but for its message."""
        tag, commit = self._registry.next_tag(take_back=self._back), self.plan.version.commit or ""
        subject = self._subject()
        return (join(("git", "tag", "-a", "-m", subject, tag, commit)),)

    def refusal(self) -> Refused | None:
        plan = self.plan
        if plan.target.kind != "gto":
            return Refused(f"{plan.model.name} is kept by MLflow, not by GTO")
        if self._workspace.project.git_dir is None:
            return Refused("a stage of GTO is a tag of git, and there is no repository here", "git init")
        if not self._back and (
            refused := gates_refusal(plan, reason=self.reason, forced=self.forced, command_line=self._command_line)
        ):
            return refused
        try:
            return stage_refusal(self._workspace.project, plan) or self._standing()
        except SourceError as error:
            return Refused(f"the registry can't be read: {error.summary}", error.hint)

    def noted(self, intent: Intent) -> None:
        """The tag gets what the journal has, under the id of its entry."""
        move = noted_move(intent) or self._planned(intent.at, intent.who, intent.note.reason)
        self._move = replace(move, id=intent.id)

    def act(self, tell: Tell) -> Outcome:
        """Raises `Refused` if somebody else moved the stage meanwhile: then nothing was changed."""
        plan = self.plan
        tell(1, 1, f"tags {plan.version.version} of {plan.model.name}")
        tag = ""
        try:
            with self._registry.alone():
                for _ in range(TRIES):
                    tag = self._registry.next_tag(take_back=self._back)  # before the look: whoever makes it after
                    if refused := self._standing():  # that look has this name
                        raise refused
                    if self._registry.make(tag, plan.version.commit or "", message_of(self._subject(), self._move)):
                        return self._made(tag)
        except KeyboardInterrupt:
            return Outcome("interrupted", f"{self.title}: interrupted", (self._there(tag),))
        except SourceError as error:
            left = (error.hint, self._there(tag)) if error.hint else (self._there(tag),)
            return Outcome("failed", f"{self.title}: {error.summary}", left)
        raise Refused(f"somebody else makes tags of {plan.model.name} faster than we can", "try again")

    def _standing(self) -> Refused | None:
        """Why it can't be done as the tags are now. Raises `SourceError`."""
        plan, label = self.plan, self.plan.target.label
        model = self._registry.model()
        numbers = {each.version for each in model.versions} if model else set()
        if model is None or plan.version.version not in numbers:
            return Refused(f"{plan.model.name} has no version {plan.version.version} any more", "look at it again")
        if not full_sha(self._workspace.project, self._workspace.runner, plan.version.commit or ""):
            what = f"the commit of {plan.model.name} {plan.version.version} is not in this clone"
            return Refused(what, "git fetch --tags brings it")
        holder = model.aliases.get(plan.target.name)
        expected = plan.version.version if self._back else plan.now
        if holder != expected:
            return Refused(f"{label} moved meanwhile: {self._registry.mover(holder)}", "look at it again")
        if not self._back and holder == plan.version.version:
            return Refused(f"{label} points at {plan.model.name} {holder} already: nothing to do")
        if self._back and (then := self._registry.without(plan.version.commit or "")) != self._then:
            to = f"{then or 'nobody'}, and not to {self._then or 'nobody'}"
            return Refused(f"taken from {holder}, {label} would go to {to}", "mltui promote names who is to have it")
        return self._registry.future_refusal()

    def _made(self, tag: str) -> Outcome:
        """How it ended, by what the tags say now."""
        plan, wanted = self.plan, self._then
        push = f"git push origin {quote(tag)} shares it: until then it is in this clone only"
        model = self._registry.model()
        holder = model.aliases.get(plan.target.name) if model else None
        what = f"{plan.target.label} of {plan.model.name}"
        if holder != wanted:
            left = (f"tag {tag} stands", f"git tag -d {quote(tag)} takes it away again")
            return Outcome("failed", f"{what} is at {holder or 'nobody'}, not at {wanted or 'nobody'}", left)
        if self._back:
            has = f"{wanted} has it again" if wanted else "nobody holds it"
            return Outcome("done", f"{what} is taken from {plan.version.version}: {has}", (push,))
        return Outcome("done", f"{what} is {wanted}, was {plan.now or 'nobody'}", (push,))

    def _there(self, tag: str) -> str:
        """What of it stands, for somebody whose git was interrupted or failed."""
        try:
            there = any(each.name == tag for each in self._registry.tags())
        except SourceError as error:
            return f"whether tag {tag} was made is not known: {error.summary}"
        return f"tag {tag} stands: git tag -d {quote(tag)} takes it away" if there else "no tag was made"

    def _subject(self) -> str:
        """As gto words it."""
        plan = self.plan
        verb, to = ("Unassigning", "from") if self._back else ("Assigning", "to")
        return f"{verb} stage {plan.target.name} {to} artifact {plan.model.name} version {plan.version.version}"

    def _planned(self, at: int, who: Who, reason: str) -> Move:
        move = move_of(self.plan, at=at, who=who, reason=reason, forced=self.goes_past)
        return replace(move, before=self.plan.version.version, after=self._then) if self._back else move

    @cached_property
    def _who(self) -> Who:
        return who_acts(self._workspace)
