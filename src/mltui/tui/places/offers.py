"""What of a place can be copied, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mltui.present.copied import heading, pasted, rows_markdown, rows_tsv, up_to
from mltui.present.marks import count
from mltui.present.rows import Rows
from mltui.present.text import plain, safe
from mltui.tui.clipboard import CAP

#: The key of the offer that ``Y`` takes.
MARKDOWN: Final = "markdown"
#: A table in Markdown is for people to read: not more rows than this, and never more than a clipboard takes.
MOST_ROWS = 500
#: A copied value longer than this is not said (characters).
SAID = 40


@dataclass(frozen=True, slots=True)
class Copy:
    """A text for the clipboard, and what it is, as one says it. `instead` says where a longer one can be had whole."""

    text: str
    told: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to copy. `about` shows what would be copied; `make` makes it, in a worker thread."""

    key: str
    title: str
    about: str
    make: Callable[[], Copy]


def offers_of(rows: Rows[Any], at: int) -> Sequence[Offer]:
    """The offers of any table with the cursor on row `at`, as it is shown; () without rows."""
    if not len(rows):
        return ()
    total = count(len(rows), "row")
    cells = zip(rows.columns, (plain(cell) for cell in rows.row(at).cells), strict=True)
    return (
        Offer(MARKDOWN, "table as Markdown", total, lambda: markdown_copy(rows_markdown(rows), len(rows), "row")),
        Offer("tsv", "table as TSV", total, lambda: Copy(rows_tsv(rows, range(len(rows))), f"{total} as TSV")),
        Offer("row", "row as TSV", "with its header", lambda: Copy(rows_tsv(rows, [at]), "the row as TSV")),
        *(value_offer(f"cell {column.key}", heading(column), text) for column, text in cells if text),
    )


def markdown_copy(table: str, rows: int, thing: str, instead: str = "") -> Copy:
    """A Markdown table of so many rows, as much of it as is worth copying; `instead`: where the rest can be had."""
    text, kept = up_to(table, MOST_ROWS, CAP)
    total = count(rows, thing)
    rest = f"; {instead}" if instead else ""
    return Copy(text, f"{total} as Markdown" if kept == rows else f"the first {kept:,} of {total} as Markdown{rest}")


def value_offer(key: str, title: str, value: str) -> Offer:
    """One value, whole."""
    told = f"{safe(title)} {safe(value)}" if len(value) <= SAID else f"{safe(title)}, {count(len(value), 'character')}"
    return Offer(key, title, value, lambda: Copy(pasted(value), told))
