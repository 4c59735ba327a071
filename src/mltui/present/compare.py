"""A comparison as a table: sections, a row for each key, a column for each run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final

from mltui.model.compare import SECTIONS, ComparedRow, Comparison, Section, Value
from mltui.present.compare_numbers import DIFFERENCE, PERCENT, VALUE, few_digits, fitting, longer, percent, short
from mltui.present.compare_titles import NAME, titles
from mltui.present.layout import cells, cut, cut_line
from mltui.present.marks import difference, stamp, took
from mltui.present.rows import MISSING, Cell, Column, Rows, SortKey, by_number, by_text
from mltui.present.text import EMPTY, UNICODE, Line, Span, Symbols, line, number, safe, short_sha

#: What of a section's values is shown, if that is not all.
WHICH: Final = MappingProxyType({"metrics": "latest", "packages": "of a logged model"})
#: Terminal columns of the baseline, and of a run that has deltas; the mark of the best is before them.
BASE, WIDE = 24, 1 + VALUE + 1 + DIFFERENCE + 1 + PERCENT
#: Characters of a text that a table is given: no cell is wider, and a param of 6 kB is not measured at each key.
LONG = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table: a compared row, or (without one) the heading of a section that has so many `rows`, of
    which `left` were left by narrowing the keys (None: all)."""

    section: Section
    row: ComparedRow | None = None
    rows: int = 0
    left: int | None = None

    @property
    def id(self) -> str:
        return self.row.id if self.row else f"{self.section}."


def compare_rows(comparison: Comparison, symbols: Symbols, *, framed: bool = False, whole: bool = False) -> Rows[Entry]:
    """The comparison as rows of a table, a heading before each section that has any. A cell is made once.

    `framed`: for a table with a cursor. Titles have a blank on either side, the place of brackets, and the baseline is
    the first of the runs: beside the keys, where it stays in sight. `whole`: nothing is cut.
    """
    names = titles(comparison.runs, symbols.more, None if whole else NAME, comparison.gone)
    key = Column("key", "key", 18, flex=True, rank=0, enough=18)
    fields = [Cell(key, partial(_key, symbols=symbols, whole=whole), _by_key)]
    base = comparison.baseline
    for at in sorted(range(len(names)), key=lambda at: at != base) if framed else range(len(names)):
        label = f"{symbols.mark} {names[at]}" if at == base else names[at]
        label = f" {label} " if framed else label
        width = BASE if at == base else WIDE  # one has no deltas
        head = Column(comparison.runs[at].run_id, label, width, rank=2, pinned=framed and at == base)
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


def narrowed(rows: Rows[Entry], text: str) -> Rows[Entry]:
    """The rows whose keys hold `text`, under the headings of their sections: a param and a tag may have one key."""
    if not text.strip():
        return rows
    found = rows.matching(text)
    kept = [found.item(at) for at in range(len(found))]
    left = Counter(entry.section for entry in kept)
    items: list[Entry] = []
    for head in (entry for entry in rows.items if entry.row is None and left[entry.section]):
        number = left[head.section]
        items.append(replace(head, left=number if number < head.rows else None))
        items += [entry for entry in kept if entry.section == head.section]
    return replace(rows, items=tuple(items), order=None)


def heading(entry: Entry) -> Line:
    """``Metrics  12  latest``, ``Params  2 of 14``; the count before what may find no room."""
    number = f"{entry.rows:,}" if entry.left is None else f"{entry.left:,} of {entry.rows:,}"
    name, which = title(entry.section)
    return line(Span(name, "title"), Span(f"  {number}{f'  {which}' if which else ''}", "dim"))


def title(section: Section) -> tuple[str, str]:
    """What a section is called, and which of its values are shown ("" is all)."""
    return section.capitalize(), WHICH.get(section, "")


def value_text(value: Value, row: ComparedRow, symbols: Symbols = UNICODE) -> Line:
    """One value in one line, "-" where there is none."""
    if value is None:
        return (Span("-", "dim"),)
    if isinstance(value, float):
        return (Span(words_of(value, row)),)
    if row.section == "environment" and row.key == "git commit" and value.isalnum():
        return (Span(short_sha(value), "hash"),)
    return (Span(safe(value, symbols)),) if value.strip() else (Span(repr(value) if value else EMPTY, "dim"),)


def words_of(value: float, row: ComparedRow) -> str:
    """A number, a moment or a length of time."""
    if row.kind == "time":
        return moment(value, row.values)
    return took(0, round(value * 1000), 0) if is_duration(row) else number(value)


def is_duration(row: ComparedRow) -> bool:
    """Whether the numbers of a row are seconds."""
    return row.section == "environment" and row.kind == "number"


def moment(value: float, among: Sequence[Value]) -> str:
    """Epoch ms as local date and time to the minute; all of a row to the second or the millisecond where only those
    tell two of them apart."""
    text = stamp(int(value))
    times = {other for other in (value, *among) if isinstance(other, float)}
    if ":" not in text or len({stamp(int(each)) for each in times}) == len(times):
        return text
    text += f":{value // 1000 % 60:02.0f}"
    return text if len({each // 1000 for each in times}) == len(times) else f"{text}.{value % 1000:03.0f}"


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
    role = "dim" if row.goal is None else "good" if (found.absolute > 0) == (row.goal == "max") else "bad"
    if is_duration(row):
        return Span(longer(found.absolute), role), percent(found.percent)
    text = difference(float(value), float(base)) if metric else short(found.absolute, DIFFERENCE, "+")
    return Span(text, role), percent(found.percent)


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
        value = value_text(row.values[at], row, symbols)
        if best:
            value = tuple(Span(span.text, "good") for span in value)
        told = delta_text(comparison, row, at)
        if told is None:
            return line(mark, *(value if whole else cut_line(value, LONG, symbols.more)))
        absolute, relative = told
        if not whole:
            value = tuple(Span(few_digits(span.text, symbols.more), span.role) for span in value)
            absolute = Span(fitting(absolute.text), absolute.role)
        blank = Span(" " * max(1, VALUE + 1 - sum(cells(span.text) for span in value)))
        behind = Span(f"{' ' * max(1, DIFFERENCE + 1 - cells(absolute.text))}{relative}" if relative else "", "dim")
        return line(mark, *value, blank, absolute, behind)

    return show


def _key(entry: Entry, *, symbols: Symbols, whole: bool) -> Line:
    if entry.row is None:
        return heading(entry)
    text = safe(entry.row.key, symbols) or EMPTY
    return (Span("  "), Span(text if whole else cut(text, LONG, symbols.more)))


def _words(entry: Entry) -> str:
    """What `/` looks through: keys, of a heading nothing."""
    return entry.row.key if entry.row else ""


def _by_key(entry: Entry) -> SortKey:
    return by_text(entry.id)


def _by_value(entry: Entry, at: int) -> SortKey:
    value = entry.row.values[at] if entry.row else None
    return MISSING if value is None else by_number(value) if isinstance(value, float) else by_text(value)
