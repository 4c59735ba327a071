"""A promotion or a rollback before it happens, as lines: for `mltui promote`, `mltui rollback`, and their dialogs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mltui.model.promotion import Plan
from mltui.present.difference import LABELS
from mltui.present.difference_words import key_of, note, values
from mltui.present.gate_rows import gate_rows
from mltui.present.gates import gate_lines, policy_lines
from mltui.present.layout import cut, cut_line, pad_line, width_of, wrapped
from mltui.present.marks import count, difference
from mltui.present.models import short_version
from mltui.present.text import UNICODE, Line, Span, Symbols, ago, line, safe

if TYPE_CHECKING:
    from mltui.model.difference import Difference, Row, SectionOf
    from mltui.model.gates import GateReport
    from mltui.model.moves import Move

#: Columns of what a line is about.
LABEL: Final = 9
#: Rows of one section of a difference that are told; the rest is counted. `d` and `mltui diff` tell all.
MOST: Final = 3
#: Sections of which it is told that they could not be compared.
CAUSES: Final = ("data", "params", "code")
#: Columns of a key at most; a longer one is cut with a mark.
KEY: Final = 32
#: What no claim can keep out (docs/promotion.md).
OTHERS: Final = "writers other than mltui can't be kept out, only reported"


@dataclass(frozen=True, slots=True)
class Shown:
    """How it is looked at: in so many terminal columns (None: as wide as it gets), `now` in epoch ms. What is too long
    is broken, not cut, but for names."""

    now: int
    width: int | None = None
    symbols: Symbols = UNICODE

    @property
    def room(self) -> int | None:
        """Columns beside the label."""
        return None if self.width is None else max(20, self.width - LABEL)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is told of a plan besides, as far as it is known: what differs from the version that is there now, or in
    `differing` why that is not known (yet); the reason that was typed; the commands; more `notes`. `whole` is what
    tells all of the difference, `gates` lines that are told instead of what `gates` makes of the report."""

    difference: Difference | None = None
    differing: str = ""
    reason: str = ""
    forced: bool = False
    commands: Sequence[str] = ()
    notes: Sequence[str] = ()
    whole: str = "mltui diff"
    gates: Sequence[Line] = ()


def title_text(plan: Plan, symbols: Symbols = UNICODE, *, forced: bool = False) -> str:
    """``churn/5 → @champion``; of a rollback what it is comes first, and last that it is `forced`: the rows that say so
    may be out of sight."""
    first = "Roll back: " if plan.kind == "rollback" else ""
    past = " past its gates" if forced else ""
    return f"{first}{version_text(plan)} {symbols.arrow} {safe(plan.target.label, symbols)}{past}"


def version_text(plan: Plan, version: str | None = None) -> str:
    """``churn/5``; what has to be typed where the target is protected."""
    return f"{safe(plan.model.name)}/{short_version(version or plan.version.version)}"


def first_lines(plan: Plan, asked: str = "") -> list[Line]:
    """What is known before anything is read: who holds it, as far as the screen below said; `asked` is the gate that is
    being asked."""
    now = Span(version_text(plan, plan.now), "accent") if plan.now else Span("reading", "dim")
    return [
        line(Span("now".ljust(LABEL), "key"), now),
        line(Span("gates".ljust(LABEL), "key"), Span(safe(asked) or "being looked at", "dim")),
    ]


def preview_lines(plan: Plan, beside: Beside, shown: Shown) -> list[Line]:
    """All of it, in the order in which it is decided by."""
    reason = line(safe(beside.reason)) if beside.reason else line(Span("none given", "dim"))
    if beside.forced:
        reason = (*reason, Span("  past the gates, for all to see", "warn"))
    blocks: list[tuple[str, Sequence[Line]]] = [
        ("now", [now_line(plan, shown)]),
        ("gates", beside.gates or gates(plan.report, shown)),
        *changes(beside, shown),
        ("reason", [reason]),
        ("command", list(_commands(beside.commands, shown))),
        ("note", [line(Span(safe(text), "note")) for text in (*beside.notes, *notes(plan))]),
    ]
    return [laid for label, rows in blocks for laid in block(label, rows, shown)]


def _commands(commands: Sequence[str], shown: Shown) -> Iterator[Line]:
    """The commands whole; comments, which tell what they come to, as far as there is room."""
    for row in (row for text in commands for row in text.split("\n")):
        if row.startswith("#") and shown.room is not None:
            yield line(Span(cut(safe(row), shown.room, shown.symbols.more), "dim"))
        else:
            yield line(Span(safe(row), "accent"))


def block(label: str, rows: Sequence[Line], shown: Shown) -> Iterator[Line]:
    """Rows beside one label, broken to the width under one another."""
    for row in rows:
        for part in _broken(row, shown.room):
            yield (Span(label.ljust(LABEL), "key"), *part)
            label = ""


def _broken(row: Line, room: int | None) -> Iterator[Line]:
    """A row of one sentence is broken at blanks; the pane breaks any other under its own beginning."""
    if len(row) == 1 and room is not None:
        for text in wrapped(row[0].text, room):
            yield line(Span(text, row[0].role))
    else:
        yield row


# What the target points at


def now_line(plan: Plan, shown: Shown) -> Line:
    """``churn/4, set 3 d ago by ada``, or that nobody holds it."""
    target, now = plan.target, plan.now
    if target.kind == "copy":
        return _copied(plan)
    if now is None:
        empty = {"alias": "nobody: the alias is new", "gto": "nobody was given this stage"}
        return line(Span(empty.get(target.kind, "nobody is in it"), "dim"))
    held = Span(version_text(plan, now), "accent")
    if now == plan.version.version:
        return line(held, Span(", this very version", "warn"), *_since(plan.since, shown))
    return line(held, *_since(plan.since, shown))


def _copied(plan: Plan) -> Line:
    name, alias = safe(plan.target.name), safe(plan.target.alias)
    if not alias:
        return line(Span(f"{name} gets a new version", "dim"))
    if plan.now is None:
        return line(Span(f"{name} gets a new version, and @{alias} there, which nobody holds", "dim"))
    return line(Span(f"{name}/{safe(plan.now)}", "accent"), f" holds @{alias} there")


def _since(move: Move | None, shown: Shown) -> Iterator[Span]:
    """Since when, by whom, and whether that went past its gates."""
    if move is None:
        yield Span(", nobody noted since when", "dim")
    elif move.outside:
        between = _between(move, shown.now)
        yield Span(f", moved outside mltui{between}" if between else ", set outside mltui, when is not known", "warn")
    else:
        how = {"promote": "set", "rollback": "rolled back to", "undo": "put back"}[move.kind]
        when = f" {_back(move.at, shown.now)}" if move.at is not None else ""
        yield Span(f", {how}{when}{f' by {safe(move.who)}' if move.who else ''}")
        if move.forced:
            yield Span(f", past its gates{f': {safe(move.reason)}' if move.reason else ''}", "warn")


def _between(move: Move, now: int) -> str:
    since, until = (_back(each, now) for each in (move.since, move.until))
    return f" between {since} and {until}" if since and until else f" before {until}" if until else ""


def _back(at: int | None, now: int) -> str:
    """``3 d ago``, ``just now``."""
    told = ago(at, now)
    return "just now" if told == "now" else told if told.startswith("in ") or not told else f"{told} ago"


# What differs


def changes(beside: Beside, shown: Shown) -> Iterator[tuple[str, Sequence[Line]]]:
    """A block a section: data, params, code and metrics that differ from the version that is there now."""
    found = beside.difference
    if found is None:
        if beside.differing:
            yield "differs", [line(Span(safe(beside.differing), "dim"))]
        return
    picked = [(each, _worth_telling(each, found)) for each in _in_order(found)]
    wide = min(KEY, max((width_of(line(key_of(row))) for _, rows in picked for row in rows[:MOST]), default=0))
    told = [(LABELS[each.section], _section(each, rows, wide, shown)) for each, rows in picked]
    told = [(label, rows) for label, rows in told if rows]
    yield from told or [("differs", [line(Span("in nothing that could be read", "dim"))])]
    if found.unknowns:
        more = count(len(found.unknowns), "thing")
        yield "", [line(Span(f"{more} can't be known: {beside.whole} tells which", "unknown"))]


def _in_order(found: Difference) -> list[SectionOf]:
    """Metrics first: they are what somebody promotes for."""
    return [found.of("metrics"), *(each for each in found.sections if each.section != "metrics")]


def _worth_telling(each: SectionOf, found: Difference) -> list[Row]:
    """What differs, without what only lies about: the primary metric first, of data what no stage made."""
    rows = [row for row in each.changed if row.used and not row.inside and row.role != "other"]
    return sorted(rows, key=lambda row: row.key != found.primary if each.section == "metrics" else row.of != "")


def _section(each: SectionOf, rows: Sequence[Row], wide: int, shown: Shown) -> list[Line]:
    if not rows:
        told = bool(each.unknown) and each.section in CAUSES
        return [line(Span(safe(each.unknown), "unknown"))] if told else []
    laid = [_row(row, wide, shown) for row in rows[:MOST]]
    return [*laid, *([line(Span(f"and {len(rows) - MOST:,} more", "dim"))] if len(rows) > MOST else [])]


def _row(row: Row, wide: int, shown: Shown) -> Line:
    key = pad_line(cut_line(line(Span(key_of(row), "accent")), wide, shown.symbols.more), wide)
    said = values(row, shown.symbols) or (Span("changed"),)
    told = _delta(row) if row.section == "metrics" else note(row, shown.symbols)
    whole = (*key, Span("  "), *said, *((Span("  "), *told) if told else ()))
    return whole if shown.room is None else cut_line(whole, shown.room, shown.symbols.more)


def _delta(row: Row) -> Line:
    """``+0.005``, good or bad only where the direction is known."""
    if row.delta is None or not isinstance(row.old, float) or not isinstance(row.new, float):
        return ()
    role = "" if row.better is None else "good" if row.better else "bad"
    return (Span(difference(row.new, row.old), role),)


# What is in the way, and what should be known


def gates(report: GateReport, shown: Shown) -> list[Line]:
    """Each gate, and whose word they are."""
    policy = report.policy
    if report.results or policy.trouble:
        told = gate_rows(report, shown.room, shown.symbols) if shown.room else gate_lines(report, shown.symbols)
        return [*told, *policy_lines(policy, shown.symbols)]
    differs = policy_lines(replace(policy, origin=""), shown.symbols)
    return [line(Span(f"none for this: {safe(policy.origin)}" if policy.origin else "none", "note")), *differs]


def blocked_text(report: GateReport) -> str:
    """``blocked by 2 gates``, ``blocked by 1 gate, 1 command to run``; "" if nothing is in the way."""
    if report.policy.trouble and not report.advisory:
        return f"blocked: {safe(report.policy.trouble)}"
    waiting = len(report.to_run) if not report.advisory else 0
    failed = len(report.blocking) - waiting
    words = [f"blocked by {count(failed, 'gate')}"] if failed else []
    if waiting:
        words.append(f"{count(waiting, 'gate command')} to run first")
    return ", ".join(words)


def only_waits(report: GateReport) -> bool:
    """Whether nothing is in the way but commands that have still to run."""
    return bool(report.blocking) and not report.policy.trouble and len(report.blocking) == len(report.to_run)


def notes(plan: Plan) -> list[str]:
    """What a person should read before confirming: of the plan, of the policy, of writers that nobody can exclude."""
    policy = plan.report.policy
    told = [*plan.notes]
    if policy.via == "command":
        told.append("the whole act is handed to the command, and the target is waited for")
    elif plan.target.kind in ("alias", "stage"):
        told.append(OTHERS)
    return told
