"""What happened to one registered model: what the journal has of it, and the moves that only the registry tells of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mltui.model.journal import JournalEntry
from mltui.model.moves import Move


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing: an action of the journal, the move that it made, or both. `at` is epoch ms: of a move outside mltui
    when it can have been at the earliest; None where nobody knows."""

    entry: JournalEntry | None
    move: Move | None
    at: int | None

    @property
    def key(self) -> str:
        """Tells it from others."""
        move = self.move
        return self.entry.id if self.entry else f"{move.target} {move.before} {move.after} {self.at}" if move else ""


def happened(model: str, entries: Iterable[JournalEntry], moves: Iterable[Move]) -> tuple[Happened, ...]:
    """Everything about `model`, the oldest first; `moves` are `alias_history.moves_of`, in their order."""
    ours = [move for move in moves if move.model == model]
    made = {move.id for move in ours if move.id}
    by_id = {entry.id: entry for entry in entries if entry.id in made or is_about(entry, model)}
    time = 0
    timed: list[tuple[int, Happened]] = []
    for move in ours:
        at = move.at if move.at is not None else move.since if move.since is not None else move.until
        time = max(time, at or 0)
        timed.append((time, Happened(by_id.pop(move.id, None), move, at)))
    timed += [(entry.at, Happened(entry, None, entry.at)) for entry in by_id.values()]
    return tuple(each for _, each in sorted(timed, key=lambda pair: pair[0]))


def is_about(entry: JournalEntry, model: str) -> bool:
    """Whether an action was about a model or one of its versions, aliases and stages."""
    facts = entry.note.facts
    if facts.get("model") == model or str(facts.get("copied", "")).startswith(f"{model}/"):
        return True
    if re.match(rf"model:{re.escape(model)}(@|$)", str(facts.get("into", ""))):
        return True
    changes = facts.get("changes")
    return isinstance(changes, list) and any(
        isinstance(each, Mapping) and each.get("subject") in ("model", "version") and each.get("id") == model
        for each in changes
    )
