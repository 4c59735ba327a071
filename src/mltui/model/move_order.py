"""Moves of one target in the order in which they happened, by clocks that don't quite agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mltui.model.moves import Move
from mltui.model.noted_moves import SKEW

#: So many moves within `SKEW` are put in order, and so many steps are taken for it: of more the times count.
MOST: Final = 60
STEPS: Final = 2_000


@dataclass(frozen=True, slots=True)
class End:
    """What the last of some moves has to end at: the version that the target is held by then. `known` is False where
    nothing says."""

    version: str | None = None
    known: bool = False


def in_order(moves: Sequence[Move], end: End = End()) -> list[Move]:
    """By time, ties by id; but moves by the clocks of two hosts so that each begins where the one before it ended.

    mltui moves only what is as its preview had it, so that two moves out of order show as a chain that is broken at
    several places: where it is less broken in another order, clocks were wrong. By one clock, or by nobody knows whose,
    the order is what the times say: else a move outside mltui could be taken for a wrong clock.
    """
    ordered: list[Move] = []
    left = list(_together(sorted(moves, key=lambda move: (move.at or 0, move.id))))
    while left:
        some = left.pop()
        begin = End(left[-1][-1].after, True) if left else End()
        ordered[:0] = _settled(some, begin, end)
        end = End(ordered[0].before, True)
    return ordered


def _together(moves: Sequence[Move]) -> Iterator[list[Move]]:
    """Moves that may have been in another order: none is further from the next than clocks are."""
    some = list(moves[:1])
    for earlier, later in pairwise(moves):
        if (later.at or 0) - (earlier.at or 0) > SKEW:
            yield some
            some = []
        some.append(later)
    if some:
        yield some


def _settled(moves: list[Move], begin: End, end: End) -> list[Move]:
    """These in the order with the fewest breaks that is found; their own if no other has fewer."""
    torn = sum(map(_torn, pairwise(moves))) + _differ(begin, moves[0].before) + _differ(end, moves[-1].after)
    if len(moves) > MOST or len({move.host for move in moves}) == 1:
        return moves
    search = _Search(begin, STEPS)
    for allowed in range(torn):
        if (found := search.back(moves, end, allowed)) is not None:
            return found
    return moves


def _may_be_after(move: Move, later: Move) -> bool:
    """Whether `move` may have happened after one with a later time."""
    return "" != move.host != later.host != "" and (later.at or 0) - (move.at or 0) <= SKEW


def _torn(pair: tuple[Move, Move]) -> bool:
    return pair[0].after != pair[1].before


def _differ(end: End, version: str | None) -> bool:
    return end.known and end.version != version


class _Search:
    """Looks for an order from the last move back to the first, at each step among those that may be the last."""

    def __init__(self, begin: End, steps: int) -> None:
        self._begin, self._steps = begin, steps

    def back(self, moves: list[Move], end: End, allowed: int) -> list[Move] | None:
        """An order of `moves` up to `end` with at most `allowed` breaks; None if none was found."""
        if not moves:
            return (
                [] if not _differ(self._begin, end.version if end.known else self._begin.version) or allowed else None
            )
        self._steps -= 1
        if self._steps < 0:
            return None
        may = [at for at, move in enumerate(moves) if all(_may_be_after(move, each) for each in moves[at + 1 :])]
        candidates = [moves[at] for at in reversed(may)]
        fit = [move for move in candidates if not _differ(end, move.after)]
        for move in (*fit, *(candidates[:1] if allowed and candidates[0] not in fit else ())):
            rest = [each for each in moves if each is not move]
            left = allowed - _differ(end, move.after)
            if (found := self.back(rest, End(move.before, True), left)) is not None:
                return [*found, move]
        return None
