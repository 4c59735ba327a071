"""Lines of spans cut and padded to a width, as segments. Nothing is cut without a mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mltui.present.text import Line, Span, plain
from mltui.tui.roles import segments


def clip_line(line: Line, width: int, more: str) -> Line:
    """`line` in at most `width` terminal cells, ended by `more` where something was cut."""
    if sum(cell_len(span.text) for span in line) <= width:
        return line
    more = more[:width]
    room = width - len(more)
    kept: list[Span] = []
    for span in line:
        length = cell_len(span.text)
        if length > room:
            kept.append(Span(set_cell_size(span.text, room) + more, span.role))
            return tuple(kept)
        kept.append(span)
        room -= length
    return tuple(kept)


def clip_start(line: Line, width: int, more: str) -> Line:
    """The end of `line` in at most `width` terminal cells, begun by `more` where something was cut."""
    if sum(cell_len(span.text) for span in line) <= width:
        return line
    more = more[:width]
    room = width - len(more)
    kept: list[Span] = []
    for span in reversed(line):
        text = span.text
        while cell_len(text) > room:
            text = text[1:]
        kept.append(Span(text, span.role))
        room -= cell_len(text)
        if text != span.text:
            break
    return (Span(more, kept[-1].role), *reversed(kept))


#: Lines of a drawing: where one runs out of sight, it shows by itself that it goes on.
_RUNNING = ("dim", "faint")


def window(line: Line, left: int, width: int, more: str) -> Line:
    """The `width` terminal cells of `line` from the column `left` on. A name that is cut has `more` where it is."""
    kept: list[Span] = []
    x = 0
    for span in line:
        length = cell_len(span.text)
        begin, end = max(0, left - x), min(length, left + width - x)
        x += length
        if end <= begin:
            continue
        text = span.text[begin:end] if length == len(span.text) else _cells_of(span.text, begin, end)
        if span.role not in _RUNNING and span.text.strip():
            text = more + text[len(more) :] if begin > 0 else text
            text = text[: -len(more)] + more if end < length else text
        kept.append(Span(text, span.role))
    return tuple(kept)


def _cells_of(text: str, begin: int, end: int) -> str:
    """The cells of a text with wide characters; half of one is a blank."""
    tail = text
    while cell_len(text) - cell_len(tail) < begin:
        tail = tail[1:]
    return set_cell_size(" " * (cell_len(text) - cell_len(tail) - begin) + tail, end - begin)


def cell_segments(
    line: Line, width: int, align: Literal["left", "right"], base: Style, roles: dict[str, Style]
) -> Iterator[Segment]:
    """`line`, which is no longer than that, as segments that fill exactly `width` cells."""
    blank = width - cell_len(plain(line))
    if blank and align == "right":
        yield Segment(" " * blank, base)
    yield from segments(line, base, roles)
    if blank and align == "left":
        yield Segment(" " * blank, base)


def padded(line: Line, width: int, base: Style, roles: dict[str, Style], edge: int = 1) -> Strip:
    """`line`, which leaves room for both edges, as a whole row of `width` cells."""
    parts = [Segment(" " * edge, base), *segments(line, base, roles)]
    blank = width - sum(part.cell_length for part in parts)
    return Strip(joined([*parts, Segment(" " * blank, base)]), width)


def joined(parts: Iterable[Segment]) -> list[Segment]:
    """The segments with blanks drawn as part of what stands before them: a third of the bytes, the same picture.

    Every segment costs some forty bytes of colour codes, and most segments of a table are blanks between cells.
    """
    result: list[Segment] = []
    for part in parts:
        former = result[-1] if result else None
        if former is not None and (part.style == former.style or (part.text.isspace() and _alike_blank(part, former))):
            result[-1] = Segment(former.text + part.text, former.style)
        elif part.text:
            result.append(part)
    return result


def _alike_blank(one: Segment, other: Segment) -> bool:
    """Whether a blank looks the same in either style."""
    first, second = one.style, other.style
    if first is None or second is None or first.bgcolor != second.bgcolor:
        return False
    return not any((first.reverse, second.reverse, first.underline, second.underline))
