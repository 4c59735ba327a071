"""How a detail pane is built: a head, aligned fields, sections. The pane wraps what is too long for it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from mltui.present.layout import cells
from mltui.present.text import EMPTY, Line, Role, Span, line, safe

#: The label column is at most this wide; a longer label stands on a line of its own.
WIDEST_LABEL = 32
#: Blanks between a label and its value.
GAP = 2

Field = tuple[str | Span, Line]


def field(label: str | Span, *parts: str | Span) -> Field:
    """A label with its value."""
    return (label, line(*parts))


def fields(pairs: Iterable[Field], role: Role = "key") -> list[Line]:
    """Labels and values in two columns. Pairs with an empty value are left out."""
    shown = [(label if isinstance(label, Span) else Span(label, role), value) for label, value in pairs if value]
    column = max((cells(label.text) for label, _ in shown if cells(label.text) <= WIDEST_LABEL), default=0) + GAP
    lines: list[Line] = []
    for label, value in shown:
        blank = column - cells(label.text)
        if blank >= GAP:
            lines.append((label, Span(" " * blank), *value))
        else:
            lines.extend(((label,), (Span(" " * column), *value)))
    return lines


def section(title: str, lines: Sequence[Line], extra: str = "") -> list[Line]:
    """A blank line, a heading and `lines`; nothing at all where there are no lines."""
    if not lines:
        return []
    heading = (Span(title, "title"), Span(f"  {extra}", "dim")) if extra else (Span(title, "title"),)
    return [(), heading, *lines]


def paragraphs(text: str, role: Role = "prose") -> list[Line]:
    """Text of several lines as it was written: its own line breaks kept, each line made safe.

    Prose goes on at the margin where it is wrapped; what is none (a command) has another role and goes on two in.
    """
    return [(Span(safe(each.expandtabs(4).rstrip()), role),) for each in text.rstrip().splitlines()]


def pairs(values: Mapping[str, str]) -> list[Line]:
    """Keys and values from outside, sorted by key; a value of several lines stands below its key."""
    short = [(Span(safe(key)), value_line(values[key])) for key in sorted(values) if not _is_text(values[key])]
    lines = fields(short)
    for key in (key for key in sorted(values) if _is_text(values[key])):
        first, _, rest = values[key].strip().partition("\n")
        text = paragraphs(f"{first}\n{textwrap.dedent(rest)}")
        lines.extend(((Span(safe(key)),), *((Span(" " * GAP), *each) for each in text)))
    return lines


def _is_text(value: str) -> bool:
    return len(value.strip().splitlines()) > 1


def value_line(value: str) -> Line:
    """A value from outside in one line; an empty or blank one says so."""
    return (Span(safe(value.strip())),) if value.strip() else (Span(repr(value) if value else EMPTY, "dim"),)
