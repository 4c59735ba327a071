"""How a detail pane is built: a head, aligned fields, sections; long values wrap and are never cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mltui.present.layout import cells, wrap
from mltui.present.text import Line, Role, Span, line, safe

#: A label takes at most this share of the pane; a longer one stands on a line of its own.
WIDEST_LABEL = 0.45

Field = tuple[str | Span, Line]


def field(label: str | Span, *parts: str | Span) -> Field:
    """A label with its value."""
    return (label, line(*parts))


def fields(pairs: Iterable[Field], width: int, role: Role = "key") -> list[Line]:
    """Labels and values in two columns, values wrapped under themselves. Pairs with an empty value are left out."""
    shown = [(label if isinstance(label, Span) else Span(label, role), value) for label, value in pairs if value]
    limit = max(1, int(width * WIDEST_LABEL))
    column = max((cells(label.text) for label, _ in shown if cells(label.text) <= limit), default=0) + 2
    lines: list[Line] = []
    for label, value in shown:
        taken = cells(label.text)
        if taken > limit:
            lines.extend(wrap((label,), width))
            lines.extend((Span(" " * column), *each) for each in wrap(value, width - column))
            continue
        first, *rest = wrap(value, width - column)
        lines.append((label, Span(" " * (column - taken)), *first))
        lines.extend((Span(" " * column), *each) for each in rest)
    return lines


def section(title: str, lines: Sequence[Line], extra: str = "") -> list[Line]:
    """A blank line, a heading and `lines`; nothing at all where there are no lines."""
    if not lines:
        return []
    heading = (Span(title, "title"), Span(f"  {extra}", "dim")) if extra else (Span(title, "title"),)
    return [(), heading, *lines]


def paragraphs(text: str, width: int, role: Role = "") -> list[Line]:
    """Text of several lines as it was written: its own line breaks kept, each line made safe and wrapped."""
    lines: list[Line] = []
    for each in text.rstrip().splitlines():
        lines.extend(wrap((Span(safe(each.expandtabs(4).rstrip()), role),), width))
    return lines


def value_lines(value: str) -> Line:
    """A value of outside that may have several lines, in one: its line breaks shown as ␊, or "empty" if it is."""
    return (Span(safe(value)),) if value.strip() else (Span(repr(value) if value else "empty", "dim"),)
