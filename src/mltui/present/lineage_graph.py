"""The lineage that a tree shows as a drawing: what came first on the left, what was made with it on the right.

Lines are drawn in three ways (recorded, inferred, unknown), and inferred and unknown ones carry their mark besides.
Where lines of several kinds share a piece, that is a plain one: what each has for itself tells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mltui.model.lineage.graph import EdgeKind, Node
from mltui.present.canvas import LINES, Canvas, shared
from mltui.present.channel import Bundle, Wire, bundles
from mltui.present.layers import Item, Layers, Link, in_layers
from mltui.present.layout import cells, cut, cut_start
from mltui.present.lineage_tree import TreeRow
from mltui.present.lineage_words import VERSIONED, called, node_text, short_text
from mltui.present.spots import Drawing, Spot
from mltui.present.text import Line, Role, Span, Symbols

#: More things than this are no drawing any more.
MOST: Final = 48
#: Columns for the beginning and the end of a line, beside its tracks, of which each takes two.
LEAD: Final = 4
#: Names are cut down to so many columns at most, so that all fit.
LEAST: Final = 9

_ROLES: Final[dict[EdgeKind, Role]] = {"recorded": "dim", "inferred": "warn", "unknown": "unknown"}
_HEAD = {True: ">", False: "▸"}


def draw(rows: Sequence[TreeRow], room: tuple[int, int], symbols: Symbols) -> Drawing:
    """The things of these rows of a tree, and the links between them.

    `room` is columns and lines: of lines there may be more.
    """
    width, height = room
    things = _things(rows)
    if len(things.labels) > MOST:
        return Drawing(why=f"{len(things.labels)} things are too many to draw: fold some, or look at the tree")
    layers = in_layers(tuple(things.labels), things.kinds)
    if layers.height > height:
        layers = in_layers(tuple(things.labels), things.kinds, gap=1)
    tried = _channels(layers, things.kinds)
    if None in tried:  # what leaves a line and what comes into it from elsewhere are in each other's way
        close = in_layers(tuple(things.labels), things.kinds, gap=1)
        layers = close.staggered([at for at, channel in enumerate(_channels(close, things.kinds)) if channel is None])
        tried = _channels(layers, things.kinds)
    channels = [channel for channel in tried if channel is not None]
    wide = _fitted(layers, channels, things, width)
    if wide is None:
        steps = len(layers.columns)
        return Drawing(why=f"{steps} steps side by side need more than {width} columns: the tree shows them all")
    return _Picture(layers, channels, things, wide, symbols).drawing()


def legend(symbols: Symbols) -> Line:
    """What the three ways of drawing mean."""
    spans: list[Span] = []
    for kind, lines in LINES.items():
        flat = lines[symbols.rule.isascii()][0]
        spans += [Span(f"{flat}{_mark(kind, symbols) or flat}{flat}", _ROLES[kind]), Span(f" {kind}   ", "dim")]
    return tuple(spans)


def _mark(kind: EdgeKind, symbols: Symbols) -> str:
    return {"recorded": "", "inferred": symbols.stale, "unknown": symbols.unknown}[kind]


# What is drawn


@dataclass(slots=True)
class _Things:
    """Labels by the ids of things, shorter ones, the rows they are of, and how each link is known. `tails`: things that
    their ends tell apart, as versions."""

    labels: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    tails: set[str] = field(default_factory=set)
    kinds: dict[Link, EdgeKind] = field(default_factory=dict)


#: What ends in a hash is told by its name, unless several of that name are drawn.
_HASHED: Final = re.compile(r" [0-9a-f]{6,}$")


def _path(node: Node) -> str:
    return node.name.rpartition("@")[0] if node.kind == "data" else ""


def _things(rows: Sequence[TreeRow]) -> _Things:
    """What a fan hides is one thing."""
    found = _Things()
    paths = Counter({row.node.id: _path(row.node) for row in rows if row.node is not None}.values())
    for row in rows:
        if row.node is None or row.way == "tree" or row.kind not in ("root", "node", "again", "more"):
            continue
        id, label, name = row.node.id, node_text(row.node), short_text(row.node)
        if row.kind == "more":
            id, label = row.key, f"+{row.hidden:,} {called(row.node.kind, row.hidden)}"
            name = f"+{row.hidden:,}"
        hashed = row.node.kind == "data" and _HASHED.search(label) is not None and paths[_path(row.node)] == 1
        if hashed and row.kind != "more":
            name = _HASHED.sub("", name)
        if id not in found.labels:
            found.labels[id], found.names[id], found.owners[id] = label, name, row.key
            if row.node.kind in VERSIONED and row.kind != "more" and not hashed:
                found.tails.add(id)
        if row.edge is not None:
            up = row.way == "up"
            near = row.edge.target if up else row.edge.source
            found.kinds.setdefault((id, near) if up else (near, id), row.edge.kind)
    return found


def _channels(layers: Layers, kinds: Mapping[Link, EdgeKind]) -> list[list[Bundle] | None]:
    """What goes between each two layers; None where that is too entangled."""
    wires: list[list[Wire]] = [[] for _ in layers.columns[1:]]
    for at, before, after, link in layers.pieces:
        wires[at].append(Wire(layers.row[before], layers.row[after], kinds[link]))
    return [bundles(each) for each in wires]


def _ways(channels: Sequence[Sequence[Bundle]]) -> list[int]:
    """How wide each channel is."""
    tracks = (max((each.track + 1 for each in channel if each.track is not None), default=0) for channel in channels)
    return [LEAD + 2 * each + LEAD - 1 for each in tracks]


def _fitted(layers: Layers, channels: Sequence[Sequence[Bundle]], things: _Things, width: int) -> list[int] | None:
    """The widths of the columns of names, the widest cut first; None where there is not room enough.

    The words for what things are go before any name is cut.
    """

    def widths() -> list[int]:
        columns = ([id for id in column if isinstance(id, str)] for column in layers.columns)
        return [max((cells(things.labels[id]) for id in column), default=1) for column in columns]

    room, wide = width - sum(_ways(channels)), widths()
    if sum(wide) > room:
        things.labels |= things.names
        wide = widths()
    while sum(wide) > room:
        widest = max(wide)
        if widest <= LEAST:
            return None
        wide[wide.index(widest)] = widest - 1
    return wide


class _Picture:
    """Everything in its place."""

    def __init__(
        self,
        layers: Layers,
        channels: Sequence[Sequence[Bundle]],
        things: _Things,
        wide: Sequence[int],
        symbols: Symbols,
    ) -> None:
        ways = _ways(channels)
        self._layers, self._things, self._channels, self._wide = layers, things, channels, wide
        self._symbols, self._ascii = symbols, symbols.rule.isascii()
        self._lefts = [sum(wide[:at]) + sum(ways[:at]) for at in range(len(wide))]
        self._canvas = Canvas()
        self._spots = {id: self._spot(id, at) for at, column in enumerate(layers.columns) for id in _only(column)}

    def _spot(self, id: str, column: int) -> Spot:
        shorten = cut_start if id in self._things.tails else cut
        text = shorten(self._things.labels[id], self._wide[column], self._symbols.more)
        return Spot(self._lefts[column], self._layers.row[id], cells(text), self._things.owners[id], text)

    def drawing(self) -> Drawing:
        for at, channel in enumerate(self._channels):
            for bundle in channel:
                self._canvas.lay(self._wired(at, bundle))
        for at, column in enumerate(self._layers.columns):
            for item in column:
                if not isinstance(item, str):
                    self._pass(at, item)
        spots = tuple(self._spots.values())
        lines = tuple(self._line(y, spots) for y in range(self._layers.height))
        return Drawing(lines, spots)

    def _wired(self, at: int, bundle: Bundle) -> Canvas:
        """The lines of a bundle, between the column of names `at` and the next one."""
        left, right = self._lefts[at] + self._wide[at], self._lefts[at + 1]
        here, there = self._layers.columns[at : at + 2]
        begins = {self._spots[id].y: self._spots[id].x + self._spots[id].width for id in _only(here)}
        ends = {self._spots[id].y for id in _only(there)}
        piece, together = Canvas(), shared(wire.kind for wire in bundle.wires)
        trunk = left + LEAD + 2 * bundle.track if bundle.track is not None else None
        own = trunk is None or bundle.gathers or len(bundle.wires) == 1
        for wire in bundle.wires:
            begin = begins.get(wire.start, left - 1) + 1
            if trunk is None:
                piece.across(begin, right - 2, wire.end, wire.kind)
            else:
                near, far = (wire.kind, together) if bundle.gathers else (together, wire.kind)
                piece.across(begin, trunk, wire.start, near)
                piece.across(trunk, right - 2, wire.end, far)
            if wire.start in begins and (mark := _mark(wire.kind, self._symbols)):
                piece.over[(left + 2, wire.start) if own else (right - 3, wire.end)] = mark
            if wire.end in ends:
                piece.over[right - 2, wire.end] = _HEAD[self._ascii]
        if trunk is not None:
            piece.upright(trunk, *bundle.span, together)
        return piece

    def _pass(self, at: int, item: tuple[str, str, int]) -> None:
        """A line that passes through a column of names without ending there."""
        piece = Canvas()
        kind = self._things.kinds[item[:2]]
        piece.across(self._lefts[at] - 2, self._lefts[at] + self._wide[at], self._layers.row[item], kind)
        self._canvas.lay(piece)

    def _line(self, y: int, spots: Sequence[Spot]) -> Line:
        spans: list[Span] = []
        x = 0
        for spot in sorted((each for each in spots if each.y == y), key=lambda each: each.x):
            spans += [self._cell(at, y) for at in range(x, spot.x)]
            spans.append(Span(spot.label, "title" if spot.row == "root" else "accent"))
            x = spot.x + spot.width
        return _joined([*spans, *(self._cell(at, y) for at in range(x, self._canvas.width))])

    def _cell(self, x: int, y: int) -> Span:
        text = self._canvas.character((x, y), self._ascii)
        return Span(text, _ROLES[self._canvas.kinds[x, y]] if (x, y) in self._canvas.kinds else "")


def _only(column: Sequence[Item]) -> list[str]:
    """The things of a column, without what only passes through."""
    return [item for item in column if isinstance(item, str)]


def _joined(spans: Sequence[Span]) -> Line:
    """Neighbours of one role in one span, without blanks at the end."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].role == span.role:
            found[-1] = Span(found[-1].text + span.text, span.role)
        else:
            found.append(span)
    while found and not found[-1].text.strip():
        found.pop()
    return tuple(found)
