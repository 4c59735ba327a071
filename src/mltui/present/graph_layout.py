"""Where boxes of any width stand and how lines run between them: from left to right, or from top to bottom.

Parts that do not hang together are laid out for themselves and stand below (beside) each other. The room says which
way it goes: the first that is whole in it, else the one of which less has to be scrolled. Nothing is left out for
want of room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from mltui.present.canvas import Canvas
from mltui.present.channel import Bundle, Wire, bundles
from mltui.present.layers import Item, Layers, Link, in_layers

Way = Literal["across", "down"]

#: Columns for the beginning and the end of a line between two columns of boxes; each track takes two more.
LEAD: Final = 3
#: Columns between two boxes side by side, and between two parts side by side.
ASIDE, BESIDE = 3, 4
_KIND: Final = "recorded"  # a plain line
#: Which way, and how many lines from one box to the next: what is tried in turn.
_TRIES: Final[tuple[tuple[Way, int], ...]] = (("across", 2), ("across", 1), ("down", 1))
_HEADS: Final[dict[Way, tuple[str, str]]] = {"across": ("▸", ">"), "down": ("▾", "V")}


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns and lines of a drawing, the column and line where each box begins, and the lines between them.

    `left_out` counts links that close a circle: they are not drawn.
    """

    width: int
    height: int
    places: Mapping[str, tuple[int, int]]
    canvas: Canvas
    way: Way
    left_out: int = 0


def laid_out(widths: Mapping[str, int], links: Iterable[Link], room: tuple[int, int], ascii_only: bool) -> Layout:
    """Lay out boxes by their ids, in this order, each of so many columns, for a `room` of columns and lines."""
    wanted = [link for link in dict.fromkeys(links) if link[0] != link[1]]
    parts = _parts(tuple(widths), wanted)
    tried: list[_Stack] = []
    for way, gap in _TRIES:
        tried.append(_Stack([_part(part, widths, way, gap) for part in parts], way, gap))
        if tried[-1].width <= room[0] and tried[-1].height <= room[1]:
            return tried[-1].layout(ascii_only)
    return min(tried[1:], key=lambda stack: _screens(stack, room)).layout(ascii_only)


def _screens(layout: _Stack, room: tuple[int, int]) -> int:
    """How many screens it fills. It is scrolled by lines more easily than by columns."""
    wide, high = (-(-size // max(1, most)) for size, most in zip((layout.width, layout.height), room, strict=True))
    return wide * wide * high


def _parts(ids: Sequence[str], links: Sequence[Link]) -> list[tuple[list[str], list[Link]]]:
    """What hangs together, each with its links, in the order of the first box."""
    near: dict[str, list[str]] = {id: [] for id in ids}
    for source, target in links:
        near[source].append(target)
        near[target].append(source)
    part: dict[str, int] = {}
    for number, id in enumerate(ids):
        waiting = [] if id in part else [id]
        while waiting:
            here = waiting.pop()
            if here not in part:
                part[here] = number
                waiting += near[here]
    found: dict[int, tuple[list[str], list[Link]]] = {part[id]: ([], []) for id in ids}
    for id in ids:
        found[part[id]][0].append(id)
    for link in links:
        found[part[link[0]]][1].append(link)
    return list(found.values())


def _part(part: tuple[list[str], list[Link]], widths: Mapping[str, int], way: Way, gap: int) -> _Drawing:
    ids, links = part

    def aside(one: Item, other: Item) -> int:  # half columns, so that lines can be told apart by odd and even ones
        both = (widths[each] if isinstance(each, str) else 1 for each in (one, other))
        return -(-(sum(both) // 2 + ASIDE) // 2)

    layers = in_layers(ids, links, gap if way == "across" else aside)
    if way == "down":
        layers = Layers(layers.columns, {item: 2 * at for item, at in layers.row.items()}, layers.pieces)
    tried = _channels(layers)
    if None in tried:  # what leaves a line and what comes into it from elsewhere are in each other's way
        close = in_layers(ids, links, 1) if way == "across" else layers
        tangled = [at for at, channel in enumerate(_channels(close)) if channel is None]
        layers = close.staggered(tangled) if way == "across" else _odd(close, tangled)
        tried = _channels(layers)
    channels = [channel or [] for channel in tried]
    drawing = _Across if way == "across" else _Down
    return drawing(layers, channels, widths, len(links) - len({link for *_, link in layers.pieces}))


def _odd(layers: Layers, between: Sequence[int]) -> Layers:
    """As `Layers.staggered` does, where all stand on even lines already."""
    row: dict[Item, int] = {}
    odd = 0
    for at, column in enumerate(layers.columns):
        row |= {item: layers.row[item] + odd for item in column}
        odd = 1 - odd if at in between else odd
    return Layers(layers.columns, row, layers.pieces)


def _channels(layers: Layers) -> list[list[Bundle] | None]:
    """What goes between each two layers; None where that is too entangled."""
    wires: list[list[Wire]] = [[] for _ in layers.columns[1:]]
    for at, before, after, _ in layers.pieces:
        wires[at].append(Wire(layers.row[before], layers.row[after], _KIND))
    return [bundles(each, meeting=True) for each in wires]


class _Stack:
    """Parts below each other, or side by side; a blank line before and after each that has several."""

    def __init__(self, parts: Sequence[_Drawing], way: Way, gap: int) -> None:
        self._way: Way = way
        self._parts: list[tuple[int, int, _Drawing]] = []
        self.width = self.height = 0
        former = 0
        for part in parts:
            if self._parts and way == "across":
                self.height += 1 if gap > 1 or part.height > 1 or former > 1 else 0
            elif self._parts:
                self.width += BESIDE
            self._parts.append((0, self.height, part) if way == "across" else (self.width, 0, part))
            if way == "across":
                self.width, self.height = max(self.width, part.width), self.height + part.height
            else:
                self.width, self.height = self.width + part.width, max(self.height, part.height)
            former = part.height

    def layout(self, ascii_only: bool) -> Layout:
        canvas, places = Canvas(), {}
        for x, y, part in self._parts:
            places.update({id: (left + x, top + y) for id, (left, top) in part.places.items()})
            canvas.take(part.drawn(_HEADS[self._way][ascii_only]), x, y)
        left_out = sum(part.left_out for *_, part in self._parts)
        return Layout(self.width, self.height, places, canvas, self._way, left_out)


class _Drawing:
    """The boxes of one part in their places; its lines are drawn if it is the one to be shown."""

    width: int
    height: int

    def __init__(
        self, layers: Layers, channels: Sequence[Sequence[Bundle]], widths: Mapping[str, int], left_out: int
    ) -> None:
        self._layers, self._channels, self._widths, self.left_out = layers, channels, widths, left_out
        self._canvas = Canvas()
        self._tracks = [max((each.track + 1 for each in ch if each.track is not None), default=0) for ch in channels]
        self._measure()
        self.places = {
            id: self._place(at, id) for at, column in enumerate(self._layers.columns) for id in _only(column)
        }

    def drawn(self, head: str) -> Canvas:
        """The lines, with such ends."""
        for at, channel in enumerate(self._channels):
            for bundle in channel:
                self._canvas.lay(self._wired(at, bundle, head))
        for at, column in enumerate(self._layers.columns):
            for item in column:
                if not isinstance(item, str):
                    self._pass(at, item)
        return self._canvas

    def _measure(self) -> None:
        raise NotImplementedError

    def _place(self, at: int, id: str) -> tuple[int, int]:
        raise NotImplementedError

    def _wired(self, at: int, bundle: Bundle, head: str) -> Canvas:
        raise NotImplementedError

    def _pass(self, at: int, item: Item) -> None:
        raise NotImplementedError


class _Across(_Drawing):
    """From left to right: rows are lines."""

    def _measure(self) -> None:
        columns = self._layers.columns
        self._wide = [max((self._widths[id] for id in _only(column)), default=1) for column in columns]
        ways = [LEAD + 2 * each + LEAD - 1 for each in self._tracks]
        self._lefts = [sum(self._wide[:at]) + sum(ways[:at]) for at in range(len(columns))]
        self._begins = [
            {self._layers.row[id]: left + self._widths[id] for id in _only(column)}
            for left, column in zip(self._lefts, columns, strict=True)
        ]
        self.width, self.height = sum(self._wide) + sum(ways), self._layers.height

    def _place(self, at: int, id: str) -> tuple[int, int]:
        return self._lefts[at], self._layers.row[id]

    def _wired(self, at: int, bundle: Bundle, head: str) -> Canvas:
        left, right = self._lefts[at] + self._wide[at], self._lefts[at + 1]
        begins, ends = self._begins[at : at + 2]
        trunk = left + LEAD - 1 + 2 * bundle.track if bundle.track is not None else right - 2
        piece = Canvas()
        for wire in bundle.wires:
            piece.across(begins.get(wire.start, left - 1) + 1, trunk, wire.start, _KIND)
            piece.across(trunk, right - 2, wire.end, _KIND)
            if wire.end in ends:
                piece.over[right - 2, wire.end] = head
        if bundle.track is not None:
            piece.upright(trunk, *bundle.span, _KIND)
        return piece

    def _pass(self, at: int, item: Item) -> None:
        piece = Canvas()
        piece.across(self._lefts[at] - 2, self._lefts[at] + self._wide[at], self._layers.row[item], _KIND)
        self._canvas.lay(piece)


class _Down(_Drawing):
    """From top to bottom: rows are the columns of the middles of boxes."""

    def _measure(self) -> None:
        self._tops = [2 * at + sum(self._tracks[:at]) for at in range(len(self._layers.columns))]
        row, columns = self._layers.row, self._layers.columns
        firsts = [row[each] - self._wide(each) // 2 for column in columns for each in column]
        lasts = [row[each] - self._wide(each) // 2 + self._wide(each) for column in columns for each in column]
        self._shift = -min(firsts, default=0)
        self._ends = [{row[id] for id in _only(column)} for column in columns]
        self.width, self.height = self._shift + max(lasts, default=0), self._tops[-1] + 1

    def _wide(self, item: Item) -> int:
        return self._widths[item] if isinstance(item, str) else 1

    def _x(self, row: int) -> int:
        return row + self._shift

    def _place(self, at: int, id: str) -> tuple[int, int]:
        return self._x(self._layers.row[id]) - self._widths[id] // 2, self._tops[at]

    def _wired(self, at: int, bundle: Bundle, head: str) -> Canvas:
        top, bottom = self._tops[at], self._tops[at + 1]
        trunk = top + 1 + bundle.track if bundle.track is not None else bottom - 1
        piece = Canvas()
        for wire in bundle.wires:
            piece.upright(self._x(wire.start), top, trunk, _KIND)
            piece.upright(self._x(wire.end), trunk, bottom - 1, _KIND)
            if wire.end in self._ends[at + 1]:
                piece.over[self._x(wire.end), bottom - 1] = head
        if bundle.track is not None:
            low, high = bundle.span
            piece.across(self._x(low), self._x(high), trunk, _KIND)
        return piece

    def _pass(self, at: int, item: Item) -> None:
        x = self._x(self._layers.row[item])
        piece = Canvas()
        piece.upright(x, self._tops[at] - 1, self._tops[at], _KIND)
        self._canvas.lay(piece)


def _only(column: Iterable[Item]) -> list[str]:
    """The boxes of a layer, without what only passes through."""
    return [item for item in column if isinstance(item, str)]
