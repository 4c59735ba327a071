"""How an action ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: **failed**: it stopped somewhere, and `Outcome.left` says what that leaves. **unknown**: nobody can tell.
State = Literal["done", "failed", "interrupted", "unknown"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action ended. `left` says what of it stands now, and how to go on or back: nothing is left half-done
    without being said."""

    state: State
    summary: str
    left: tuple[str, ...] = ()
