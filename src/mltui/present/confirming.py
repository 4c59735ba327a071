"""An action for people: what it will do and by which commands, how far it is, how it ended."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.outcome import Outcome
from mltui.present.text import Line, Span, Symbols, line, safe

#: Lines of one command that are shown; the rest is counted.
LINES = 14


def preview_lines(lines: Sequence[Line], commands: Sequence[str], symbols: Symbols) -> list[Line]:
    """What is said of it, and below the commands as they are."""
    shown: list[Line] = list(lines)
    if commands:
        shown += [*([()] if shown else []), line(Span("Command" if len(commands) == 1 else "Commands", "title"))]
    for command in commands:
        rows = command.split("\n")
        shown += [line("  ", Span(_row(row), "accent")) for row in rows[:LINES]]
        if len(rows) > LINES:
            shown.append(line("  ", Span(f"{symbols.more} and {len(rows) - LINES} more lines", "dim")))
    return shown


def step_lines(done: Sequence[str], symbols: Symbols) -> list[Line]:
    """The steps that were told of so far, the last of which is being done."""
    if not done:
        return [line(Span(symbols.running, "running"), " beginning")]
    ended = [line(Span(symbols.fresh, "good"), " ", safe(does)) for does in done[:-1]]
    return [*ended, line(Span(symbols.running, "running"), " ", safe(done[-1]))]


def outcome_lines(outcome: Outcome, symbols: Symbols) -> list[Line]:
    """How it ended, and what stands now."""
    mark = {"done": Span(symbols.fresh, "good"), "unknown": Span(symbols.unknown, "unknown")}
    shown = [line(mark.get(outcome.state, Span(symbols.failed, "bad")), " ", Span(safe(outcome.summary), "title"))]
    if outcome.left:
        shown.append(())
    return shown + [line("  ", safe(row)) for text in outcome.left for row in text.split("\n")]


def outcome_text(outcome: Outcome) -> list[str]:
    """The same for a terminal's lines, without colour."""
    return [safe(outcome.summary), *(f"  {safe(row)}" for text in outcome.left for row in text.split("\n"))]


def _row(row: str) -> str:
    """One line of a command as it is; a tab is blanks here, and other control characters are shown."""
    return safe(row.replace("\t", "    ")) if row.isprintable() or "\t" in row else safe(row)
