"""The cursor of a drawn chart: a rule through the cells of one column that are empty.

It is put over what is drawn already, so that a step of it costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from mltui.present.plot import Area
from mltui.present.text import Line, Span, Symbols


def ruled(lines: Sequence[Line], area: Area, column: int, symbols: Symbols) -> list[Line]:
    """`lines` with the rule in the `column` of `area` (0 is its left edge)."""
    rule = Span("|" if symbols.sparks.isascii() else "│", "note")
    below = area.top + area.rows
    crossed = [_put(line, area.left + column, rule) for line in lines[area.top : below]]
    return [*lines[: area.top], *crossed, *lines[below:]]


def _put(line: Line, at: int, mark: Span) -> Line:
    """`mark` in the cell `at`, unless something is drawn there."""
    reached = 0
    for index, span in enumerate(line):
        within = at - reached
        if within < len(span.text):
            if span.text[within] not in (" ", "\u2800"):
                return line
            before, after = Span(span.text[:within], span.role), Span(span.text[within + 1 :], span.role)
            return (*line[:index], *(each for each in (before, mark, after) if each.text), *line[index + 1 :])
        reached += len(span.text)
    return (*line, Span(" " * (at - reached)), mark) if at > reached else (*line, mark)
