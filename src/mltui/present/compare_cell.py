"""One cell of a comparison, whole: the value, what it is against the baseline, and two long texts line by line."""

from __future__ import annotations

from difflib import unified_diff

from mltui.model.compare import ComparedRow, Comparison, Value
from mltui.present.compare import delta_text, is_duration, moment, words_of
from mltui.present.compare_titles import titles
from mltui.present.detail import field, fields, paragraphs, section
from mltui.present.text import EMPTY, Line, Span, line, safe

#: Texts of this many characters are compared line by line; shorter ones are seen to differ.
LONG = 60
#: Longer texts are not compared: it takes quadratic time (characters).
LONGEST = 100_000
_ROLES = {"+": "good", "-": "bad", "@": "dim"}


def cell_lines(comparison: Comparison, row: ComparedRow, at: int) -> list[Line]:
    """The value of the run at `at`, the baseline's and the difference, and the other runs' where all are short."""
    names = titles(comparison.runs, width=None, gone=comparison.gone)
    value, base = row.values[at], row.values[comparison.baseline]
    lines = _value(value, row)
    if at != comparison.baseline:
        told = delta_text(comparison, row, at)
        if told is not None and told[1]:
            lines += [(), line(told[0], f"  {told[1]}", Span("  against the baseline", "dim"))]
        elif value != base and isinstance(value, str) and isinstance(base, str) and max(len(value), len(base)) > LONG:
            lines += section("Against the baseline", _diff(base, value), names[comparison.baseline])
    if all(value is None or isinstance(value, float) or len(value) <= LONG for value in row.values):
        pairs = [field(Span(name), *_value(each, row)[0]) for name, each in zip(names, row.values, strict=True)]
        lines += section("All runs", fields(pairs))
    return lines


def copied(row: ComparedRow, at: int) -> str:
    """The value as it is, for the clipboard: a number with all its digits; "" where there is none."""
    value = row.values[at]
    return "" if value is None else value if isinstance(value, str) else _exact(value, row)


def _value(value: Value, row: ComparedRow) -> list[Line]:
    if value is None:
        return [line(Span("missing", "dim"))]
    if isinstance(value, float):
        if is_duration(row):
            return [line(words_of(value, row), Span(f"  {_exact(value, row)} s", "dim"))]
        return [line(moment(value, row.values) if row.kind == "time" else _exact(value, row))]
    if not value.strip():
        return [line(Span(repr(value) if value else EMPTY, "dim"))]
    return paragraphs(value) or [line(safe(value))]


def _exact(value: float, row: ComparedRow) -> str:
    if row.kind == "time":
        return str(int(value))
    return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _diff(base: str, value: str) -> list[Line]:
    """A unified diff without its two headings."""
    if max(len(base), len(value)) > LONGEST:
        return [line(Span("too long to be compared line by line", "note"))]
    told = list(unified_diff(base.splitlines(), value.splitlines(), lineterm="", n=2))[2:]
    return [line(Span(safe(each.expandtabs(4)), _ROLES.get(each[:1], ""))) for each in told]
