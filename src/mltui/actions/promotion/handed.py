"""A promotion handed to the project's own command (``promote.via = "command"``), which starts CI, say: it is run, and
then the alias is waited for. mltui moves nothing itself.
"""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import PurePath
from threading import Event
from typing import TYPE_CHECKING, Final

from mltui.actions.gateway import Tell
from mltui.actions.mlflow.port import Writer
from mltui.actions.promotion.pointers import pointer_of
from mltui.actions.promotion.recording import move_of, noted_move, write_down
from mltui.actions.promotion.refusing import gates_refusal
from mltui.errors import Busy, MltuiError, Refused, SourceError
from mltui.model.journal import Note, Who
from mltui.model.journal_record import Intent
from mltui.model.move_tags import facts_of
from mltui.model.moves import Move
from mltui.model.outcome import Outcome, State
from mltui.model.promotion import Plan, holder
from mltui.model.shell import join
from mltui.sources.journal.who import who_acts
from mltui.sources.port import now_ms
from mltui.sources.runner import Done
from mltui.sources.secrets import without_secrets
from mltui.sources.trust import untrusted

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

#: How often the alias is looked at (s).
EVERY: Final = 2.0
#: Lines of what a failed command said.
SAID: Final = 6
#: Programs that read a word as text of a shell, and what stands before it.
_SHELLS: Final = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash", "fish"))
_SCRIPT = re.compile(r"-[a-z]*c")
_PLACE = re.compile(r"\{(model|version|alias|commit|run_id|reason)\}")


class HandOver:
    """The action of one `plan`, done by ``promote.command``. Its name is the plan's kind.

    `writer` reads where the alias is, with the project's mlflow, and writes the move down in the registry once it is
    there; without it mltui's own reading has to do. `stopped` ends the waiting. `clock` (s) is for tests.
    """

    def __init__(
        self,
        workspace: Workspace,
        plan: Plan,
        reason: str = "",
        forced: bool = False,
        *,
        writer: Writer | None = None,
        command_line: bool = False,
        stopped: Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.plan, self.reason, self.forced = plan, " ".join(reason.split()), forced
        self._workspace, self._writer, self._command_line = workspace, writer, command_line
        self._stopped, self._clock = stopped or Event(), clock
        self._move: Move | None = None
        self._why = ""  #: why the alias could not be read the last time

    @property
    def name(self) -> str:
        return self.plan.kind

    @property
    def title(self) -> str:
        version, label = f"{self.plan.model.name}/{self.plan.version.version}", self.plan.target.label
        past = " past its gates" if self.goes_past else ""
        return f"let {self.argv[0] if self.argv else 'nothing'} put {version} at {label}{past}"

    @property
    def goes_past(self) -> bool:
        """Whether gates would be in the way, and it is forced."""
        return self.forced and self.plan.report.bars

    @property
    def argv(self) -> tuple[str, ...]:
        """The command with what this promotion is about: each word is filled by itself, no shell sees it."""
        values = self._values
        return tuple(_PLACE.sub(lambda found: values[found[1]], word) for word in self.plan.report.policy.command)

    @property
    def _values(self) -> Mapping[str, str]:
        plan = self.plan
        return {
            "model": plan.model.name,
            "version": plan.version.version,
            "alias": plan.target.name,
            "commit": plan.version.commit or "",
            "run_id": plan.version.source_run_id or plan.version.run_id or "",
            "reason": self.reason,
        }

    @property
    def note(self) -> Note:
        move = move_of(self.plan, at=now_ms(), who=self._who, reason=self.reason, forced=self.goes_past)
        facts = {**facts_of(replace(move, host=self._who.host)), "via": join(self.argv)}
        what = f"{self.plan.model.name}{'' if self.plan.target.kind != 'stage' else ' '}{self.plan.target.word}"
        return Note(what, self.plan.now or "", self.plan.version.version, self.reason, facts)

    def commands(self) -> Sequence[str]:
        return (without_secrets(join(self.argv)),)

    def refusal(self) -> Refused | None:
        plan, policy = self.plan, self.plan.report.policy
        if policy.via != "command" or not policy.command:
            return Refused("no command promotes here", 'promote.via = "command" and promote.command name one')
        if plan.target.kind == "copy":
            return Refused("the command that promotes is told an alias: it copies nothing", "promote to an alias")
        if option := _option(policy.command, self.argv):
            return Refused(f"{option!r} would be an option of {policy.command[0]}", "put the placeholder into a word")
        if obeyed := _obeyed(policy.command, self._values):
            hint = "name a script of the project's that takes it as an argument and quotes it"
            return Refused(f"a shell that {policy.command[0]} starts would obey {obeyed!r}", hint)
        return (
            gates_refusal(plan, reason=self.reason, forced=self.forced, command_line=self._command_line)
            or untrusted(self._workspace.project, policy)
            or self._standing()
        )

    def noted(self, intent: Intent) -> None:
        """The registry gets what the journal has, under the id of its entry."""
        move = noted_move(intent)
        self._move = replace(move, id=intent.id) if move else None

    def act(self, tell: Tell) -> Outcome:
        tell(1, 2, f"runs {self.argv[0]}")
        try:
            done = self._run()
            if isinstance(done, Outcome):
                return done
            tell(2, 2, f"waits until {self._what} is {self.plan.version.version}")
            return self._waited()
        except KeyboardInterrupt:
            left = (f"what {self.argv[0]} began may go on", self._is_at())
            return Outcome("interrupted", f"{self.title}: interrupted", left)

    def _run(self) -> Done | Outcome:
        seconds = float(self.plan.report.policy.command_timeout)
        try:
            done = self._workspace.runner.run(self.argv, cwd=self._workspace.project.root, timeout=seconds)
        except Busy as error:
            left = ("it was killed; what it began may go on", self._is_at())
            return Outcome("unknown", f"{self.argv[0]}: {error.summary}", left)
        except SourceError as error:
            return Outcome("failed", f"{self.argv[0]} can't be run: {error.summary}", (error.hint, self._is_at()))
        if done.code == 0:
            return done
        printed = f"{done.stdout[-10_000:].decode(errors='replace')}\n{done.stderr[-10_000:]}"
        lines = [line.rstrip() for line in printed.splitlines() if line.strip()]
        how = f"was ended by signal {-done.code}" if done.code < 0 else f"failed with exit code {done.code}"
        return Outcome("failed", f"{self.argv[0]} {how}", (*map(without_secrets, lines[-SAID:]), self._is_at()))

    def _waited(self) -> Outcome:
        """How it ended, by where the alias is: looked at until it is where it should be, or it was long enough."""
        plan, seconds = self.plan, self.plan.report.policy.command_timeout
        end = self._clock() + seconds
        while True:
            if self._holder() == plan.version.version and not self._why:
                told = f"{self._what} is {plan.version.version}, was {plan.now or 'nobody'}: {self.argv[0]} did it"
                return Outcome("done", told, self._written())
            if self._stopped.is_set():
                return self._not_yet("interrupted", "nobody waits any more")
            if (left := end - self._clock()) <= 0:
                return self._not_yet("unknown", f"not moved within {seconds} s")
            self._stopped.wait(min(EVERY, left))

    def _not_yet(self, state: State, why: str) -> Outcome:
        hint = "git fetch --tags brings a tag that it pushed" if self.plan.target.kind == "gto" else ""
        later = f"{self.argv[0]} ended well; what it began may still move it: mltui models tells"
        return Outcome(state, f"{self._what} {why}", tuple(filter(None, (self._is_at(), later, hint))))

    def _written(self) -> tuple[str, ...]:
        """The move as tags, for colleagues; what could not be written."""
        if self._writer is None or self._move is None or self.plan.target.kind == "gto":
            return ()
        return write_down(self._writer, self._move)

    def _standing(self) -> Refused | None:
        at, plan = self._holder(), self.plan
        if self._why:
            return Refused(f"where {self._what} is can't be read: {self._why}", "it could not be waited for")
        if at == plan.version.version:
            return Refused(f"{plan.target.label} points at {plan.model.name}/{at} already: nothing to do")
        if at != plan.now:
            return Refused(f"{plan.target.label} moved meanwhile: it is at {at or 'nobody'}", "look at it again")
        return None

    def _holder(self) -> str | None:
        """Where it is now; `_why` says that it can't be told."""
        self._why = ""
        try:
            return self._read()
        except MltuiError as error:
            self._why = error.summary
            return None

    def _read(self) -> str | None:
        if self._writer is not None and self.plan.target.kind != "gto" and self._writer.refusal() is None:
            pointer = pointer_of(self.plan, self._writer)
            return pointer.holder() if pointer else None
        model = self.plan.model
        found = self._workspace.models.load(quick=False)
        now = next((each for each in found if (each.name, each.source) == (model.name, model.source)), None)
        if silent := self._workspace.models.silence():
            raise silent
        return holder(now, self.plan.target) if now else None

    def _is_at(self) -> str:
        at = self._holder()
        return f"where {self._what} is can't be read: {self._why}" if self._why else f"{self._what} is {at or 'nobody'}"

    @property
    def _what(self) -> str:
        return f"{self.plan.target.label} of {self.plan.model.name}"

    @cached_property
    def _who(self) -> Who:
        return who_acts(self._workspace)


def _obeyed(words: Sequence[str], values: Mapping[str, str]) -> str:
    """What is filled into text that a shell reads, and is more than a plain word to it; "" if nothing is. ssh hands its
    words to the shell there; to a shell itself only its script is text, what stands behind is its arguments."""
    program = PurePath(words[0]).name
    for before, word in pairwise(words):
        if program == "ssh" or (program in _SHELLS and _SCRIPT.fullmatch(before)):
            for name in _PLACE.findall(word):
                if values[name] and shlex.quote(values[name]) != values[name]:
                    return values[name]
    return ""


def _option(words: Sequence[str], filled: Sequence[str]) -> str:
    """A word that only what was filled in makes an option; "" if none is."""
    pairs = zip(words, filled, strict=True)
    return next((value for word, value in pairs if value.startswith("-") and not word.startswith("-")), "")
