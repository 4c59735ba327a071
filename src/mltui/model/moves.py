"""Moves of aliases and stages: who moved what from which version to which, when and why; and who held it at any time.

A move that mltui made stands twice: in the journal of whoever made it, and as a tag of the version it moved to, for
everyone who reads the registry. Both have the same id, and say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from mltui.model.gates import Verdict

#: A model version tag ``mltui.move.<id of the journal's entry>`` holds one move as JSON.
MOVE_TAG: Final = "mltui.move."
#: ``mltui.forced.<alias>`` on a version says in plain words that it went past its gates.
FORCED_TAG: Final = "mltui.forced."

MoveKind = Literal["promote", "rollback", "undo"]


@dataclass(frozen=True, slots=True)
class GateSaid:
    """A gate as a move remembers it."""

    text: str
    verdict: Verdict
    figure: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of `target` (`Target.word`: "@champion", "stage:Production", "#prod") of `model`.

    `before` and `after` are versions, None for nobody. `at` is epoch ms; None of a move `outside` mltui, of which only
    is known that it happened: `since` and `until` are then the times between which it did, as far as known. `told`
    names who tells of it: "journal", "registry" or both. `gates_cut` counts the gates that its tag had no room for.
    `host` is whose clock `at` is by.
    """

    model: str
    target: str
    before: str | None
    after: str | None
    at: int | None
    id: str = ""
    kind: MoveKind = "promote"
    who: str = ""
    reason: str = ""
    forced: bool = False
    gates: tuple[GateSaid, ...] = ()
    run_id: str = ""
    commit: str = ""
    figures: Mapping[str, float] | None = None
    told: tuple[str, ...] = ()
    outside: bool = False
    since: int | None = None
    until: int | None = None
    gates_cut: int = 0
    host: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Who held a target at a time: `version` (None for nobody); `known` is False where that can't be told, and `why`
    says why not."""

    version: str | None
    known: bool
    why: str = ""
    move: Move | None = None


def last(moves: Sequence[Move], target: str) -> Move | None:
    """The newest move of `target`; moves are the oldest first."""
    return next((each for each in reversed(moves) if each.target == target), None)
