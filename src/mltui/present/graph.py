"""A pipeline as a graph in text: stages in order, each on a line of its own, joined by lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mltui.present.marks import stage_mark
from mltui.present.text import Line, Span, Symbols

if TYPE_CHECKING:
    from mltui.model.dvc import Stage

#: Lanes drawn at most; edges that need more are left to the detail, and the row says so with a mark.
MOST_LANES = 6

# Which sides of a cell a line leaves it by.
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_UNICODE = " ╵╷│╴╯╮┤╶╰╭├─┴┬┼"
_ASCII = " '.|-'.+-`.+-+++"


def in_order(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """Parents before children, a chain in one piece, else as DVC lists them. A cycle is kept as it comes."""
    by_address = {stage.address: stage for stage in stages}
    children: dict[str, list[str]] = {address: [] for address in by_address}
    waiting: dict[str, int] = {}
    for stage in stages:
        parents = {parent for parent in stage.parents if parent in by_address and parent != stage.address}
        waiting[stage.address] = len(parents)
        for parent in parents:
            children[parent].append(stage.address)
    ready = [stage.address for stage in reversed(stages) if not waiting[stage.address]]
    found: dict[str, Stage] = {}
    while ready:
        address = ready.pop()
        found[address] = by_address[address]
        for child in reversed(children[address]):
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    rest = (stage for stage in stages if stage.address not in found)
    return (*found.values(), *rest)


def lanes(stages: Sequence[Stage], symbols: Symbols, marks: Mapping[str, Span] | None = None) -> list[Line]:
    """For each of `stages`, which are `in_order`, its piece of the graph: lanes left and right, its status between.

    `marks` are shown in the place of statuses, by address. A lane runs down to one stage that is still to come; whoever
    it waits for joins it.
    """
    here = {stage.address for stage in stages}
    children: dict[str, list[str]] = {address: [] for address in here}
    for stage in stages:
        for parent in dict.fromkeys(stage.parents):
            if parent in here and parent != stage.address:
                children[parent].append(stage.address)
    open_lanes: list[str | None] = []
    shown = marks or {stage.address: stage_mark(stage.status, symbols) for stage in stages}
    return [
        _piece(stage.address, shown[stage.address], children[stage.address], open_lanes, symbols) for stage in stages
    ]


def _piece(address: str, mark: Span, children: list[str], open_lanes: list[str | None], symbols: Symbols) -> Line:
    """Draw one row and move `open_lanes` on: each entry is the address its lane runs to, None a free lane."""
    column = open_lanes.index(address) if address in open_lanes else _free(open_lanes)
    sides = [0 if lane is None else _UP | _DOWN for lane in open_lanes]
    sides[column] = 0
    open_lanes[column] = None
    for child in children:
        if child in open_lanes:
            target = open_lanes.index(child)
        else:
            target = column if open_lanes[column] is None else _free(open_lanes)
            open_lanes[target] = child
            sides.extend([0] * (len(open_lanes) - len(sides)))
            sides[target] |= _DOWN
        _join(sides, column, target)
    while open_lanes and open_lanes[-1] is None:
        open_lanes.pop()
    return _drawn(sides, column, mark, symbols)


def _free(open_lanes: list[str | None]) -> int:
    if None in open_lanes:
        return open_lanes.index(None)
    open_lanes.append(None)
    return len(open_lanes) - 1


def _join(sides: list[int], one: int, other: int) -> None:
    """A horizontal line between two columns."""
    low, high = sorted((one, other))
    for at in range(low, high):
        sides[at] |= _RIGHT
        sides[at + 1] |= _LEFT


def _drawn(sides: list[int], column: int, mark: Span, symbols: Symbols) -> Line:
    glyphs = _ASCII if symbols.rule.isascii() else _UNICODE
    flat = glyphs[_LEFT | _RIGHT]
    spans: list[Span] = []
    for at, bits in enumerate(sides[:MOST_LANES]):
        link = flat if bits & _RIGHT else " "
        if at == column:
            spans.extend((mark, Span(link, "dim")))
        else:
            spans.append(Span(glyphs[bits] + link, "dim"))
    if column >= MOST_LANES:
        spans.extend((Span(symbols.more, "dim"), mark))
    elif len(sides) > MOST_LANES:
        spans.append(Span(symbols.more, "dim"))
    return tuple(spans)
