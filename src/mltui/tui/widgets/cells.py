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


def wrap_line(line: Line, width: int) -> list[Line]:
    """`line` broken at blanks into lines of at most `width` cells; a word longer than a line is broken anywhere.

    Broken lines go on under the place where the first one's text began. A value that begins too far right for that
    stands below its label.
    """
    if width < 4 or sum(cell_len(span.text) for span in line) <= width:
        return [line]
    start, value = _starts(plain(line))
    prose = any(span.role == "prose" for span in line)
    if not prose and value > width // 2:
        label, told = _divided(line, value)
        below = wrap_line((Span(" " * (start + 2)), *told), width)
        return [label, *below] if cell_len(plain(label).rstrip()) <= width else [*wrap_line(label, width), *below]
    indent = min(start if prose else value or start + 2, width // 2)
    result: list[Line] = []
    current: list[Span] = []
    room = width
    for word, role in _words(line):
        rest = word
        if cell_len(rest.rstrip()) > room and current and cell_len(rest) <= width - indent:
            result.append(tuple(current))
            current, room = [Span(" " * indent)], width - indent
            rest = rest.lstrip()
        while cell_len(rest.rstrip()) > room:
            head = set_cell_size(rest, room)
            current.append(Span(head, role))
            rest = rest[len(head.rstrip()) or 1 :]
            result.append(tuple(current))
            current, room = [Span(" " * indent)], width - indent
        rest = rest if cell_len(rest) <= room else rest.rstrip()
        current.append(Span(rest, role))
        room -= cell_len(rest)
    return [*result, tuple(current)]


def _starts(text: str) -> tuple[int, int]:
    """Where `text` begins, and where its value does: behind the first run of two blanks, 0 where there is none."""
    start = len(text) - len(text.lstrip())
    gap = text.find("  ", start)
    if gap == -1 or not text[gap:].strip():
        return start, 0
    return start, gap + len(text[gap:]) - len(text[gap:].lstrip())


def _divided(line: Line, at: int) -> tuple[Line, Line]:
    """What stands before the character `at` of a line, without blanks at its end, and what follows."""
    before: list[Span] = []
    after: list[Span] = []
    for span in line:
        cut = max(0, min(len(span.text), at))
        before.append(Span(span.text[:cut], span.role))
        after.append(Span(span.text[cut:], span.role))
        at -= len(span.text)
    while before and not before[-1].text.strip():
        before.pop()
    return tuple(before), tuple(span for span in after if span.text)


def _words(line: Line) -> Iterator[tuple[str, str]]:
    for span in line:
        word = ""
        for char in span.text:
            if word.endswith(" ") and char != " " and word.strip():
                yield word, span.role
                word = ""
            word += char
        if word:
            yield word, span.role
