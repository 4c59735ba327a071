"""Lines broken to a width: at blanks, a path behind its slashes; an id stays in one piece wherever it can."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, set_cell_size

from mltui.present.text import Line, Span, plain

#: Roles of whole sentences: they go on at the margin. Anything else goes on under its value, or two in.
PROSE = ("prose", "note")


def wrap_line(line: Line, width: int) -> list[Line]:
    """`line` broken into lines of at most `width` cells; only a word longer than a whole line is broken anywhere.

    Broken lines go on under the place where the first one's text began. A value that begins too far right for that, or
    is an id that would be broken there and not below, stands below its label.
    """
    if width < 4 or sum(cell_len(span.text) for span in line) <= width:
        return [line]
    start, value = _starts(plain(line))
    prose = any(span.role in PROSE for span in line)
    if (
        not prose
        and value
        and (value > width // 2 or _better_below(plain(line)[value:], width - value, width - start - 2))
    ):
        label, told = _divided(line, value)
        below = wrap_line((Span(" " * (start + 2)), *told), width)
        return [label, *below] if cell_len(plain(label).rstrip()) <= width else [*wrap_line(label, width), *below]
    return _broken(line, width, min(start if prose else value or start + 2, width // 2))


def _better_below(value: str, room: int, below: int) -> bool:
    """Whether `value` is one word, an id or a path, that has not the `room` beside its label and has it `below`."""
    words = value.split()
    return len(words) == 1 and room < max(map(cell_len, _parts(words[0]))) <= below


def _broken(line: Line, width: int, indent: int) -> list[Line]:
    result: list[Line] = []
    current: list[Span] = []
    room = width
    for word, role in _words(line, width - indent):
        rest = word
        if cell_len(rest.rstrip()) > room and current and cell_len(rest.rstrip()) <= width - indent:
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


def _words(line: Line, most: int) -> Iterator[tuple[str, str]]:
    """Words with the blanks behind them and their role; of one longer than `most` cells its parts."""
    for span in line:
        word = ""
        for char in span.text:
            if word.endswith(" ") and char != " " and word.strip():
                yield from _pieces(word, span.role, most)
                word = ""
            word += char
        if word:
            yield from _pieces(word, span.role, most)


def _pieces(word: str, role: str, most: int) -> Iterator[tuple[str, str]]:
    if cell_len(word.rstrip()) <= most:
        yield word, role
    else:
        yield from ((part, role) for part in _parts(word))


def _parts(word: str) -> Iterator[str]:
    """A path behind each of its slashes, Windows' too; anything else whole."""
    part = ""
    for char in word:
        if part.endswith(("/", "\\")) and char not in "/\\":
            yield part
            part = ""
        part += char
    yield part
