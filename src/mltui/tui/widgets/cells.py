"""Lines of spans cut and padded to a width, as segments. Nothing is cut without a mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

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
