"""Lines in columns: measured as a terminal does, cut with a mark, padded, laid out as grids."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from mltui.present.text import Line, Span


def cells(text: str) -> int:
    """How many terminal columns `text` takes: wide East Asian characters and emoji two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_cell(char) for char in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char) or char in "\ufe0f\u200d":
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


def cut_start(text: str, width: int, more: str = "…") -> str:
    """The end of `text` in at most `width` terminal columns, begun by `more` where something was cut."""
    if cells(text) <= width:
        return text
    room = width - cells(more)
    while text and cells(text) > room:
        text = text[1:]
    return (more + text)[: max(0, width)]


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
    rows: Sequence[Sequence[Line]], aligns: str = "", gap: int = 2, widest: Sequence[int] = (), more: str = "…"
) -> list[Line]:
    """Rows of cells as aligned lines.

    `aligns` has one letter a column, "l" or "r" ("" is all left); `widest` caps columns (cut with a mark), 0 does not.
    The last column is not padded.
    """
    count = max((len(row) for row in rows), default=0)
    caps = [*widest, *([0] * count)][:count]
    widths = [max((width_of(row[at]) for row in rows if at < len(row)), default=0) for at in range(count)]
    widths = [min(width, cap) if cap else width for width, cap in zip(widths, caps, strict=True)]
    lines: list[Line] = []
    for row in rows:
        spans: list[Span] = []
        for at, cell in enumerate(row):
            shown = cut_line(cell, widths[at], more)
            side = "right" if aligns[at : at + 1] == "r" else "left"
            last = at == len(row) - 1
            spans.extend(shown if last and side == "left" else pad_line(shown, widths[at], side))
            if not last:
                spans.append(Span(" " * gap))
        lines.append(_trimmed(spans))
    return lines
