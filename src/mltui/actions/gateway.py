"""The one way to change anything outside mltui's own cache and state.

Every action passes here in the same order: read-only? -> may it be done now? -> confirmed by whoever saw its commands
-> the intent is noted -> it acts -> the outcome is noted. What refuses, refuses before anything changed, so that no
forgotten key can leak past.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from mltui.config import Config
from mltui.errors import ReadOnly, Refused
from mltui.model.outcome import Outcome

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

    def commands(self) -> Sequence[str]:
        """The equivalent shell commands: exactly what will happen."""

    def refusal(self) -> Refused | None:
        """Why it can't be done now; looked at again right before it acts."""

    def act(self, tell: Tell) -> Outcome:
        """Do it. Failures are outcomes; nothing is raised that means one."""


class Journal(Protocol):
    """Where intents and outcomes are noted."""

    def intend(self, action: Action) -> str:
        """Note on disk that `action` begins now, and name the entry. Raises `Refused` if it can't be noted."""

    def ended(self, entry: str, outcome: Outcome) -> None:
        """Note how it ended."""


class NoJournal:
    """Keeps nothing: the journal comes with the actions that need one."""

    def intend(self, action: Action) -> str:
        return ""

    def ended(self, entry: str, outcome: Outcome) -> None:
        return None


class Gateway:
    """Performs actions of one project."""

    def __init__(self, config: Config, journal: Journal | None = None) -> None:
        self._config = config
        self._journal: Journal = journal or NoJournal()

    def refusal(self, action: Action) -> Refused | None:
        """Why `action` can't be done now, for whoever shows it; None if it can."""
        return read_only(self._config, action.title) or action.refusal()

    def perform(self, action: Action, confirmed: Callable[[], bool], tell: Tell = lambda *_: None) -> Outcome | None:
        """Do it, if `confirmed` says yes; None if it says no. Raises `Refused` before anything changed."""
        if refused := self.refusal(action):
            raise refused
        if not confirmed():
            return None
        if refused := self.refusal(action):  # somebody took the place while it was thought about
            raise refused
        entry = self._journal.intend(action)
        outcome = action.act(tell)
        self._journal.ended(entry, outcome)
        return outcome


def read_only(config: Config, what: str) -> ReadOnly | None:
    """The refusal of a read-only mltui, or of one that looks at another time; None if it may write."""
    if config.as_of:
        return ReadOnly(f"as of {config.as_of} nothing can be changed: refused to {what}", "t goes back to now")
    if not config.read_only:
        return None
    return ReadOnly(f"read-only: refused to {what}", "start mltui without --read-only, or take it out of its settings")
