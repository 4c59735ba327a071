"""How the panels of the Overview share a screen: two side by side where there is room, no hole where one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: From this width on two panels stand side by side (SCREENS).
WIDE = 120


@dataclass(frozen=True, slots=True)
class Wish:
    """A panel that is there. `height` is what its content fills, frame included; `least` what it can do with (0: all).

    `whole` panels take a shelf of their own; of what is left over each takes up to `grows` lines more. A `spare` one is
    shown only where the others leave it its least.
    """

    key: str
    height: int
    least: int = 0
    whole: bool = False
    grows: int = 0
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """One line of the screen: its panels from left to right, and its height."""

    keys: tuple[str, ...]
    height: int


def arrange(wishes: Sequence[Wish], width: int, height: int) -> tuple[Shelf, ...]:
    """Panels in their order on shelves; together as high as the screen where they can be, higher where they must.

    Where too much is wished for, panels give way from the end, each down to its least; the rest is for scrolling.
    """
    shelves = _shelves([wish for wish in wishes if not wish.spare], 2 if width >= WIDE else 1)
    heights = [max(wish.height for wish in shelf) for shelf in shelves]
    for wish in (each for each in wishes if each.spare):
        if height - sum(heights) >= wish.least:
            heights.append(min(wish.height, height - sum(heights)))
            shelves.append([wish])
    excess = sum(heights) - height
    for at in reversed(range(len(shelves))):
        if excess <= 0:
            break
        given = min(excess, heights[at] - max(wish.least or wish.height for wish in shelves[at]))
        heights[at] -= given
        excess -= given
    if excess < 0:
        _grow(shelves, heights, -excess)
    return tuple(Shelf(tuple(wish.key for wish in shelf), tall) for shelf, tall in zip(shelves, heights, strict=True))


def _shelves(wishes: Sequence[Wish], across: int) -> list[list[Wish]]:
    shelves: list[list[Wish]] = []
    for wish in wishes:
        last = shelves[-1] if shelves else []
        if not wish.whole and last and len(last) < across and not last[-1].whole:
            last.append(wish)
        else:
            shelves.append([wish])
    return shelves


def _grow(shelves: Sequence[Sequence[Wish]], heights: list[int], spare: int) -> None:
    """Share `spare` lines among the growing shelves, each up to what it says it can use."""
    for at, shelf in enumerate(shelves):
        given = min(spare, max(wish.grows for wish in shelf))
        heights[at] += given
        spare -= given
