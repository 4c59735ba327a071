"""A comparison outside the screen: printed, as Markdown, as a JSON document."""

from __future__ import annotations

from typing import Any

from mltui.model.compare import ComparedRow, Comparison, Value
from mltui.present import jsonable, markdown
from mltui.present.compare import Entry, compare_rows, delta_text, entries, title, value_text
from mltui.present.compare_titles import titles
from mltui.present.layout import ALIGNED, cut_line, fitting, grid, width_of
from mltui.present.runs_machine import ATTRIBUTES, life_document
from mltui.present.text import UNICODE, Line, Span, Symbols, line, plain

#: Terminal columns of a key and of a value on a terminal; in a pipe nothing is cut.
KEY, CELL = 32, 36
GAP = 2


def printed(comparison: Comparison, symbols: Symbols, width: int | None = None) -> list[Line]:
    """The table under the runs' names. In `width` terminal columns as many runs side by side as have room, the others
    below, keys again before them; None prints one table and cuts nothing."""
    rows = compare_rows(comparison, symbols, whole=width is None)
    heads = [line(Span(column.label, "title")) for column in rows.columns[1:]]
    built = [rows.cells(at) for at in range(len(rows))]
    keys = [cells[0] if width is None else cut_line(cells[0], KEY, symbols.more) for cells in built]
    columns = [[line(" ", *head), *(cells[at + 1] for cells in built)] for at, head in enumerate(heads)]
    if width is not None:
        columns = [[cut_line(cell, CELL, symbols.more) for cell in column] for column in columns]
    first = max((width_of(key) for key in keys), default=0)
    lines: list[Line] = []
    left = list(columns)
    while left:
        wide = [max(map(width_of, column)) for column in left]
        taken = len(left) if width is None else fitting(wide, width - first, GAP)
        block = [[(), *keys], *left[:taken]]
        left = left[taken:]
        table = grid(list(zip(*block, strict=True)), aligned=0 if width is not None else ALIGNED)
        lines += [(), *table] if lines else table
    if not built:
        lines.append(line(Span("These runs do not differ.", "note")))
    return [*lines, (), line(Span(legend(comparison, symbols), "note"))]


def legend(comparison: Comparison, symbols: Symbols) -> str:
    """What the marks mean; that of the best only where something is marked."""
    best = f"  {symbols.best} best" if any(row.best for row in comparison.rows) else ""
    return f"{symbols.mark} baseline{best}"


def as_markdown(comparison: Comparison, symbols: Symbols = UNICODE) -> str:
    """A table of every row, whole, a bold line before each section."""
    names = [markdown.cell(name) for name in titles(comparison.runs, width=None, gone=comparison.gone)]
    names[comparison.baseline] += f" {symbols.mark}"
    rows = [_markdown_row(comparison, entry, symbols) for entry in entries(comparison)]
    return f"{markdown.table(['', *names], rows)}\n{markdown.cell(legend(comparison, symbols))}\n"


def as_document(comparison: Comparison) -> dict[str, Any]:
    """What `mltui compare --json` prints (``schema/compare.schema.json``). Every list of a row has one entry a run, in
    the order of `runs`; null is missing."""
    return {
        "schema": 1,
        "baseline": comparison.runs[comparison.baseline].run_id,
        "runs": [
            {**{name: getattr(run, name) for name in ATTRIBUTES}, "life": life_document(run.life)}
            for run in comparison.runs
        ],
        "rows": [_row_document(comparison, row) for row in comparison.rows],
    }


def _markdown_row(comparison: Comparison, entry: Entry, symbols: Symbols) -> list[str]:
    row = entry.row
    if row is None:
        return [f"**{', '.join(filter(None, title(entry.section)))}**", *([""] * len(comparison.runs))]
    return [markdown.cell(row.key), *(_markdown_cell(comparison, row, at, symbols) for at in range(len(row.values)))]


def _markdown_cell(comparison: Comparison, row: ComparedRow, at: int, symbols: Symbols) -> str:
    value = row.values[at]
    text = markdown.cell(value if isinstance(value, str) and value.strip() else plain(value_text(value, row)))
    words = [f"**{text}** {symbols.best}" if at in row.best else text]
    if (told := delta_text(comparison, row, at)) is not None and told[1]:
        words.append(f"({told[0].text}, {told[1]})")
    return " ".join(words)


def _row_document(comparison: Comparison, row: ComparedRow) -> dict[str, Any]:
    deltas = [comparison.delta(row, at) for at in range(len(row.values))]
    return {
        "section": row.section,
        "key": row.key,
        "values": [_value(row, value) for value in row.values],
        "differs": row.differs,
        "goal": row.goal,
        "best": sorted(row.best),
        "deltas": [each and {"absolute": each.absolute, "percent": each.percent} for each in deltas],
    }


def _value(row: ComparedRow, value: Value) -> Any:
    if isinstance(value, float):
        return int(value) if row.kind == "time" else jsonable.number(value)
    return value
