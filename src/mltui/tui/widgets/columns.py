"""How wide the columns of a table are, and which ones stay when there is no room for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mltui.present.rows import Column, Row
from mltui.present.text import plain

#: Blank columns between two cells.
GAP = 2


@dataclass(frozen=True, slots=True)
class Fit:
    """Which columns are drawn how wide: pairs of an index and a width, from left to right.

    `hidden` counts those that found no room. `width` is that of the whole line, gaps included.
    """

    shown: tuple[tuple[int, int], ...]
    hidden: int
    width: int


def natural_widths(columns: Sequence[Column], rows: Iterable[Row]) -> list[int]:
    """The width each column wants: that of its widest cell among `rows` and its label with a sort mark.

    `Column.width` is the most a column gets, and the least of one that flexes.
    """
    widest = [len(column.label) + 2 for column in columns]
    for row in rows:
        for at, cell in enumerate(row.cells[: len(widest)]):
            widest[at] = max(widest[at], cell_len(plain(cell)))
    return [
        max(column.width, want) if column.flex else max(min(column.width, want), len(column.label))
        for want, column in zip(widest, columns, strict=True)
    ]


def fit(columns: Sequence[Column], widths: Sequence[int], available: int, everything: bool = False) -> Fit:
    """Lay the columns out in `available` characters.

    The columns of the highest rank go first until the rest fits with the flexible ones at their least. No column grows
    beyond its content: a name stays near its numbers. With `everything` none goes and the line may be wider than the
    screen.
    """
    order = list(range(len(columns)))
    if not everything:
        least = [min(columns[at].width, widths[at]) if columns[at].flex else widths[at] for at in order]
        while sum(least[at] + GAP for at in order) - GAP > available:
            last = max(order, key=lambda at: (columns[at].rank, at), default=None)
            if last is None or columns[last].rank == 0:
                break
            order.remove(last)
    result = {at: widths[at] for at in order}
    flexible = [at for at in order if columns[at].flex]
    spare = available - _line(result)
    if spare < 0 and not everything:
        _share(result, flexible, columns, spare)
    return Fit(tuple(result.items()), len(columns) - len(order), _line(result))


def _line(widths: dict[int, int]) -> int:
    return sum(widths.values()) + GAP * max(0, len(widths) - 1)


def _share(result: dict[int, int], flexible: list[int], columns: Sequence[Column], spare: int) -> None:
    """Take what is missing from the flexible columns, the widest first, down to their least."""
    for at in sorted(flexible, key=result.__getitem__, reverse=True):
        cut = min(-spare, max(0, result[at] - columns[at].width))
        result[at] -= cut
        spare += cut
