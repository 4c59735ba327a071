"""The plan of a reproduction for people: what will be done by which command, and what can't be restored."""

from __future__ import annotations

from typing import Any

from mltui.model.outcome import Outcome
from mltui.model.reproduction import Lack, Reproduction, Step
from mltui.present.layout import grid
from mltui.present.text import Line, Span, Symbols, line, safe

#: Lines of a command that are shown; the rest is counted, and ``mltui reproduce --print`` has all.
LINES = 14


def plan_lines(plan: Reproduction, symbols: Symbols) -> list[Line]:
    """What will be done, what is not restored, and the commands that do it."""
    steps = list(enumerate(plan.whole, start=1))
    lines: list[Line] = [line(Span(f"{number}  ", "dim"), _does(step, symbols)) for number, step in steps]
    if plan.lacks:
        lines += [*([()] if lines else []), line(Span("Not restored", "title")), *lack_lines(plan)]
    if steps:
        lines += [(), line(Span("Commands", "title"))]
    for number, step in steps:
        rows = step.command.split("\n")
        shown = [
            line(Span("   " if at else f"{number}  ", "dim"), Span(_row(row), "accent")) for at, row in enumerate(rows)
        ]
        lines += shown[:LINES]
        if more := max(0, len(rows) - LINES):
            lines.append(line("   ", Span(f"{symbols.more} and {more} more lines (mltui reproduce --print)", "dim")))
    return lines


def plan_document(plan: Reproduction) -> dict[str, Any]:
    """What `mltui reproduce --json` has besides what every action has (``schema/reproduce.schema.json``)."""
    return {
        "what": plan.label,
        "directory": plan.directory,
        "commit": plan.commit,
        "steps": [{"kind": each.kind, "does": each.does, "command": each.command} for each in plan.whole],
        "not_restored": [{"what": each.what, "why": each.why, "hint": each.hint} for each in plan.lacks],
        "then": plan.then or None,
    }


def progress_lines(plan: Reproduction, at: int, symbols: Symbols) -> list[Line]:
    """The steps while they are done: `at` is the number of the one that runs."""
    lines: list[Line] = []
    for number, step in enumerate(plan.whole, start=1):
        mark = Span(symbols.fresh, "good") if number < at else Span(symbols.running, "running")
        mark = Span(symbols.scheduled, "dim") if number > at else mark
        lines.append(line(mark, " ", Span(_does(step, symbols), "" if number <= at else "dim")))
    return lines


def outcome_lines(outcome: Outcome, plan: Reproduction, symbols: Symbols) -> list[Line]:
    """How it ended, what of it stands, and what was not restored."""
    done = outcome.state == "done"
    mark = Span(symbols.fresh, "good") if done else Span(symbols.failed, "bad")
    lines = [line(mark, " ", Span(safe(outcome.summary), "title")), ()]
    for text in outcome.left:
        lines += [line("  ", safe(row)) for row in text.split("\n")]
    return lines + ([(), line(Span("Not restored", "title")), *lack_lines(plan)] if done and plan.lacks else [])


def _does(step: Step, symbols: Symbols) -> str:
    return safe(step.does).replace("→", symbols.arrow)


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
