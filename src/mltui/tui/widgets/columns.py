"""How wide the columns of a table are, and which ones stay when there is no room for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len

from mltui.present.rows import Column, Row
from mltui.present.text import plain

#: Blank columns between two cells.
GAP = 2
#: What is left of a column, mark included, where not even the least of all has room.
NARROWEST = 4
#: A flexible column of this many characters can be read: names of runs and models are seldom longer.
READABLE = 22


@dataclass(frozen=True, slots=True)
class Fit:
    """Which columns are drawn how wide: pairs of an index and a width, from left to right.

    `hidden` counts those that found no room, `left` those of them that were left behind on the way to the right.
    `width` is that of the whole line, gaps included.
    """

    shown: tuple[tuple[int, int], ...]
    hidden: int
    width: int
    left: int = 0


def natural_widths(columns: Sequence[Column], rows: Iterable[Row]) -> list[int]:
    """The width each column's content wants: that of its widest cell among `rows` and its label."""
    widest = [len(column.label) for column in columns]
    for row in rows:
        for at, cell in enumerate(row.cells[: len(widest)]):
            widest[at] = max(widest[at], cell_len(plain(cell)))
    return [column.width if column.fixed else width for column, width in zip(columns, widest, strict=True)]


def fit(columns: Sequence[Column], widths: Sequence[int], available: int) -> Fit:
    """Lay the columns out in `available` characters; `widths` are those their content wants (`natural_widths`).

    The columns of the highest rank go first until the flexible ones, the names, can be read; of rank 0 and 1 none goes
    for that, only where not even the least of the flexible ones has room. What is left over goes to columns that are
    cut, the most important first, equally to those of one rank; none grows beyond its content: a name stays near its
    numbers.
    """
    wished = [_wished(column, want) for column, want in zip(columns, widths, strict=True)]
    order = list(range(len(columns)))
    floors = [min(column.width, _natural(column, want)) for column, want in zip(columns, widths, strict=True)]
    readable = [
        min(max(column.width, column.enough or READABLE), _natural(column, want))
        for column, want in zip(columns, widths, strict=True)
    ]
    for leasts, kept in ((readable, 1), (floors, 0)):
        least = [leasts[at] if column.flex else wished[at] for at, column in enumerate(columns)]
        _drop(order, columns, least, available, kept)
    result = {at: wished[at] for at in order}
    spare = available - _line(result)
    if spare < 0:
        _share(result, [at for at in order if columns[at].flex], floors, spare)
        _share(result, order, [NARROWEST] * len(columns), available - _line(result))
    _widen(result, widths, columns, order, spare)
    return Fit(tuple(result.items()), len(columns) - len(order), _line(result))


def fit_from(columns: Sequence[Column], widths: Sequence[int], available: int, first: int) -> Fit:
    """Lay the columns out with the names kept in sight and the others from number `first` on, as many as have room.

    The names are as wide as in `fit`, at most half of what there is. A column that has not room alone is cut.
    """
    kept = _in_sight(columns, widths, available)
    compact = dict(fit(columns, widths, available).shown)
    wished = [_wished(column, want) for column, want in zip(columns, widths, strict=True)]
    result = {at: compact.get(at, wished[at]) for at in range(kept)}
    if (named := titles(columns)) and kept:
        beside = _line({at: width for at, width in result.items() if at != named - 1})
        most = max(available // 2 - beside - GAP, columns[named - 1].width if columns[named - 1].flex else 1)
        result[named - 1] = min(result[named - 1], most)
    for at in range(max(first, kept), len(columns)):
        room = available - _line(result) - GAP
        if at > first and room < (columns[at].width if columns[at].flex else wished[at]):
            break
        result[at] = max(1, min(wished[at], room))
    _widen(result, widths, columns, [at for at in result if at >= kept], available - _line(result))
    left = max(first, kept) - kept
    return Fit(tuple(result.items()), len(columns) - len(result), _line(result), left)


def names(columns: Sequence[Column]) -> int:
    """How many columns stay in sight whatever is looked at: the marks in front, the first one that has a title, and
    the pinned ones that follow it."""
    kept = titles(columns)
    while kept < len(columns) and columns[kept].pinned:
        kept += 1
    return kept


def titles(columns: Sequence[Column]) -> int:
    """The marks in front, and the first column that has a title."""
    titled = next((at for at, column in enumerate(columns) if column.label), None)
    return 0 if titled is None else titled + 1


def _in_sight(columns: Sequence[Column], widths: Sequence[int], available: int) -> int:
    """Those of `names` for which there is room beside a column looked at: two thirds of it all."""
    kept = names(columns)
    wished = [_wished(column, want) for column, want in zip(columns[:kept], widths[:kept], strict=True)]
    named = titles(columns)
    if named:
        wished[named - 1] = min(wished[named - 1], columns[named - 1].width)
    while kept > named and sum(wished[:kept]) + GAP * kept > available * 2 // 3:
        kept -= 1
    return kept


def right_of(
    columns: Sequence[Column], widths: Sequence[int], available: int, laid: Fit, first: int | None
) -> int | None:
    """The `first` of `fit_from` that brings the next column into sight, with as few left behind as possible.

    `laid` is what is on screen; `first` is its own, None if it comes from `fit`. Unchanged at the right end.
    """
    shown = [at for at, _ in laid.shown]
    after = -1 if first is None else max(shown, default=0)
    wanted = next((at for at in range(len(columns)) if at > after and at not in shown), None)
    if wanted is None:
        return first
    before = range(names(columns), wanted)
    fitting = (at for at in before if wanted in dict(fit_from(columns, widths, available, at).shown))
    return next(fitting, wanted)


def left_of(columns: Sequence[Column], first: int | None) -> int | None:
    """The `first` of `fit_from` one column before; None, for `fit`, where nothing would be left behind."""
    return first - 1 if first is not None and first - 1 > names(columns) else None


def revealing(
    columns: Sequence[Column], widths: Sequence[int], available: int, laid: Fit, first: int | None, *, at: int
) -> int | None:
    """The `first` of `fit_from` (None: of `fit`) that brings column `at` into sight, moving as little as possible.

    `laid` is what is on screen; `first` is its own, unchanged where the column is in sight already.
    """
    shown = [each for each, _ in laid.shown]
    if at in shown:
        return first
    if at <= names(columns) and at in dict(fit(columns, widths, available).shown):
        return None
    if at < max(shown, default=0):
        return at
    before = range(names(columns), at)
    return next((each for each in before if at in dict(fit_from(columns, widths, available, each).shown)), at)


def number_at(laid: Fit, x: int) -> int | None:
    """The number of the column drawn at `x`, the gap behind it taken as its own; None behind the last one."""
    left = 0
    for at, width in laid.shown:
        if left <= x < left + width + GAP:
            return at
        left += width + GAP
    return None


def _widen(
    result: dict[int, int], widths: Sequence[int], columns: Sequence[Column], cut: Iterable[int], spare: int
) -> None:
    """Give what is left over to columns that are `cut`: the lowest rank first, those of one rank the same."""
    for _, group in groupby(sorted(cut, key=lambda at: (columns[at].rank, at)), lambda at: columns[at].rank):
        # those that lack the least first: what they don't take is shared by the others
        lacking = sorted((max(0, widths[at] - result[at]), at) for at in group)
        for number, (lack, at) in enumerate(lacking):
            given = min(lack, max(0, spare) // (len(lacking) - number))
            result[at] += given
            spare -= given


def _wished(column: Column, want: int) -> int:
    """`Column.width` is the most a column gets where room is short, and the least of one that flexes: less than that it
    has only where it is not filled."""
    want = _natural(column, want)
    if column.fixed:
        return column.width
    if column.flex:
        return max(column.width, want)
    return max(min(column.width, want), 0 if column.terse else len(column.label))


def _natural(column: Column, want: int) -> int:
    """The width of the content; behind the label there is place for the mark of the order."""
    return column.width if column.fixed else max(want, len(column.label) + 2)


def _drop(order: list[int], columns: Sequence[Column], least: Sequence[int], available: int, kept: int) -> None:
    """Take columns of a rank above `kept` out of `order`, the highest first, until the rest fits."""
    while sum(least[at] + GAP for at in order) - GAP > available:
        last = max(order, key=lambda at: (columns[at].rank, at), default=None)
        if last is None or columns[last].rank <= kept:
            break
        order.remove(last)


def _line(widths: dict[int, int]) -> int:
    return sum(widths.values()) + GAP * max(0, len(widths) - 1)


def _share(result: dict[int, int], giving: list[int], floors: Sequence[int], spare: int) -> None:
    """Take what is missing from the columns that give, the widest first, down to their least."""
    for at in sorted(giving, key=result.__getitem__, reverse=True):
        cut = min(max(0, -spare), max(0, result[at] - floors[at]))
        result[at] -= cut
        spare += cut
