"""A canvas of cells on which plotext draws lines; ticks, letters and marks are put over it.

plotext keeps one figure per process, and copying it crashes the interpreter: a lock guards it, it is cleared for every
chart, and it is used on worker threads, never on the one that draws the screen (DESIGN section 4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from mltui.present.text import Line, Role, Span

#: Points per column that can be told apart: braille has two dots, each with a smallest and a largest value.
POINTS_PER_COLUMN = 4
#: Markers of curves where there is no braille.
MARKERS = "*+ox#@%&"
#: plotext is given a number as a colour; from here on it is not one of those that themes change.
_FIRST_COLOUR = 16
_COLOURS = 200
_SGR = re.compile(r"\x1b\[([0-9;]*)m")

#: The one figure of plotext.
figure_lock = Lock()

#: (character, role) of one cell.
Cell = tuple[str, Role]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points whose x and y are from 0 (left, bottom) to 1. `marker` "" is braille."""

    x: Sequence[float]
    y: Sequence[float]
    role: Role
    marker: str = ""
    joined: bool = True


class Canvas:
    """`width` x `height` cells with the strokes on them, the later ones over the earlier."""

    def __init__(self, width: int, height: int, strokes: Sequence[Stroke]) -> None:
        self.width = width
        self.height = height
        self.cells: list[list[Cell]] = [[(" ", "")] * width for _ in range(height)]
        if strokes:
            self._fill(_drawn(width, height, strokes), [stroke.role for stroke in strokes])

    def place(self, x: float, y: float) -> tuple[int, int]:
        """(column, row) of a point, as plotext places it."""
        column = round(min(max(x, 0.0), 1.0) * (2 * self.width - 1)) // 2
        row = round(min(max(1 - y, 0.0), 1.0) * (4 * self.height - 1)) // 4
        return column, row

    def put(self, column: int, row: int, text: str, role: Role) -> None:
        """Text over what is there, cut at the right edge."""
        for offset, char in enumerate(text):
            if 0 <= column + offset < self.width and 0 <= row < self.height:
                self.cells[row][column + offset] = (char, role)

    def empty(self, column: int, row: int) -> bool:
        """Whether nothing is drawn in a cell."""
        return self.cells[row][column][0] in (" ", "\u2800")

    def lines(self) -> list[Line]:
        """The rows from the top, as few spans as there are roles in turn."""
        return [spans(row) for row in self.cells]

    def _fill(self, text: str, roles: Sequence[Role]) -> None:
        for row, line in enumerate(text.split("\n")[: self.height]):
            role, column = "", 0
            parts = _SGR.split(line)
            for index, part in enumerate(parts):
                if index % 2:
                    code = part.rpartition("38;5;")[2] if "38;5;" in part else ""
                    role = roles[(int(code) - _FIRST_COLOUR) % len(roles)] if code else ""
                    continue
                self.put(column, row, part, role)
                column += len(part)


def spans(cells: Sequence[Cell]) -> Line:
    """A row of cells as spans, without blanks at its end."""
    found: list[Span] = []
    text, last = "", ""
    for char, role in cells:
        if char != " " and role != last:
            if text:
                found.append(Span(text, last))
            text, last = "", role
        text += char
    text = text.rstrip()
    return (*found, Span(text, last)) if text else tuple(found)


def _drawn(width: int, height: int, strokes: Sequence[Stroke]) -> str:
    """What plotext makes of the strokes: text with a colour number for each."""
    import plotext  # 60 ms, and only charts need it

    with figure_lock:
        plotext.terminal.limit(False, False)
        figure = plotext.figure
        figure.clear()
        figure.plot_size(width, height)
        figure.theme("colorless")
        figure.axes(False)
        for axis in ("x", "y"):
            ruler = figure.ruler(axis, 0)
            ruler.ticks([], [])
            ruler.lim(0.0, 1.0)
        for index, stroke in enumerate(strokes):
            colour = _FIRST_COLOUR + index % _COLOURS
            signal = figure.signal(
                list(stroke.x), list(stroke.y), marker=plotext.marker(stroke.marker or "braille", colour)
            )
            figure.draw(signal.lines(True) if stroke.joined else signal)
        return str(figure.build())
