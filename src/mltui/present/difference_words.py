"""What is said of one row of a difference."""

from __future__ import annotations

from collections.abc import Iterator

from mltui.model.data_files import DirectoryChanges
from mltui.model.difference import CodeChange, Detail, NotRead, Row, Section, TableChange
from mltui.model.side import Datum
from mltui.present.marks import count
from mltui.present.text import EMPTY, Line, Role, Span, Symbols, line, number, safe, size

#: Names of columns or files that are told; the rest is counted.
NAMES = 3
_ROLES = {
    "dep": "a dependency",
    "script": "the run was started from it",
    "declares": "declares stages",
    "other": "no dependency",
}


def key_of(row: Row) -> str:
    """What stands before the values; of a file in a directory the end, set in."""
    return f"  {safe(row.key)}" if row.inside else safe(row.key)


def values(row: Row, symbols: Symbols) -> Line:
    """``0.1 → 0.05``; one value where both are the same; of code what happened to the file."""
    if isinstance(row.detail, CodeChange):
        text = "the same content" if row.changed is False else code_text(row.detail)
        return (Span(text, "dim" if row.changed is False else ""),)
    if row.inside or row.section == "commands":
        return () if row.changed else (Span("the same", "dim"),)
    old, new = value_text(row.old, row.section), value_text(row.new, row.section)
    if row.changed is False:
        return (Span(old, "dim"),)
    return (Span(old), Span(f" {symbols.arrow} ", "dim"), Span(new))


def value_text(value: str | float | None, section: Section) -> str:
    """One side's value in one line; "-" where it has none."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return number(value)
    shown = value[:7] if section == "code" else value
    return safe(shown) if shown.strip() else EMPTY


def mark(row: Row, symbols: Symbols) -> Line:
    """``◀ changed``, with what keeps it from being a cause for certain."""
    if row.section == "metrics" or row.changed is False:
        return ()
    if row.changed is None:
        return (Span(f"{symbols.unknown} not known", "unknown"),)
    if not row.used:
        return (Span(f"{symbols.changed} in the tree", "unknown"),)
    return (Span(f"{symbols.changed} changed", "dim" if row.role == "other" else "warn"),)


def note(row: Row, symbols: Symbols) -> Line:
    """What is worth knowing beside the values, dim but for what changed."""
    if isinstance(row.detail, CodeChange):
        edited = ", edited when it ran" if row.of else ""
        return (Span(f"{_ROLES[row.role or 'other']}{edited}", "dim"),)
    words = detail_words(row.detail) if row.detail is not None else []
    sizes = _sizes(row, symbols)
    spans = line(", ".join(words)) if words else ()
    around = [sizes, *_about(row)]
    about = ", ".join(filter(None, around))
    if about:
        spans = (*spans, Span(f"{', ' if spans else ''}{about}", "dim"))
    return spans


def _sizes(row: Row, symbols: Symbols) -> str:
    """Sizes, where nothing more could be said of the content."""
    one, other = row.data
    told = isinstance(row.detail, TableChange) or row.inside or not row.changed
    if told or one is None or other is None or one.size is None or other.size is None:
        return ""
    was, now = size(one.size), size(other.size)
    return was if one.size == other.size else f"{was} {symbols.arrow} {now}"


def _about(row: Row) -> Iterator[str]:
    """Who makes the data, and how it is known; where a requirement or a param stands."""
    if row.section == "data":
        if row.of and not row.inside:
            yield f"made by {safe(row.of)}"
        if not row.inside:
            yield _basis(row)
    elif row.section == "environment":
        yield safe(row.of)
    elif row.of:
        yield f"by {row.of}" if row.of == "dvc.lock" else f"as {safe(row.of)}"


def _basis(row: Row) -> str:
    """How it is known of each side; nothing of what commits hold, which is all there is to know."""
    one, other = row.data
    told = [_known(each) for each in (one, other)]
    if not row.used and row.changed:
        return ""  # its mark says so
    if all(each is None or each.basis == "in the tree" for each in row.data):
        plain = {each.how for each in row.data if each is not None and (each.hash is None or "disk" in each.how)}
        return safe(", ".join(sorted(plain)))
    return told[0] if told[0] == told[1] else f"{told[0]}, then {told[1]}"


def _known(datum: Datum | None) -> str:
    if datum is None:
        return "nothing known"
    return safe(datum.how) if datum.basis == "unknown" else datum.basis


def detail_words(detail: Detail) -> list[str]:
    """What changed inside, in a few words."""
    if isinstance(detail, TableChange):
        return table_words(detail)
    if isinstance(detail, DirectoryChanges):
        return directory_words(detail)
    return ["not compared"] if isinstance(detail, NotRead) else []


def table_words(change: TableChange) -> list[str]:
    """``+1,204 rows, 3 columns unchanged``; ``3 rows added, 2 removed``."""
    added, removed, unit = change.added, change.removed, change.unit
    if unit == "key":
        told = ((added, "added"), (removed, "removed"), (change.edited, "changed"))
        return [f"{count(number, unit)} {word}" for number, word in told if number] or ["the same keys and values"]
    words: list[str] = []
    if added and removed:
        words.append(
            f"{count(added, unit)} added, {removed:,} removed ({change.rows[0]:,} before, {change.rows[1]:,} now)"
        )
    elif added or removed:
        words.append(f"{'+' if added else '-'}{count(added or removed, unit)}")
    else:
        words.append(
            f"the same {unit}s in another order" if change.order else f"the same {count(change.rows[1], unit)}"
        )
    words += [f"{_names(change.columns_added, 'column')} added"] if change.columns_added else []
    words += [f"{_names(change.columns_removed, 'column')} removed"] if change.columns_removed else []
    if change.columns_same:
        other = "in another order" if change.moved else "unchanged"
        words.append(f"{count(change.columns_same, 'column')} {other}")
    return words


def directory_words(change: DirectoryChanges) -> list[str]:
    """``3 files added, file a.png removed, 12 files modified``."""
    words = []
    for kind, how_many in change.counts.items():
        told = change.of(kind)
        what = f"file {safe(told[0].path)}" if how_many == len(told) == 1 else count(how_many, "file")
        words.append(f"{what} {kind}")
    return [*words, f"{count(change.same, 'file')} unchanged"] if words and change.same else words or ["the same files"]


def _names(names: tuple[str, ...], thing: str) -> str:
    return f"{thing} {safe(names[0])}" if len(names) == 1 else count(len(names), thing)


def code_text(change: CodeChange) -> str:
    """``12 lines in 2 hunks``, ``new, 23 lines``, ``renamed from old.py``."""
    words = []
    if change.former:
        words.append(f"renamed from {safe(change.former)}")
    new = {"A": "new", "D": "deleted", "?": "new, not in git", "T": "another kind of file"}.get(change.status, "")
    words += [new] if new else []
    if change.binary:
        words.append("binary")
    elif change.lines:
        hunks = f" in {count(change.hunks, 'hunk')}" if change.hunks and not new else ""
        words.append(f"{count(change.lines, 'line')}{hunks}")
    return ", ".join(words) or "changed"


def removed_and_new(row: Row, symbols: Symbols) -> Iterator[tuple[str, Role]]:
    """A command before and now, a line each."""
    if row.section == "commands" and row.changed:
        for sign, value in (("-", row.old), ("+", row.new)):
            for text in str(value).splitlines() if value is not None else ():
                yield f"{sign} {safe(text, symbols)}", "dim" if sign == "-" else ""


def alike(section: Section, same: int, where: str = "") -> str:
    """What is said of rows that do not differ."""
    things = {"data": "dataset", "params": "param", "code": "file", "commands": "command", "environment": "package"}
    return f"{count(same, things.get(section, 'metric'))}{where} unchanged"
