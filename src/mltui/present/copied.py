"""Rows as texts that are pasted elsewhere: Markdown, and TSV for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from mltui.present import markdown
from mltui.present.rows import Column, Rows
from mltui.present.text import plain, safe

T = TypeVar("T")


def rows_markdown(rows: Rows[T]) -> str:
    """All rows with all their columns as a Markdown table, as they are shown."""
    aligns = "".join("r" if column.align == "right" else "l" for column in rows.columns)
    heads = [markdown.cell(heading(column)) for column in rows.columns]
    shown = (rows.row(at).cells for at in range(len(rows)))
    return markdown.table(heads, ([markdown.cell(plain(cell)) for cell in cells] for cells in shown), aligns)


def rows_tsv(rows: Rows[T], places: Iterable[int]) -> str:
    """The rows at `places` under a header, as they are shown."""
    head = [heading(column) for column in rows.columns]
    return tsv(head, ([plain(cell) for cell in rows.row(at).cells] for at in places))


def heading(column: Column) -> str:
    """What stands above a column; its own name where that is a symbol's, which has none."""
    return column.label or column.key.rpartition(".")[2]


def tsv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Tab-separated values, one line a row: https://www.iana.org/assignments/media-types/text/tab-separated-values.

    That format knows neither quotes nor escapes: a tab or a line break inside a value becomes its picture (␉ ␊), and so
    does every other control character, which a terminal that this is pasted into would obey.
    """
    return "".join("\t".join(map(safe, row)) + "\n" for row in (head, *rows))


def pasted(text: str) -> str:
    """A value from outside as it is, with its tabs and line breaks; other control characters are shown."""
    return "\n".join("\t".join(map(safe, line.split("\t"))) for line in text.replace("\r\n", "\n").split("\n"))


def up_to(table: str, rows: int, size: int) -> tuple[str, int]:
    """A Markdown table cut to at most so many rows and bytes (UTF-8), and how many rows that left; whole rows only."""
    kept: list[str] = []
    room = size
    for line in table.split("\n")[:-1]:
        room -= len(line.encode(errors="replace")) + 1
        if len(kept) == rows + 2 or room < 0:
            break
        kept.append(f"{line}\n")
    return "".join(kept), max(0, len(kept) - 2)
