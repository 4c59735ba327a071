"""The kept output of a gate command, as lines for a screen or a terminal: shown, never obeyed."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.gates import GateResult
from mltui.present.log_text import shown
from mltui.present.text import UNICODE, Line, Span, Symbols, line, safe

#: Lines that are shown of a failed command on the command line.
TAIL = 20


def output_lines(rows: Sequence[bytes], symbols: Symbols = UNICODE) -> list[Line]:
    """Each row of a log as a line: progress bars as they were last, colours dropped, other bytes as escapes."""
    return [shown(row, symbols) for row in rows]


def result_lines(result: GateResult, rows: Sequence[bytes], symbols: Symbols = UNICODE) -> list[Line]:
    """What a command printed last (`rows` as `sources.gates.output.last_rows` gives them), below which file has it."""
    if not result.output:
        return [line(Span(f"  {safe(result.gate.text, symbols)}: it printed nothing, because it did not run", "dim"))]
    named = line(Span("  output  ", "key"), safe(result.output, symbols))
    if not rows:
        return [named, line(Span("  it printed nothing", "dim"))]
    return [named, *(line("  ", *each) for each in output_lines(rows, symbols))]
