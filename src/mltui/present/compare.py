"""A comparison as a table: sections, a row for each key, a column for each run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

from mltui.model.compare import GONE, SECTIONS, ComparedRow, Comparison, Section, Value
from mltui.model.runs import Run
from mltui.present.layout import cells, cut, cut_line, cut_start
from mltui.present.marks import difference, stamp
from mltui.present.rows import MISSING, Cell, Column, Rows, SortKey, by_number, by_text
from mltui.present.text import Line, Span, Symbols, line, number, safe, short_sha

TITLES: Final = MappingProxyType(
    {
        "params": "Params",
        "metrics": "Metrics, latest",
        "tags": "Tags",
        "datasets": "Datasets",
        "environment": "Environment",
        "packages": "Packages of a logged model",
    }
)
#: Terminal columns of a run's name, and of its column where it holds deltas.
NAME, WIDE = 22, 27
#: A name that is followed by what became of its run keeps so many of them.
LEAST = 10
#: Values and differences of numbers stand in columns so wide.
VALUE, DIFFERENCE = 9, 8
#: A number of more characters is shown with a few digits beside its difference.
LONG_NUMBER = 12
#: Characters of a text that a table is given: no cell is wider, and a param of 6 kB is not measured at each key.
LONG = 200
#: Digits of an id behind names that come twice.
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table: a compared row, or (without one) the heading of a section."""

    section: Section
    row: ComparedRow | None = None
    rows: int = 0

    @property
    def id(self) -> str:
        return self.row.id if self.row else f"{self.section}."


def titles(
    runs: Sequence[Run], more: str = "…", width: int | None = NAME, gone: Collection[int] = ()
) -> tuple[str, ...]:
    """What each run is called over its column: its name, the beginning of its id where there is none; and that it is
    deleted, or one of those that are `gone`.

    At most `width` terminal columns (None: whole). Where two would be called the same it is the end of the name, which
    is where names of a sweep differ; where that is the same too, name and id.
    """
    states = [f" ({state})" if (state := state_of(run, at in gone)) else "" for at, run in enumerate(runs)]
    rooms = [None if width is None else max(LEAST, width - cells(state)) for state in states]
    short = [_name(run, more, room) for run, room in zip(runs, rooms, strict=True)]
    if len(set(short)) < len(short):
        ends = [
            end if short.count(each) > 1 else each for each, end in zip(short, _ends(runs, rooms, more), strict=True)
        ]
        short = [
            _with_id(run, more, room) if ends.count(end) > 1 and run.name else end
            for run, room, end in zip(runs, rooms, ends, strict=True)
        ]
    return tuple(f"{name}{state}" for name, state in zip(short, states, strict=True))


def state_of(run: Run, gone: bool) -> str:
    """Why a run should not be there any more; "" of one that should."""
    return GONE if gone else "deleted" if run.lifecycle == "deleted" else ""


def _ends(runs: Sequence[Run], rooms: Sequence[int | None], more: str) -> list[str]:
    """The end of each name, as far as it has room."""
    whole = [_name(run, more, None) for run in runs]
    return [name if room is None else cut_start(name, room, more) for name, room in zip(whole, rooms, strict=True)]


def _with_id(run: Run, more: str, room: int | None) -> str:
    name = _name(run, more, None if room is None else max(1, room - DIGITS - 1))
    return f"{name} {run.run_id[:DIGITS]}"


def _name(run: Run, more: str, width: int | None) -> str:
    name = safe(run.name or run.run_id[: DIGITS + 2])
    return name if width is None else cut(name, width, more)


def compare_rows(comparison: Comparison, symbols: Symbols, *, framed: bool = False, whole: bool = False) -> Rows[Entry]:
    """The comparison as rows of a table, a heading before each section that has any. A cell is made once.

    `framed`: for a table with a cursor. Titles have a blank on either side, the place of brackets, and the baseline is
    the first of the runs: beside the keys, where it stays in sight. `whole`: nothing is cut.
    """
    names = titles(comparison.runs, symbols.more, None if whole else NAME, comparison.gone)
    key = Column("key", "key", 18, flex=True, rank=0, enough=18)
    fields = [Cell(key, partial(_key, more=symbols.more, whole=whole), _by_key)]
    base = comparison.baseline
    for rank, at in enumerate(sorted(range(len(names)), key=lambda at: at != base) if framed else range(len(names))):
        label = f"{symbols.mark} {names[at]}" if at == base else names[at]
        label = f" {label} " if framed else label
        head = Column(comparison.runs[at].run_id, label, WIDE, rank=2 + rank, pinned=framed and at == base)
        show = _once(_shower(comparison, at, symbols, whole=whole))
        fields.append(Cell(head, show, partial(_by_value, at=at)))
    return Rows(tuple(fields), entries(comparison), lambda entry: entry.id, _words, search_cells=False)


def entries(comparison: Comparison) -> tuple[Entry, ...]:
    """The rows of each section behind its heading."""
    found: list[Entry] = []
    for section in SECTIONS:
        rows = [Entry(section, row) for row in comparison.rows if row.section == section]
        found += [Entry(section, rows=len(rows)), *rows] if rows else []
    return tuple(found)


def value_text(value: Value, row: ComparedRow) -> Line:
    """One value in one line, "-" where there is none."""
    if value is None:
        return (Span("-", "dim"),)
    if isinstance(value, float):
        return (Span(moment(value, row.values) if row.kind == "time" else number(value)),)
    if row.section == "environment" and row.key == "git commit" and value.isalnum():
        return (Span(short_sha(value), "hash"),)
    return (Span(safe(value)),) if value.strip() else (Span(repr(value) if value else "empty", "dim"),)


def moment(value: float, among: Sequence[Value]) -> str:
    """Epoch ms as local date and time to the minute, to the second or the millisecond where only those tell it from
    another one `among` them."""
    others = [other for other in among if isinstance(other, float) and other != value]
    text = stamp(int(value))
    if not any(stamp(int(other)) == text for other in others) or ":" not in text:
        return text
    text += f":{value // 1000 % 60:02.0f}"
    return f"{text}.{value % 1000:03.0f}" if any(other // 1000 == value // 1000 for other in others) else text


def delta_text(comparison: Comparison, row: ComparedRow, at: int) -> tuple[Span, str] | None:
    """The difference in absolute ("=" where there is none) and the one in per cent, "-" where that is undefined.

    Good or bad only where the direction is known. None for the baseline and where there is nothing to subtract.
    """
    found, value, base = comparison.delta(row, at), row.values[at], row.values[comparison.baseline]
    if found is None or value is None or base is None:
        return None
    if not found.absolute:
        return Span("=", "dim"), ""
    metric = isinstance(value, float) and isinstance(base, float)
    text = difference(float(value), float(base)) if metric else _short(found.absolute, DIFFERENCE, "+")
    role = "dim" if row.goal is None else "good" if (found.absolute > 0) == (row.goal == "max") else "bad"
    return Span(text, role), percent(found.percent)


def percent(value: float | None) -> str:
    """``+0.5 %``, ``+1200 %``; "-" for None."""
    if value is None:
        return "-"
    size = abs(value)
    if size >= 1e6:
        return f"{value:+.1e} %"
    return f"{value:+.0f} %" if size >= 100 else f"{value:+.1f} %" if size >= 0.1 else f"{value:+.2g} %"


def _once(show: Callable[[Entry], Line]) -> Callable[[Entry], Line]:
    """`show` that remembers: a row of twenty runs is drawn again at each step sideways."""
    made: dict[str, Line] = {}

    def shown(entry: Entry) -> Line:
        key = entry.id
        if (cell := made.get(key)) is None:
            cell = made[key] = show(entry)
        return cell

    return shown


def _shower(comparison: Comparison, at: int, symbols: Symbols, *, whole: bool) -> Callable[[Entry], Line]:
    def show(entry: Entry) -> Line:
        row = entry.row
        if row is None:
            return ()
        best = at in row.best
        mark = Span(symbols.best if best else " ", "good")
        value = value_text(row.values[at], row)
        if best:
            value = tuple(Span(span.text, "good") for span in value)
        told = delta_text(comparison, row, at)
        if told is None:
            return line(mark, *(value if whole else cut_line(value, LONG, symbols.more)))
        absolute, relative = told
        if not whole:
            value = tuple(Span(_digits(span.text, symbols.more), span.role) for span in value)
        blank = Span(" " * max(1, VALUE + 1 - sum(cells(span.text) for span in value)))
        behind = Span(f"{' ' * max(1, DIFFERENCE + 1 - cells(absolute.text))}{relative}" if relative else "", "dim")
        return line(mark, *value, blank, absolute, behind)

    return show


def _digits(text: str, more: str) -> str:
    """A param that is a number of many digits with a few of them: its difference to the baseline stays in sight.

    ``0.012248321525592598`` is ``0.01225…``, ``1.23456789012e-05`` is ``1.23…e-05``.
    """
    if len(text) <= LONG_NUMBER:
        return text
    try:
        digits, exponent, power = _short(float(text), VALUE - len(more)).partition("e")
    except ValueError:
        return text
    return f"{digits}{more}{exponent}{power}"


def _short(value: float, width: int, sign: str = "") -> str:
    """Four digits of a number, three where they need more than `width`."""
    text = f"{value:{sign}.4g}"
    return text if len(text) <= width else f"{value:{sign}.3g}"


def _key(entry: Entry, *, more: str, whole: bool) -> Line:
    if entry.row is None:
        return (Span(TITLES[entry.section], "title"), Span(f"  {entry.rows:,}", "dim"))
    text = safe(entry.row.key) or "(empty)"
    return (Span("  "), Span(text if whole else cut(text, LONG, more)))


def _words(entry: Entry) -> str:
    """What `/` looks through: keys, of a heading nothing."""
    return entry.row.key if entry.row else ""


def _by_key(entry: Entry) -> SortKey:
    return by_text(entry.id)


def _by_value(entry: Entry, at: int) -> SortKey:
    value = entry.row.values[at] if entry.row else None
    return MISSING if value is None else by_number(value) if isinstance(value, float) else by_text(value)
