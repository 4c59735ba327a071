"""The gates where there is little room: one line each, whose parts stand below one another; reasons below in full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mltui.model.gates import GateReport, GateResult
from mltui.present.gates import gate_mark
from mltui.present.layout import cells, cut, cut_line, pad_line, width_of, wrapped
from mltui.present.text import UNICODE, Line, Span, Symbols, line, safe

#: Blanks between the parts of a line, and before a reason.
GAP: Final = 2
#: Columns that the text of a gate may take at least, however little room there is.
LEAST: Final = 16


def gate_rows(report: GateReport, room: int, symbols: Symbols = UNICODE) -> list[Line]:
    """``✓ metrics.auc >= 0.8   0.947  run calm-lynx``, in at most `room` terminal columns; what is cut ends in a mark,
    a reason is never cut: it goes on below."""
    texts = [safe(each.gate.text, symbols) for each in report.results]
    most = max(LEAST, room * 3 // 5)
    wide = max((width for width in map(cells, texts) if width <= most), default=most)
    figures = _figures(report, room - GAP - wide, symbols)
    return [
        each
        for result, text in zip(report.results, texts, strict=True)
        for each in _rows(result, text, (wide, figures), room, symbols)
    ]


def _figures(report: GateReport, left: int, symbols: Symbols) -> int:
    """Columns of the figures, so that subjects stand below one another; 0 where that would cut what has room."""
    wide = max((cells(_figure(each, symbols)) for each in report.results), default=0)
    for each in report.results:
        parts = [cells(safe(text, symbols)) for text in (each.subject, each.why) if text]
        rest, figure = sum(parts) + GAP * len(parts), cells(_figure(each, symbols))
        if rest and rest + (figure + GAP if figure else 0) <= left < rest + wide + GAP:
            return 0
    return wide


def _figure(result: GateResult, symbols: Symbols) -> str:
    """What it measured, unless its reason says just that."""
    return "" if result.figure == result.why else safe(result.figure, symbols)


def _rows(result: GateResult, text: str, columns: tuple[int, int], room: int, symbols: Symbols) -> Iterator[Line]:
    mark, wide = gate_mark(result.verdict, symbols), columns[0]
    said, why = _said(result, columns[1], symbols), safe(result.why, symbols)
    role = mark.role if result.verdict != "passed" else "note"
    reason = line(" " * GAP, Span(why, role)) if why else ()
    left = room - GAP - width_of(said)  # a text that is longer than the others takes what its own line has
    fits = max(wide, left - width_of(reason) if wide + width_of(reason) <= left else left)
    head = pad_line(line(Span(cut(text, fits, symbols.more))), wide if said or reason else 0)
    first = line(mark, " ", *head, *said)
    if width_of((*first, *reason)) <= room:
        yield (*first, *reason)
        return
    yield cut_line(first, room, symbols.more)
    for part in wrapped(why, room - 2 * GAP) if why else ():
        yield line(" " * 2 * GAP, Span(part, role))


def _said(result: GateResult, figures: int, symbols: Symbols) -> Line:
    """The figure, and what it was asked of."""
    figure, subject = _figure(result, symbols), safe(result.subject, symbols)
    gap = Span(" " * GAP)
    spans = (gap, *pad_line(line(Span(figure)), figures if subject else 0)) if figure or (figures and subject) else ()
    return (*spans, gap, Span(subject, "dim")) if subject else spans
