"""A chore before it is done: each value as it is and as it will be, what is left alone, what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence

from mltui.model.chore import Change
from mltui.present.layout import grid
from mltui.present.marks import count, stamp
from mltui.present.text import Line, Span, Symbols, line, safe

#: So many values are shown one by one, the rest is counted; characters of one of them.
MOST, WIDEST = 30, 60


def chore_lines(
    changes: Sequence[Change],
    alone: Sequence[str],
    already: Sequence[str],
    warnings: Sequence[str],
    symbols: Symbols,
) -> list[Line]:
    """``run stormy-hare  tag team  credit → risk``, then what it leaves alone, then what speaks against it."""
    rows = [_row(change, symbols) for change in changes[:MOST]]
    lines = grid(rows, more=symbols.more)
    if len(changes) > MOST:
        lines.append(line(Span(f"{symbols.more} and {len(changes) - MOST} more", "dim")))
    for why in warnings:
        lines.append(line(Span(symbols.stale, "warn"), " ", safe(why)))
    for why in alone[:MOST]:
        lines.append(line(Span(symbols.failed, "bad"), " left alone: ", safe(why)))
    if len(alone) > MOST:
        lines.append(line(Span(f"{symbols.more} and {len(alone) - MOST} more are left alone", "dim")))
    if already:
        lines.append(line(Span(f"{symbols.fresh} {count(len(already), 'value')} as wished already", "dim")))
    return lines


def _row(change: Change, symbols: Symbols) -> list[Line]:
    before, after = _value(change.before, symbols), _value(change.after, symbols)
    ends = f"  ended {stamp(change.ends)}" if change.aspect == "status" and change.ends is not None else ""
    return [
        line(Span(safe(change.subject.label), "accent")),
        line(Span(safe(change.what), "key")),
        line(before, f" {symbols.arrow} ", after, Span(ends, "dim")),
    ]


def _value(value: str | None, symbols: Symbols) -> Span:
    if value is None:
        return Span("nothing", "dim")
    text = safe(" ".join(value.split()) or "''", symbols)
    return Span(text if len(text) <= WIDEST else text[: WIDEST - 1] + symbols.more)
