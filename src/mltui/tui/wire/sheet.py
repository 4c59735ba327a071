"""The cells of a screen, filled by what Textual writes of a frame, and the least that makes one screen another."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

from rich.cells import cell_len

from mltui.tui.wire.ink import PLAIN, Ink, change, on_blank, parse

#: All that Textual writes of a frame: an ink, a place, text, and line feeds, behind which a place always follows.
_TOKEN: Final = re.compile(r"\x1b\[([0-9;]*)m|\x1b\[(\d+);(\d+)H|([^\x00-\x1f\x7f-\x9f]+)|\n")
#: Equal cells between two that changed that cost less than telling the terminal to skip them.
_SKIP: Final = 4
#: What stands where nothing is known of a cell, and in the second half of a wide character.
UNKNOWN: Final = "\x00"
_HALF: Final = ""

Cell = tuple[str, Ink]
_NOTHING: Final[Cell] = (UNKNOWN, PLAIN)


class Sheet:
    """Rows of cells, as many as were drawn on. `cursor` is where the terminal's own was left: (column, row) from 0."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.cursor = (0, 0)

    def forget(self) -> None:
        """Know nothing any more."""
        self.rows = []

    def draw(self, frame: str) -> bool:
        """Draw a frame as Textual writes it. False, and nothing drawn, where it is none or holds something else."""
        found = list(_TOKEN.finditer(frame))
        if not found or found[0][2] is None or sum(each.end() - each.start() for each in found) != len(frame):
            return False
        ink, (x, y) = PLAIN, self.cursor
        for token in found:
            codes, row, column, text = token.groups()
            if text is not None:
                x = self._write(x, y, text, ink)
            elif codes is not None:
                ink = parse(codes)  # Textual resets behind each piece of text
            elif row is not None:
                x, y = int(column) - 1, int(row) - 1
        self.cursor = (x, y)
        return True

    def row(self, y: int) -> list[Cell]:
        """The row `y`, which is empty where nothing was drawn."""
        return self.rows[y] if y < len(self.rows) else []

    def put(self, y: int, cells: list[Cell]) -> None:
        """Take `cells` as the row `y`."""
        while len(self.rows) <= y:
            self.rows.append([])
        self.rows[y] = cells

    def _write(self, x: int, y: int, text: str, ink: Ink) -> int:
        """Text from the column `x` on; the column behind it."""
        while len(self.rows) <= y:
            self.rows.append([])
        row = self.rows[y]
        blank = on_blank(ink)
        cells = [(each, blank if each == " " else ink) for each in text]
        if _has_odd(text):
            cells = _wide(text, ink, blank)
        end = x + len(cells)
        if len(row) < end:
            row.extend([_NOTHING] * (end - len(row)))
        if x and cells and row[x][0] == _HALF:  # the half that stays of a wide character is a blank to the terminal
            row[x - 1] = (" ", on_blank(row[x - 1][1]))
        if end < len(row) and row[end][0] == _HALF:
            row[end] = (" ", on_blank(row[end][1]))
        row[x:end] = cells
        return end


def _has_odd(text: str) -> bool:
    """Whether characters of two cells and of none could have made up for one another."""
    return not text.isascii() and any(cell_len(each) != 1 for each in text)


def _wide(text: str, ink: Ink, blank: Ink) -> list[Cell]:
    """Cells where some characters take two, or none: those are part of the one before."""
    cells: list[Cell] = []
    for each in text:
        width = cell_len(each)
        if width == 0 and cells:
            at = -1 if cells[-1][0] != _HALF else -2
            cells[at] = (cells[at][0] + each, ink)
        elif width:
            cells += [(each, blank if each == " " else ink), *[(_HALF, ink)] * (width - 1)]
    return cells


def update(shown: Sheet, wanted: Sheet, size: tuple[int, int]) -> str:
    """What makes a terminal of `size` (columns, rows) that has `shown` show `wanted`; `shown` is that then."""
    columns, lines = size
    parts: list[str] = []
    for y, drawn in enumerate(wanted.rows[:lines]):
        before = shown.row(y)
        if drawn == before:
            continue
        row = drawn[:columns]
        if row and row[-1][0] != _HALF and cell_len(row[-1][0]) == 2:  # cut in half by the edge
            row[-1] = (" ", on_blank(row[-1][1]))
        if written := _changed(y, before, row):
            parts.append(written)
        shown.put(y, _known(before, row))
    if not parts and shown.cursor == wanted.cursor:
        return ""
    shown.cursor = wanted.cursor
    x, y = wanted.cursor
    return f"{''.join(parts)}\x1b[{y + 1};{x + 1}H"


def _known(before: list[Cell], row: list[Cell]) -> list[Cell]:
    """What the terminal has when all of `row` that is known was written over `before`."""
    after = [old if new[0] == UNKNOWN else new for old, new in zip(before, row, strict=False)]
    return after + row[len(after) :] + before[len(row) :]


def _changed(y: int, before: list[Cell], row: list[Cell]) -> str:
    """The cells of one row that are to be written."""
    count = len(before)
    found = [x for x, cell in enumerate(row) if cell[0] != UNKNOWN and (x >= count or cell != before[x])]
    if not found:
        return ""
    # Terminals do not agree how wide some characters are: from one that is there or was on all is written again.
    if odd := [x for x in (_first_odd(before), _first_odd(row)) if x is not None]:
        start = max(0, min(odd) - 1)
        found = [x for x in found if x < start] + [x for x in range(start, len(row)) if row[x][0] != UNKNOWN]
    parts, ink, at = [], PLAIN, -1
    for first, last in _spans(found, row):
        parts.append(f"\x1b[{y + 1};{first + 1}H" if at < 0 else f"\x1b[{first - at}C")
        for each, cells in groupby(row[first:last], key=lambda cell: cell[1]):
            parts += [change(ink, each), "".join(text for text, _ in cells)]
            ink = each
        at = last
    return "".join(parts) + ("" if ink == PLAIN else "\x1b[m")


def _first_odd(row: list[Cell]) -> int | None:
    """The column of the second half of a wide character, or of one with a mark of none."""
    return next((x for x, (each, _) in enumerate(row) if each == _HALF or len(each) > 1), None)


def _spans(found: list[int], row: list[Cell]) -> list[tuple[int, int]]:
    """The columns `found` as (first, behind the last), joined where the cells between are few and drawn alike."""
    spans = [(found[0], found[0] + 1)]
    for x in found[1:]:
        first, behind = spans[-1]
        between = row[behind:x]
        alike = all(ink == row[behind - 1][1] and text != UNKNOWN for text, ink in between)
        if x - behind <= _SKIP and alike:
            spans[-1] = (first, x + 1)
        else:
            spans.append((x, x + 1))
    return spans
