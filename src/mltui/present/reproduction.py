"""The plan of a reproduction for people: what will be done by which command, and what can't be restored."""

from __future__ import annotations

from mltui.model.reproduction import Lack, Reproduction
from mltui.present.layout import grid
from mltui.present.text import Line, Span, Symbols, line, safe

#: Lines of a command that are shown; the rest is counted, and ``mltui reproduce --print`` has all.
LINES = 14


def plan_lines(plan: Reproduction, symbols: Symbols) -> list[Line]:
    """Steps with their commands, then what is not restored."""
    lines: list[Line] = []
    for number, step in enumerate(plan.whole, start=1):
        lines.append(line(Span(f"{number}  ", "dim"), safe(step.does).replace("→", symbols.arrow)))
        rows = step.command.split("\n")
        lines += [line("   ", Span(_row(row), "accent")) for row in rows[:LINES]]
        if more := max(0, len(rows) - LINES):
            lines.append(line("   ", Span(f"{symbols.more} and {more} more lines (mltui reproduce --print)", "dim")))
    if plan.lacks:
        lines += [(), line(Span("Not restored", "title")), *lack_lines(plan)]
    return lines


def lack_lines(plan: Reproduction) -> list[Line]:
    """What can't be restored and why, with what would help below."""
    lines: list[Line] = []
    for lack, shown in zip(plan.lacks, grid([_lack(lack) for lack in plan.lacks]), strict=True):
        lines.append(shown)
        if lack.hint:
            lines.append(line(Span(f"    {safe(lack.hint)}", "dim")))
    return lines


def _lack(lack: Lack) -> list[Line]:
    return [line(Span("? ", "unknown"), safe(lack.what)), line(Span(safe(lack.why), "dim"))]


def _row(row: str) -> str:
    """One line of a command as it is; a tab is blanks here, and other control characters are shown."""
    return safe(row.replace("\t", "    ")) if row.isprintable() or "\t" in row else safe(row)
