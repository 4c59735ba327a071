"""Promote a version in MLflow's registry: an alias or a legacy stage moved, or a copy into another model."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from mltui.actions.gateway import Tell
from mltui.actions.mlflow.port import Writer
from mltui.actions.promotion.claims import Claiming
from mltui.actions.promotion.copying import copied, with_copy
from mltui.actions.promotion.movers import moved
from mltui.actions.promotion.pointers import Pointer, pointer_of
from mltui.actions.promotion.recording import move_of, noted_move, write_down
from mltui.actions.promotion.refusing import gates_refusal, standing_refusal, words_refusal
from mltui.actions.promotion.setting import Setting
from mltui.errors import Refused
from mltui.model.claim import Claim
from mltui.model.journal import Note, Who
from mltui.model.journal_record import Intent
from mltui.model.move_tags import facts_of
from mltui.model.moves import Move
from mltui.model.outcome import Outcome
from mltui.model.promotion import Plan
from mltui.model.shell import join
from mltui.sources.journal.who import who_acts
from mltui.sources.port import now_ms

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace


class Promote:
    """The action of one `plan`. Its name is the plan's kind: "promote", "rollback", "undo".

    `forced` goes past gates that block, for a `reason`; past those of a protected target only on the `command_line`.
    `wait` and `clock` (s) are for tests.
    """

    def __init__(
        self,
        workspace: Workspace,
        plan: Plan,
        writer: Writer,
        reason: str = "",
        forced: bool = False,
        *,
        command_line: bool = False,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.plan, self.reason, self.forced = plan, " ".join(reason.split()), forced
        self._workspace, self._writer, self._command_line = workspace, writer, command_line
        self._wait, self._clock = wait, clock
        self._pointer = pointer_of(plan, writer)
        self._move: Move | None = None
        self.copy = ""  #: the number of the copy, once it was made

    @property
    def name(self) -> str:
        return self.plan.kind

    @property
    def title(self) -> str:
        verb = {"promote": "promote {} to {}", "rollback": "roll back to {} at {}", "undo": "put {} back at {}"}
        said = verb[self.plan.kind].format(self._version, self.plan.target.label)
        return f"{said} past its gates" if self.goes_past else said

    @property
    def goes_past(self) -> bool:
        """Whether gates would be in the way, and it is forced."""
        return self.forced and self.plan.report.bars

    @property
    def note(self) -> Note:
        """`Note.facts` are `facts_of` the move, and in which registry; of a copy, which has no number yet, what is
        copied."""
        move = move_of(self.plan, at=now_ms(), who=self._who, reason=self.reason, forced=self.goes_past)
        facts = dict(facts_of(move))
        if self.plan.target.kind == "copy":
            facts = {key: facts[key] for key in ("schema", "at", "who", "forced", "run_id", "commit", "gates")}
            facts |= {"copied": self._version, "into": self.plan.target.word}
        facts["registry"] = self.plan.registry
        return Note(self.what, self.plan.now or "", self.plan.version.version, self.reason, facts)

    @property
    def what(self) -> str:
        """What is moved: ``churn@champion``, ``churn stage:Production``; of a copy without alias ``prod.churn``."""
        if self._pointer is None:
            return self.plan.target.name
        between = "" if self._pointer.word.startswith("@") else " "
        return f"{self._pointer.model}{between}{self._pointer.word}"

    def commands(self) -> Sequence[str]:
        """mltui's own command line, which does exactly this, and as a comment the calls of MLflow's client in it."""
        model, version, target = self.plan.model.name, self.plan.version.version, self.plan.target
        kind = "promote" if self.plan.kind == "promote" else "rollback"
        if kind == "promote":
            what, words = [model, version], ["--to", target.word]
        else:
            alias = target.name if target.kind == "alias" else target.word
            what, words = [model], ["--alias", alias, "--to", version]
        words += ["--reason", self.reason] if self.reason else []
        words += ["--force"] if self.goes_past else []
        words = [*words, "--", *what] if model.startswith("-") else [*what, *words]
        return [join(("mltui", kind, *words)), *(f"# {call}" for call in self._calls())]

    def _calls(self) -> list[str]:
        target = self.plan.target
        if target.kind != "copy":
            return self._pointer.calls(self.plan.version.version, self.plan.now) if self._pointer else []
        copy = f"MlflowClient().copy_model_version({f'models:/{self._version}'!r}, {target.name!r})"
        alias = f"MlflowClient().set_registered_model_alias({target.name!r}, {target.alias!r}, <the new version>)"
        return [copy, alias] if target.alias else [copy]

    def refusal(self) -> Refused | None:
        return (
            words_refusal(self.plan)
            or gates_refusal(self.plan, reason=self.reason, forced=self.forced, command_line=self._command_line)
            or self._writer.refusal()
            or standing_refusal(self.plan, self._pointer, self._writer)
        )

    def noted(self, intent: Intent) -> None:
        """The registry gets what the journal has, under the id of its entry."""
        move = noted_move(intent)
        if move is None:  # a copy
            move = move_of(self.plan, at=intent.at, who=intent.who, reason=intent.note.reason, forced=self.goes_past)
        self._move = replace(move, id=intent.id)

    def act(self, tell: Tell) -> Outcome:
        """Raises `Refused` if somebody else moved it, or is about to: then nothing was changed."""
        if self.plan.target.kind == "copy":
            return self._copy(tell)
        assert self._pointer is not None
        return self._set(self._pointer, self.plan.version.version, tell)

    def _copy(self, tell: Tell) -> Outcome:
        """A copy, and the alias it gets. Once the copy stands, nothing is refused any more, it fails."""
        tell(1, 1, f"copies {self._version} into {self.plan.target.name}")
        number = copied(self.plan, self._writer)
        if isinstance(number, Outcome):
            return number
        self.copy = number
        if self._pointer is None:
            copy = f"{self.plan.target.name}/{number} is a copy of {self._version}"
            return Outcome("done", copy, self._record(self.plan.target.name, self.plan.target.word, number))
        try:
            outcome = self._set(self._pointer, number, tell)
        except Refused as error:
            outcome = Outcome("failed", error.summary, (error.hint,) if error.hint else ())
        return with_copy(outcome, self.plan, number)

    def _set(self, pointer: Pointer, version: str, tell: Tell) -> Outcome:
        """Let `pointer` point at `version` of its model, under a claim."""
        setting = Setting(
            pointer,
            self._claiming(pointer, version),
            version,
            self.plan.now,
            lambda: self._record(pointer.model, pointer.word, version),
            wait=self._wait,
            clock=self._clock,
        )
        return setting.perform(tell)

    def _claiming(self, pointer: Pointer, version: str) -> Claiming:
        claim = Claim("", pointer.claimed, self._who.name, None, version, self._who.host, os.getpid())

        def lost(holder: str | None) -> Refused:
            return moved(self._writer, pointer, holder)

        return Claiming(self._writer, pointer, claim, lost, wait=self._wait, clock=self._clock)

    def _record(self, model: str, target: str, version: str) -> tuple[str, ...]:
        """Tag the version with the move (of "" the one that it left); what could not be written."""
        if self._move is None:
            return ("NOT WRITTEN in the registry: the journal gave it no id",)
        return write_down(self._writer, replace(self._move, model=model, target=target, after=version or None))

    @property
    def _version(self) -> str:
        return f"{self.plan.model.name}/{self.plan.version.version}"

    @cached_property
    def _who(self) -> Who:
        return who_acts(self._workspace)
