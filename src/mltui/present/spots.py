"""A drawing in text whose things can be gone to: lines, and where each thing is."""

from __future__ import annotations

from dataclasses import dataclass

from mltui.present.layout import cells
from mltui.present.text import Line, Span, plain


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a thing is drawn: terminal column and line of its first character, how wide it is, the key of its row."""

    x: int
    y: int
    width: int
    row: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines of text, and where each thing is. `why` says why there is none, "" if there is one.

    Data flows from left to right, or `down`.
    """

    lines: tuple[Line, ...] = ()
    spots: tuple[Spot, ...] = ()
    why: str = ""
    down: bool = False


def highlighted(drawing: Drawing, row: str) -> tuple[Line, ...]:
    """The lines with the thing of that row standing out."""
    spot = next((each for each in drawing.spots if each.row == row), None)
    if spot is None:
        return drawing.lines
    here = drawing.lines[spot.y]
    kept: list[Span] = []
    inside: list[Span] = []
    x = 0
    for span in here:
        if spot.x <= x < spot.x + spot.width:
            if not inside:
                kept.append(Span(""))
            inside.append(span)
        else:
            kept.append(span)
        x += cells(span.text)
    front = Span(plain(tuple(inside)), "front")
    line = tuple(front if not span.text else span for span in kept)
    return (*drawing.lines[: spot.y], line, *drawing.lines[spot.y + 1 :])


def step(drawing: Drawing, here: Spot, across: int, down: int) -> Spot | None:
    """The nearest thing that lies in that direction: the way data flows in the next layer, else in the same one."""
    found = [spot for spot in drawing.spots if _lies(here, spot, across, down)]
    return min(found, key=lambda spot: _far(here, spot, bool(across) != drawing.down, drawing.down), default=None)


def _lies(here: Spot, other: Spot, across: int, down: int) -> bool:
    if across:
        return (other.x - here.x) * across > 0
    return (other.y - here.y) * down > 0


def _far(here: Spot, other: Spot, along: bool, down: bool) -> tuple[int, int]:
    """How far it is: layers first `along` the flow, within a layer first of all across it."""
    layers, beside = abs(other.x - here.x), abs(other.y - here.y)
    if down:
        layers, beside = beside, abs(2 * other.x + other.width - 2 * here.x - here.width) // 2
    return (layers, beside) if along else (0 if not layers else 1, layers + beside)
