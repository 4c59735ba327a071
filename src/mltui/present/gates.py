"""What the gates said, as lines for dialogs and the command line; as a document in `gates_document.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mltui.model.gates import GateReport, GateResult, Policy, Verdict
from mltui.present.text import UNICODE, Line, Role, Span, Symbols, line, plain, safe

#: Verdict -> (attribute of `Symbols`, role).
_MARKS: Final[dict[Verdict, tuple[str, Role]]] = {
    "passed": ("fresh", "good"),
    "failed": ("failed", "bad"),
    "unknown": ("unknown", "unknown"),
    "not run": ("scheduled", "warn"),
}
#: Texts of gates are cut here where they share a line with what came of them (columns).
_TEXT: Final = 44


def gate_mark(verdict: Verdict, symbols: Symbols = UNICODE) -> Span:
    """The symbol of a verdict."""
    name, role = _MARKS[verdict]
    return Span(getattr(symbols, name), role)


def gate_lines(report: GateReport, symbols: Symbols = UNICODE, width: int = 100) -> list[Line]:
    """A line for each gate: mark, text, figure, subject; the reason of one that does not pass behind it, on a line of
    its own where it finds no room in `width` columns."""
    texts = {each.gate.text: safe(each.gate.text, symbols) for each in report.results}
    room = min(max(map(len, texts.values()), default=0), _TEXT, max(width // 2, 12))
    return [each for result in report.results for each in _lines(result, texts[result.gate.text], room, symbols, width)]


def _lines(result: GateResult, text: str, room: int, symbols: Symbols, width: int) -> Iterable[Line]:
    mark = gate_mark(result.verdict, symbols)
    role = "" if result.verdict == "passed" else mark.role
    figure = result.figure if result.figure != result.why else ""
    said = "  ".join(safe(each, symbols) for each in (figure, result.subject) if each)
    head = line(mark, " ", Span(text.ljust(room) if said or result.why else text, "key"))
    if said:
        head = (*head, Span(f" {said}"))
    if not result.why:
        return [head]
    why = safe(result.why, symbols)
    gap = "  " if said else " "
    if len(plain(head)) + len(gap) + len(why) <= width:
        return [(*head, Span(gap), Span(why, role or "note"))]
    return [head, line("    ", Span(why, role or "note"))]


def standing(report: GateReport) -> str:
    """``4 of 5``: how many hold; "" where there are none."""
    return f"{report.passed} of {len(report.results)}" if report.results else ""


def standing_line(report: GateReport, symbols: Symbols = UNICODE) -> Line:
    """What the gates come to in one line."""
    trouble = report.policy.trouble
    if trouble:
        return line(gate_mark("failed", symbols), " ", Span(f"blocked: {safe(trouble, symbols)}", "bad"))
    if not report.results:
        return line(Span("no gates", "note"))
    if not (missing := len(report.results) - report.passed):
        return line(gate_mark("passed", symbols), f" {standing(report)} gates hold")
    if report.advisory:
        return line(Span(f"{standing(report)} gates hold; they are told and do not block here", "note"))
    gates = f"{missing} gate{'s' if missing > 1 else ''}"
    if report.only_untrusted:
        return line(Span(f"blocked by {gates}: nobody trusted the commands. mltui trust shows them, and asks", "bad"))
    return line(Span(f"blocked by {gates}. --force on the command line, with a reason", "bad"))


def policy_lines(policy: Policy, symbols: Symbols = UNICODE) -> list[Line]:
    """Whose word the gates are, and what the worktree says otherwise."""
    lines = [line(Span(f"policy: {safe(policy.origin, symbols)}", "note"))] if policy.origin else []
    if policy.trouble:
        lines.append(line(Span(safe(policy.trouble, symbols), "bad")))
    for each in policy.differs:
        lines.append(line(Span(f"{symbols.stale} not counted: {safe(each, symbols)}", "warn")))
    return lines
