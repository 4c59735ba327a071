"""Who moved an alias or a stage, when and why, as Models and the Overview say it; and how to get back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mltui.model.alias_history import held_before
from mltui.model.gates import Verdict
from mltui.model.moves import GateSaid, Move, last
from mltui.model.promotion import Target
from mltui.model.shell import quote
from mltui.present import detail
from mltui.present.marks import short_who, stamp
from mltui.present.models import Held, aliases_of, short_version
from mltui.present.rows import MISSING, Cell, Column, Rows
from mltui.present.text import Line, Role, Span, Symbols, ago, line, safe

if TYPE_CHECKING:
    from mltui.model.registry import RegisteredModel

#: Moves told in a detail, the newest; the journal has them all.
TOLD: Final = 8
_VERDICTS: Final[dict[Verdict, tuple[str, Role]]] = {
    "passed": ("fresh", "good"),
    "failed": ("failed", "bad"),
    "unknown": ("unknown", "unknown"),
    "not run": ("scheduled", "dim"),
}


def targets_of(row: Held) -> list[Target]:
    """The aliases and the stage that a version holds."""
    if row.version is None:
        return []
    kept = "gto" if row.model.source == "gto" else "alias"
    found = [Target("gto" if kept == "gto" else "alias", alias) for alias in aliases_of(row)]
    if row.version.stage not in ("", "None", "Archived"):  # that is out of use, and nothing holds it
        found.append(Target("stage", row.version.stage))
    return found


def brought(row: Held, target: Target, moves: Sequence[Move]) -> Move | None:
    """The move that brought a version the alias or stage it holds, as far as anybody noted it."""
    move = last(moves, target.word)
    return move if move is not None and row.version is not None and move.after == row.version.version else None


def noted(moves: Sequence[Move], target: Target) -> bool:
    """Whether a move of it by mltui was ever noted."""
    return any(move.target == target.word and not move.outside for move in moves)


def since_words(move: Move | None, now: int) -> Line:
    """``3 d, ada``; ``outside mltui``; () where nothing is known."""
    if move is None:
        return ()
    if move.outside:
        return line(Span("outside mltui", "warn"), f", {ago(move.at, now)}" if move.at is not None else "")
    forced = (Span("  forced", "warn"),) if move.forced else ()
    return line(f"{ago(move.at, now)}, {safe(short_who(move.who)) or 'somebody'}", *forced)


def held_lines(row: Held, moves: Sequence[Move] | None, now: int) -> list[detail.Field]:
    """A field for each alias and stage that a version holds: since when, by whom, why, and past which gates."""
    found: list[detail.Field] = []
    for target in targets_of(row):
        move = brought(row, target, moves or ())
        found.append((Span(target.label, "key"), _set(move, noted(moves or (), target), now)))
        if move is not None and move.reason:
            found.append(("", (Span(safe(move.reason), "prose"),)))
    return found


def _set(move: Move | None, known: bool, now: int) -> Line:
    """``set 3 d ago by ada``."""
    if move is None or (move.outside and not known):
        return line(Span("not by mltui: a registry does not say who sets an alias, or when", "dim"))
    if move.outside:
        return line(Span(_outside(move, now), "warn"))
    told = line(f"set {_ago(move.at, now)} by {safe(move.who) or 'somebody'}", Span(f"  {stamp(move.at)}", "dim"))
    return (*told, Span("  forced past its gates", "warn")) if move.forced else told


def with_since(rows: Rows[Held], moves: Sequence[Move], now: int) -> Rows[Held]:
    """`rows` with a column that says since when, and by whom, a version holds what it holds, where anybody noted it."""
    by_model: dict[str, list[Move]] = {}
    for move in moves:
        by_model.setdefault(move.model, []).append(move)
    told: dict[str, Line] = {}
    for row in rows.items:
        own = by_model.get(row.model.name, ())
        for target in targets_of(row) if own else ():
            if noted(own, target) and (since := since_words(brought(row, target, own), now)):
                told.setdefault(row.key, since)
    if not told:
        return rows
    cell: Cell[Held] = Cell(Column("since", "set", 16, rank=2), lambda row: told.get(row.key, ()), lambda _: MISSING)
    fields = list(rows.fields)
    fields.insert(next((at for at, each in enumerate(fields) if each.column.key == "run"), len(fields) - 1), cell)
    return replace(rows, fields=tuple(fields))


def way_back(row: Held, moves: Sequence[Move] | None) -> list[Line]:
    """``B rolls @champion back to 4``, for what has held it before."""
    lines = []
    for target in targets_of(row):
        former = _former(row, target, moves or ())
        if former is not None:
            word = line("B", Span(" rolls ", "note"), Span(target.label, "accent"))
            lines.append((*word, Span(" back to ", "note"), Span(short_version(former))))
    return lines


def _former(row: Held, target: Target, moves: Sequence[Move]) -> str | None:
    """Who held it before, the last of those that are still there."""
    there = {version.version for version in row.model.versions}
    before = held_before(moves, row.model.name, target.word)
    own = row.version.version if row.version else None
    return next((version for version in before if version in there and version != own), None)


def move_lines(moves: Sequence[Move], model: RegisteredModel, now: int, symbols: Symbols) -> list[Line]:
    """Moves, the newest first: what moved from where to where, when, who, why, and what its gates said."""
    lines: list[Line] = []
    if all(move.outside for move in moves):
        return []
    for move in reversed(moves[-TOLD:]):
        lines.extend(_move(move, now, symbols))
    if len(moves) > TOLD:
        lines.append(
            line(Span(f"{len(moves) - TOLD} older: mltui journal --model {safe(quote(model.name), symbols)}", "dim"))
        )
    return lines


def _move(move: Move, now: int, symbols: Symbols) -> Iterator[Line]:
    before = short_version(move.before) if move.before else "nobody"
    after = short_version(move.after) if move.after else "nobody"
    name = Span(safe(move.target.removeprefix("stage:")), "accent")
    way = line(name, f"  {before} {symbols.arrow} {after}  ")
    if move.outside:
        yield (*way, Span(_outside(move, now), "warn"))
        return
    kind = "" if move.kind == "promote" else f"  {move.kind}"
    forced = (Span("  forced", "warn"),) if move.forced else ()
    yield (*way, Span(f"{_ago(move.at, now)}, {safe(short_who(move.who))}{kind}"), *forced)
    if move.reason:
        yield (Span(f"  {safe(move.reason)}", "prose"),)
    if move.gates:
        yield from _gates(move.gates, symbols)


def _gates(gates: Sequence[GateSaid], symbols: Symbols) -> Iterator[Line]:
    """How many held; those that did not by name, with why."""
    passed = sum(gate.verdict == "passed" for gate in gates)
    yield line(Span(f"  gates {passed} of {len(gates)}", "" if passed == len(gates) else "warn"))
    for gate in gates:
        if gate.verdict == "passed" and passed != len(gates):
            continue
        sign, role = _VERDICTS[gate.verdict]
        said = "  ".join(filter(None, (safe(gate.figure), safe(gate.why))))
        yield line(
            "    ", Span(getattr(symbols, sign), role), f" {safe(gate.text)}", Span(f"  {said}" if said else "", "dim")
        )


def _outside(move: Move, now: int) -> str:
    """``moved outside mltui``, with the time between which it was, as far as known."""
    if move.at is not None:
        return f"moved outside mltui, {_ago(move.at, now)}"
    if move.since is not None and move.until is not None:
        return f"moved outside mltui between {stamp(move.since)} and {stamp(move.until)}"
    if move.until is not None:
        return f"moved outside mltui before {stamp(move.until)}"
    return "moved outside mltui" + (f" after {stamp(move.since)}" if move.since is not None else "")


def _ago(then: int | None, now: int) -> str:
    told = ago(then, now)
    return told if told in ("", "now") or told.startswith("in ") else f"{told} ago"
