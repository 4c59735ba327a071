"""The one way to change anything outside mltui's own cache and state.

Every action passes here in the same order: read-only? -> may it be done now? -> confirmed by whoever saw its commands
-> the intent is noted -> it acts -> the outcome is noted. What refuses, refuses before anything changed, so that no
forgotten key can leak past.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mltui.config import Config
from mltui.errors import MltuiError, ReadOnly, Refused
from mltui.model.key_names import key_of
from mltui.model.outcome import Outcome

if TYPE_CHECKING:
    from mltui.model.journal import Note
    from mltui.model.journal_record import Intent
    from mltui.sources.workspace import Workspace

#: Told before each step: its number from 1, how many there are, what it does.
Tell = Callable[[int, int, str], object]


class Action(Protocol):
    """Something that changes something."""

    @property
    def name(self) -> str:
        """Short, for the journal: "reproduce"."""

    @property
    def title(self) -> str:
        """What it does, for a person: "work on run stormy-hare"."""

    @property
    def note(self) -> Note:
        """What the journal keeps of it besides."""

    def commands(self) -> Sequence[str]:
        """The equivalent shell commands: exactly what will happen."""

    def refusal(self) -> Refused | None:
        """Why it can't be done now; looked at again right before it acts."""

    def act(self, tell: Tell) -> Outcome:
        """Do it. Failures are outcomes; nothing is raised that means one."""


@runtime_checkable
class Noted(Protocol):
    """An action that has to know how the journal noted it: it writes the same elsewhere, under the same id."""

    def noted(self, intent: Intent) -> None:
        """Told once the intent is on the disk, before it acts."""


class Journal(Protocol):
    """Where intents and outcomes are noted."""

    def intend(self, action: Action) -> str:
        """Note on disk that `action` begins now, and name the entry. Raises `Refused` if it can't be noted.

        An action that is `Noted` is told what was noted.
        """

    def ended(self, entry: str, outcome: Outcome) -> str | None:
        """Note how it ended. What it returns is to be said besides: that it could not be noted."""


class Gateway:
    """Performs actions of one project. `gateway_of` makes it."""

    def __init__(self, config: Config, journal: Journal) -> None:
        self._config = config
        self._journal = journal

    def refusal(self, action: Action) -> Refused | None:
        """Why `action` can't be done now, for whoever shows it; None if it can."""
        return read_only(self._config, action.title) or action.refusal()

    def perform(self, action: Action, confirmed: Callable[[], bool], tell: Tell = lambda *_: None) -> Outcome | None:
        """Do it, if `confirmed` says yes; None if it says no. Raises `Refused` before anything changed.

        `Outcome.left` ends with what is to be said of the journal, if anything. What `act` raises nevertheless goes on
        to the caller, and the journal has it.
        """
        if refused := self.refusal(action):
            raise refused
        if not confirmed():
            return None
        if refused := self.refusal(action):  # somebody took the place while it was thought about
            raise refused
        entry = self._journal.intend(action)
        try:
            outcome = action.act(tell)
        except BaseException as error:
            self._journal.ended(entry, _raised(action, error))
            raise
        told = self._journal.ended(entry, outcome)
        return replace(outcome, left=(*outcome.left, told)) if told else outcome


def gateway_of(workspace: Workspace) -> Gateway:
    """The gateway of a project: what passes it is noted in the project's journal."""
    from mltui.actions.journal import FileJournal

    return Gateway(workspace.config, FileJournal(workspace))


def _raised(action: Action, error: BaseException) -> Outcome:
    """What the journal keeps of an action that ended in an error: of ours it is known that it failed."""
    if isinstance(error, KeyboardInterrupt):
        return Outcome("interrupted", f"{action.title}: interrupted")
    if isinstance(error, Refused):
        return Outcome("failed", f"refused: {error.summary}")
    if isinstance(error, MltuiError):
        return Outcome("failed", error.summary)
    return Outcome("unknown", f"{type(error).__name__}: {error}")


def read_only(config: Config, what: str) -> ReadOnly | None:
    """The refusal of a read-only mltui, or of one that looks at another time; None if it may write."""
    if config.as_of:
        return ReadOnly(
            f"as of {config.as_of} nothing can be changed: refused to {what}", f"{key_of('as-of')} goes back to now"
        )
    if not config.read_only:
        return None
    return ReadOnly(f"read-only: refused to {what}", "start mltui without --read-only, or take it out of its settings")
