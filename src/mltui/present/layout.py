"""Lines in columns: measured as a terminal does, cut with a mark, padded, laid out as grids."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from mltui.present.text import Line, Span

#: A whole table is printed with cells up to so many terminal columns in line (`grid`).
ALIGNED: Final = 200
#: Vowels and finals of Hangul, and tones of skin: part of the character before.
_JOINED: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff\U0001f3fb-\U0001f3ff]")
#: Between words of a title.
GAP = "  "


def cells(text: str) -> int:
    """How many terminal columns `text` takes: wide East Asian characters and emoji two, combining marks none,
    as Rich measures them, which draws the screen."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Mc") or char in "\u200d" or _JOINED.match(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def width_of(spans: Line) -> int:
    """How many terminal columns a line takes."""
    return sum(cells(span.text) for span in spans)


def cut(text: str, width: int, more: str = "…") -> str:
    """`text` in at most `width` terminal columns; what is cut ends in `more`."""
    if cells(text) <= width:
        return text
    room = width - cells(more)
    if room < 0:
        return more[: max(0, width)]
    taken = 0
    for index, char in enumerate(text):
        taken += _cell(char)
        if taken > room:
            return text[:index] + more
    return text + more


def fitting(widths: Sequence[int], room: int, gap: int) -> int:
    """How many columns side by side have room, the first ones, each with a gap beside it; one at least."""
    kept = 0
    for width in widths:
        room -= width + gap
        if room < 0:
            break
        kept += 1
    return max(1, kept)


def joined_words(words: Sequence[str], giving: Sequence[int], width: int, more: str = "…", least: int = 12) -> str:
    """Words in one line of at most `width` terminal columns, "" left out; those at `giving` are cut for that.

    The first of them first, each down to `least`: a name of 300 characters must not push out what stands behind it.
    Where that is not enough, the last words go.
    """
    shown = list(words)
    for at in giving:
        over = cells(GAP.join(filter(None, shown))) - width
        if over > 0:
            shown[at] = cut(shown[at], max(least, cells(shown[at]) - over), more)
    shown = [word for word in shown if word]
    while len(shown) > 2 and cells(GAP.join(shown)) > width:
        shown.pop()
    return GAP.join(shown)


def cut_start(text: str, width: int, more: str = "…") -> str:
    """The end of `text` in at most `width` terminal columns, begun by `more` where something was cut."""
    if cells(text) <= width:
        return text
    room = width - cells(more)
    while text and cells(text) > room:
        text = text[1:]
    return (more + text)[: max(0, width)]


def wrapped(text: str, width: int | None) -> Sequence[str]:
    """`text` in lines of at most so many terminal columns, at blanks where there are any."""
    if width is None:
        return [text]
    room, lines, rest = max(20, width), [], text
    while cells(rest) > room:
        piece = cut(rest, room, "")
        at = piece.rfind(" ")
        at = len(piece) if at <= 0 else at
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*lines, rest]


def cut_line(spans: Line, width: int, more: str = "…") -> Line:
    """A line in at most `width` terminal columns; what is cut ends in `more` in the role it was cut in."""
    if width_of(spans) <= width:
        return spans
    result: list[Span] = []
    room = width
    for span in spans:
        taken = cells(span.text)
        if taken >= room:
            # What follows is cut off as well: the mark must show even if this span itself would just fit.
            result.append(Span(cut(span.text + more, room, more), span.role))
            break
        result.append(span)
        room -= taken
    return tuple(result)


def pad_line(spans: Line, width: int, align: str = "left") -> Line:
    """A line filled with blanks to `width` terminal columns."""
    blank = width - width_of(spans)
    if blank <= 0:
        return spans
    return (Span(" " * blank), *spans) if align == "right" else (*spans, Span(" " * blank))


def _cut_to(spans: Line, width: int, align: str, more: str) -> Line:
    """A line that is too wide in exactly `width` terminal columns: before a wide character there may be a blank."""
    return pad_line(cut_line(spans, width, more), width, align)


def _trimmed(spans: list[Span]) -> Line:
    """Without blanks at the end and with neighbours of one role joined."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].role == span.role:
            joined[-1] = Span(joined[-1].text + span.text, span.role)
        else:
            joined.append(span)
    while joined and not joined[-1].text.rstrip():
        joined.pop()
    if joined:
        joined[-1] = Span(joined[-1].text.rstrip(), joined[-1].role)
    return tuple(joined)


def grid(
    rows: Sequence[Sequence[Line]],
    aligns: str = "",
    gap: int = 2,
    widest: Sequence[int] = (),
    more: str = "…",
    *,
    aligned: int = 0,
) -> list[Line]:
    """Rows of cells as aligned lines.

    `aligns` has one letter a column, "l" or "r" ("" is all left); `widest` caps columns (cut with a mark), 0 does not.
    The last column is not padded. Cells wider than `aligned` (0: none is) are whole and widen their own row only: one
    param of 6 kB would otherwise pad thousands of rows to its width.
    """
    count = max((len(row) for row in rows), default=0)
    caps = [*widest, *([0] * count)][:count]
    sizes = [[width_of(cell) for cell in row] for row in rows]  # once: a table may have a million cells
    there = ([row[at] for row in sizes if at < len(row)] for at in range(count))
    widths = [max((each for each in column if not aligned or each <= aligned), default=0) for column in there]
    widths = [min(width, cap) if cap else width for width, cap in zip(widths, caps, strict=True)]
    lines: list[Line] = []
    for row, sizes_of in zip(rows, sizes, strict=True):
        spans: list[Span] = []
        for at, (cell, size) in enumerate(zip(row, sizes_of, strict=True)):
            side = "right" if aligns[at : at + 1] == "r" else "left"
            last = at == len(row) - 1
            if size > widths[at]:
                spans.extend(cell if aligned and size > aligned else _cut_to(cell, widths[at], side, more))
            elif size == widths[at] or (last and side == "left"):
                spans.extend(cell)
            else:
                blank = Span(" " * (widths[at] - size))
                spans.extend((blank, *cell) if side == "right" else (*cell, blank))
            if not last:
                spans.append(Span(" " * gap))
        lines.append(_trimmed(spans))
    return lines
