"""What a word could mean, where that is more than one thing: named, so that the next word is the right one."""

from __future__ import annotations

from collections.abc import Sequence

#: So many are named; the rest is counted.
NAMED = 5


def some_of(candidates: Sequence[str]) -> str:
    """``one of: a, b, c and 12 more``."""
    more = len(candidates) - NAMED
    return "one of: " + ", ".join(candidates[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
