"""What an undo takes back, and what was done later that it can't."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.journal import JournalEntry
from mltui.present.marks import moment
from mltui.present.text import Line, Span, Symbols, line, safe


def undo_lines(entry: JournalEntry, passed: Sequence[str], symbols: Symbols) -> list[Line]:
    """When it was done and what it is called, below it what stays as it is."""
    lines = [
        line(Span("takes back  ", "key"), Span(safe(entry.title, symbols), "accent")),
        line(Span("done        ", "key"), f"{moment(entry.at)} by {safe(entry.who.name)}"),
    ]
    lines += [line(Span("stays       ", "key"), Span(safe(why, symbols), "note")) for why in passed]
    return [*lines, ()]
