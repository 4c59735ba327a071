"""The commands that were run since the start, as rows: mltui's own, and those that its actions stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mltui.model.journal import JournalEntry
from mltui.present.journal import outcome_word
from mltui.present.marks import moment
from mltui.present.rows import Cell, Column, Rows, by_number, by_text
from mltui.present.text import Line, Span, Symbols, line, safe

#: Characters of a command that a row is made of.
SHOWN = 500


@dataclass(frozen=True, slots=True)
class Ran:
    """One command: when it began (epoch ms), how long it took and its exit code (None of an action's), what it was
    `of` (the outcome and title of an action, else ""), and the whole `command` as a shell takes it, without secrets.
    `cwd` is the directory it ran in, "" where that is not known; `script` is what a shell that was run was told, by
    which an action knows its own. `reads` says that it only read; then one may stand for so many `times` that it was
    run, `first` of them at that time (epoch ms), and tells of the last."""

    key: str
    at: int
    command: str
    shown: str
    seconds: float | None = None
    code: int | None = None
    of: str = ""
    script: str = ""
    cwd: str = ""
    reads: bool = False
    times: int = 1
    first: int = 0


def without_repeats(ran: Iterable[Ran]) -> list[Ran]:
    """`ran`, in the order of when they began, with what was read again and again as one row at its last time: nobody
    finds anything among what is asked every two seconds. One that ended otherwise is another row, and so is one from
    before an action or whatever else was run: what that led to is read below it."""
    told: list[Ran] = []
    at: dict[tuple[str, str, int | None], Ran] = {}
    for each in ran:
        same = (each.command, each.cwd, each.code)
        if not each.reads or each.of:
            told += [*at.values(), each]
            at.clear()
        elif (before := at.pop(same, None)) is None:
            at[same] = each
        else:
            at[same] = replace(each, key=before.key, times=before.times + 1, first=before.first or before.at)
    return [*told, *at.values()]


def with_actions(outside: Sequence[Ran], entries: Iterable[JournalEntry]) -> list[Ran]:
    """What was run `outside`, and the commands of actions, which the journal has without secrets; in the order of when
    they began. A command that an action ran as it is told is one row, with how long it took and its exit code."""
    left = {each.key: each for each in sorted(outside, key=lambda ran: ran.at)}
    told: list[Ran] = []
    for entry in entries:
        of = f"{outcome_word(entry)}: {entry.title}"
        for at, command in enumerate(entry.commands):
            own = Ran(f"{entry.id}:{at}", entry.at, command, command, of=of)
            did = next((each for each in left.values() if _is(each, command, entry)), None)
            told.append(replace(own, at=did.at, seconds=did.seconds, code=did.code, cwd=did.cwd) if did else own)
            left.pop(did.key if did else "", None)
    return sorted([*left.values(), *told], key=lambda ran: ran.at)


def _is(ran: Ran, command: str, entry: JournalEntry) -> bool:
    """Whether this is the command of an action: the same text, run while the action was at it."""
    during = entry.at <= ran.at and (entry.ended is None or ran.at <= entry.ended)
    return during and command in (ran.command, ran.script)


def ran_rows(ran: Sequence[Ran], symbols: Symbols) -> Rows[Ran]:
    """When, how long, exit code, how often in a row, command; the newest last. What an action did is told in a colour
    of its own."""
    often = max((each.times for each in ran), default=1)
    times: Cell[Ran] = Cell(
        Column("times", "times", max(5, len(str(often))), "right", rank=1),
        lambda each: line(Span("" if each.times == 1 else str(each.times), "dim")),
        lambda each: by_number(each.times),
    )
    fields: tuple[Cell[Ran], ...] = (
        Cell(
            Column("at", "at", 8, rank=1),
            lambda each: line(Span(_clock(each.at), "dim")),
            lambda each: by_number(each.at),
        ),
        Cell(Column("took", "took", 9, "right", rank=1), _took, lambda each: by_number(each.seconds)),
        Cell(Column("code", "code", 4, "right", rank=0), _code, lambda each: by_number(each.code)),
        *((times,) if often > 1 else ()),
        Cell(
            Column("command", "command", 40, flex=True, rank=0),
            lambda each: _command(each, symbols),
            lambda each: by_text(each.command),
        ),
    )
    return Rows(fields, ran, lambda each: each.key, words=lambda each: f"{each.of} {each.command}")


def _clock(at: int) -> str:
    return datetime.fromtimestamp(at / 1000).strftime("%H:%M:%S") if at else ""


def _took(ran: Ran) -> Line:
    return line(Span("" if ran.seconds is None else f"{ran.seconds:.3f} s", "dim"))


def _code(ran: Ran) -> Line:
    return line(Span("" if ran.code is None else str(ran.code), "bad" if ran.code else "dim"))


def _command(ran: Ran, symbols: Symbols) -> Line:
    told = safe(" ".join(ran.shown[:SHOWN].split()), symbols)
    return line(Span(told, "accent"), Span(f"  {safe(ran.of, symbols)}", "note")) if ran.of else line(told)


def ran_lines(ran: Ran, symbols: Symbols) -> list[Line]:
    """When, how long, how it ended and where, as far as that is known; below it the whole command, line by line."""
    told = {
        "of": ran.of,
        "at": moment(ran.at) if ran.at else "",
        "took": "" if ran.seconds is None else f"{ran.seconds:.3f} s",
        "exit": "" if ran.code is None else str(ran.code),
        "in": ran.cwd,
        "runs": "" if ran.times == 1 else f"{ran.times}, the first at {moment(ran.first)}",
    }
    head = [line(Span(f"{name:5}", "key"), safe(text, symbols)) for name, text in told.items() if text]
    return [*head, (), *(line(safe(row, symbols)) for row in ran.command.split("\n"))]
