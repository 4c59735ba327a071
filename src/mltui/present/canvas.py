"""Lines in the cells of a terminal: across, upright, joined where they are one, passing over where they are not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from mltui.model.lineage.graph import EdgeKind

# Which sides of a cell a line leaves it by.
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_ACROSS, _UPRIGHT = _LEFT | _RIGHT, _UP | _DOWN
_JOINTS = {True: " '.|-'.+-`.+-+++", False: " ╵╷│╴╯╮┤╶╰╭├─┴┬┼"}
#: How each kind is drawn across and upright, in Unicode and in ASCII.
LINES: Final[dict[EdgeKind, tuple[tuple[str, str], tuple[str, str]]]] = {
    "recorded": (("─", "│"), ("-", "|")),
    "inferred": (("╌", "╎"), ("~", "!")),
    "unknown": (("┈", "┊"), (".", ":")),
}

At = tuple[int, int]


@dataclass(slots=True)
class Canvas:
    """What is drawn so far by (column, line): sides that lines leave a cell by, of which kind, characters over them."""

    sides: dict[At, int] = field(default_factory=dict)
    kinds: dict[At, EdgeKind] = field(default_factory=dict)
    over: dict[At, str] = field(default_factory=dict)

    def across(self, x: int, end: int, y: int, kind: EdgeKind) -> None:
        """A line from the middle of one cell to that of another one to its right."""
        if end > x:
            self._join((x, y), _RIGHT, kind)
            self._join((end, y), _LEFT, kind)
        for at in range(x + 1, end):
            self._join((at, y), _ACROSS, kind)

    def upright(self, x: int, y: int, end: int, kind: EdgeKind) -> None:
        """The same from top to bottom."""
        if end > y:
            self._join((x, y), _DOWN, kind)
            self._join((x, end), _UP, kind)
        for at in range(y + 1, end):
            self._join((x, at), _UPRIGHT, kind)

    def lay(self, piece: Canvas) -> None:
        """Draw a piece over what is there: an upright line passes over one across that is not its own."""
        for at, own in piece.sides.items():
            there = self.sides.get(at, 0)
            if not there:
                self.sides[at], self.kinds[at] = own, piece.kinds[at]
                continue
            crossing = {there, own} == {_ACROSS, _UPRIGHT}
            if crossing and there == _UPRIGHT:
                continue
            beneath = () if crossing else (self.kinds[at],)
            self.sides[at] = own if crossing else own | there
            self.kinds[at] = shared((piece.kinds[at], *beneath))
        self.over.update(piece.over)

    def take(self, other: Canvas, x: int, y: int) -> None:
        """All of another one, moved by so many columns and lines to where nothing is yet."""
        self.sides.update({(left + x, top + y): sides for (left, top), sides in other.sides.items()})
        self.kinds.update({(left + x, top + y): kind for (left, top), kind in other.kinds.items()})
        self.over.update({(left + x, top + y): text for (left, top), text in other.over.items()})

    def character(self, at: At, ascii_only: bool) -> str:
        """What is drawn in a cell; a blank where nothing is."""
        if at in self.over or at not in self.sides:
            return self.over.get(at, " ")
        sides, (flat, upright) = self.sides[at], LINES[self.kinds[at]][ascii_only]
        if not sides & _UPRIGHT:
            return flat
        return upright if not sides & _ACROSS else _JOINTS[ascii_only][sides]

    @property
    def width(self) -> int:
        """Columns up to the last one in which something is drawn."""
        return max((x for x, _ in self.sides), default=-1) + 1

    @property
    def height(self) -> int:
        """Lines down to the last one in which something is drawn."""
        return max((y for _, y in self.sides), default=-1) + 1

    def _join(self, at: At, side: int, kind: EdgeKind) -> None:
        self.sides[at] = self.sides.get(at, 0) | side
        if self.kinds.setdefault(at, kind) != kind:
            self.kinds[at] = "recorded"


def shared(kinds: Iterable[EdgeKind]) -> EdgeKind:
    """How a piece of lines of these kinds is drawn: as they all are, else plain."""
    found = set(kinds)
    return found.pop() if len(found) == 1 else "recorded"
