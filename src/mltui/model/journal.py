"""The journal: who did what through mltui, when, why, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from mltui.model.key_names import key_of
from mltui.model.outcome import State
from mltui.model.part import Problem

#: So long somebody is told of an outcome that nobody knows (ms); the journal has it for ever.
TOLD_FOR: Final = 7 * 24 * 3_600_000

#: Where a name came from, the strongest first.
WhoSource = Literal["mlflow", "MLTUI_USER", "git e-mail", "unix user"]


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody: `name` and where that name came from, besides the Unix user and the host, which nobody chooses."""

    name: str
    source: WhoSource
    unix_user: str
    host: str


@dataclass(frozen=True, slots=True)
class Note:
    """What an action says of itself for the journal. `what` is changed (an alias, a stage, a job by its id), from
    `before` to `after` ("" where that makes no sense), for a `reason` that a person gave ("" if none).

    `facts` is what machines need of it besides, as plain JSON: gates and figures of a promotion, what it takes to undo.
    """

    what: str
    before: str = ""
    after: str = ""
    reason: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One action: its intent, and its outcome if that was noted.

    `at` and `ended` are epoch ms; `state` is None while nobody knows how it ended: it is still at it (`acting`: its
    process lives on this host), or it is *outcome unknown*, and `found` says what could be found out since, at
    `found_at`. `pid` and `pid_start` (`sources.processes`) are of the mltui that acts.
    """

    id: str
    at: int
    action: str
    title: str
    who: Who
    note: Note
    commands: tuple[str, ...] = ()
    ended: int | None = None
    state: State | None = None
    summary: str = ""
    left: tuple[str, ...] = ()
    acting: bool = False
    found: tuple[str, ...] = ()
    pid: int | None = None
    pid_start: str = ""
    found_at: int | None = None

    @property
    def started(self) -> str:
        """The id of the job that it started, of which it saw no more than the beginning; "" if it started none."""
        return self.note.what.removeprefix("job ") if self.action == "retrain" and self.state == "done" else ""

    @property
    def unknown(self) -> bool:
        """Whether nobody knows how it ended: nothing was noted and its process is gone, or that was what was noted."""
        return self.state == "unknown" or (self.state is None and not self.acting)

    @property
    def open(self) -> bool:
        """Whether nobody noted yet what could be found out of it: it is at it, or it ended as nobody knows."""
        return self.state in (None, "unknown") and self.found_at is None


@dataclass(frozen=True, slots=True)
class JournalRead:
    """The journal as it was read: its entries, the oldest first, and the `problems` that somebody should look at."""

    entries: tuple[JournalEntry, ...] = ()
    problems: tuple[Problem, ...] = ()


def worries(entries: Iterable[JournalEntry], now: int) -> tuple[Problem, ...]:
    """The outcomes that nobody knows, for a week, and only until the same action was done to the same thing again."""
    open_: dict[tuple[str, str], JournalEntry] = {}
    for entry in entries:
        key = entry.action, entry.note.what
        if entry.state == "done":
            open_.pop(key, None)
        elif entry.unknown and now - entry.at < TOLD_FOR:
            open_[key] = entry
    return tuple(_worry(entry) for entry in open_.values())


def _worry(entry: JournalEntry) -> Problem:
    found = "; ".join((*entry.found, *entry.left[:1])) or entry.summary
    where = f"{key_of('journal')} and mltui journal have it whole"
    hint = f"{found}; {where}" if found else where
    return Problem("journal", f"outcome unknown: {entry.title}", hint)
