"""What happened to one registered model, as rows and as a document: `mltui journal --model M`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mltui.model.journal import JournalEntry
from mltui.model.model_journal import Happened
from mltui.model.moves import Move
from mltui.present.journal import outcome_span
from mltui.present.marks import moment, short_who
from mltui.present.models import short_version
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.text import Line, Span, Symbols, line, safe

OUTSIDE = "moved outside mltui"


def happened_rows(happened: Sequence[Happened], symbols: Symbols) -> Rows[Happened]:
    """When, who, what, gates, reason, and who tells of it, in the order of `happened`."""
    fields: tuple[Cell[Happened], ...] = (
        Cell(Column("when", "when", 19, rank=0), _when, lambda each: by_number(each.at)),
        Cell(
            Column("who", "who", 16, rank=1, enough=24),
            lambda each: line(Span(safe(short_who(_who(each)), symbols), "key")),
            lambda each: by_text(_who(each)),
        ),
        Cell(
            Column("what", "what", 32, flex=True, rank=0),
            lambda each: _what(each, symbols),
            lambda each: by_text(each.move.target if each.move else each.entry.title if each.entry else ""),
        ),
        Cell(Column("gates", "gates", 7, rank=2), _gates, lambda each: by_text(_gates(each)[0].text)),
        Cell(
            Column("reason", "reason", 24, flex=True, rank=3),
            lambda each: line(safe(" ".join(_reason(each).split()), symbols)),
            lambda each: by_text(_reason(each)),
        ),
        Cell(
            Column("outcome", "outcome", 21, rank=0),
            lambda each: _outcome(each, symbols),
            lambda each: by_text(_outcome(each, symbols)[0].text),
        ),
    )
    return Rows(fields, happened, lambda each: each.key)


def _when(each: Happened) -> Line:
    """Of a move outside mltui between when and when it was."""
    move = each.move
    if move is None or not move.outside:
        return line(Span(moment(each.at) if each.at is not None else "?", "dim"))
    told = [f"after {moment(move.since)}"] if move.since is not None else []
    told += [f"before {moment(move.until)}"] if move.until is not None and not told else []
    return line(Span(told[0] if told else "?", "dim"))


def _who(each: Happened) -> str:
    if each.entry is not None:
        return each.entry.who.name
    return each.move.who if each.move else ""


def _reason(each: Happened) -> str:
    return (each.move.reason if each.move else "") or (each.entry.note.reason if each.entry else "")


def move_text(move: Move, symbols: Symbols) -> str:
    """``@champion 4 → 5``; nobody is ``-``."""
    before, after = (short_version(each) if each else "-" for each in (move.before, move.after))
    return f"{safe(move.target, symbols)} {before} {symbols.arrow} {after}"


def _what(each: Happened, symbols: Symbols) -> Line:
    move = each.move
    if move is None:
        return line(Span(safe(" ".join(each.entry.title.split()), symbols) if each.entry else "", "accent"))
    kind = Span({"promote": "", "rollback": "  rolled back", "undo": "  undone"}[move.kind], "dim")
    forced = Span("  forced" if move.forced else "", "warn")
    return line(Span(move_text(move, symbols), "accent"), *(each for each in (kind, forced) if each.text))


def _gates(each: Happened) -> Line:
    """``3 of 4``: how many held."""
    gates = each.move.gates if each.move else ()
    number = len(gates) + (each.move.gates_cut if each.move else 0)
    failed = sum(gate.verdict != "passed" for gate in gates)
    return line(Span(f"{number - failed} of {number}" if number else "", "warn" if failed else ""))


def _outcome(each: Happened, symbols: Symbols) -> Line:
    move = each.move
    if move is not None and move.outside:
        return line(Span(f"{symbols.unknown} {OUTSIDE}", "warn"))
    if each.entry is not None:
        return line(outcome_span(each.entry, symbols))
    return line(Span(f"{symbols.fresh} told by the registry", "good"))


def gates_in_the_way(each: Happened, symbols: Symbols) -> list[Line]:
    """Of a move past its gates: which ones, and what they said."""
    move = each.move
    if move is None or not move.forced:
        return []
    head = line(Span(move_text(move, symbols), "title"), Span("  forced", "warn"), f" by {safe(move.who, symbols)}")
    rows = [("reason", move.reason)]
    rows += [
        (gate.verdict, "  ".join(filter(None, (gate.text, gate.figure, gate.why))))
        for gate in move.gates
        if gate.verdict != "passed"
    ]
    return [head, *(line(Span(f"{name:8}", "key"), safe(text, symbols)) for name, text in rows if text)]


def moves_document(moves: Iterable[Move]) -> list[dict[str, Any]]:
    """`moves` of `mltui journal --model M --json`."""
    return [_move(each) for each in moves]


def _move(move: Move) -> dict[str, Any]:
    return {
        "id": move.id or None,
        "target": move.target,
        "kind": None if move.outside else move.kind,
        "from": move.before,
        "to": move.after,
        "at": move.at,
        "who": move.who,
        "host": move.host,
        "reason": move.reason,
        "forced": move.forced,
        "gates": [
            {"gate": each.text, "verdict": each.verdict, "figure": each.figure, "why": each.why} for each in move.gates
        ],
        "gates_cut": move.gates_cut,
        "run_id": move.run_id or None,
        "commit": move.commit or None,
        "figures": dict(move.figures or {}),
        "told": list(move.told),
        "outside": move.outside,
        "since": move.since,
        "until": move.until,
    }


def about(happened: Iterable[Happened]) -> tuple[JournalEntry, ...]:
    """The journal's entries among it."""
    return tuple(each.entry for each in happened if each.entry is not None)
