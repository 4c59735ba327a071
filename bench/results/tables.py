"""The same tables for a terminal and for the page: the design's measures in its order, what lies beyond, and growth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.design import ROWS, row_of
from bench.measure import Grown
from bench.results.kept import Machine
from bench.results.numbers import HEADINGS, row, size, spread

Table = list[tuple[str, ...]]


def design(machine: Machine) -> Table:
    """Every row of DESIGN section 8, with the figures that belong to it; one that has none says so."""
    table: Table = [HEADINGS]
    figures = [figure for measured in machine.measures.values() for figure in measured.figures]
    for at, (name, measure) in enumerate(ROWS):
        found = [row(figure) for figure in figures if row_of(figure.what) == at]
        missing = (name, f"not measured (make bench: {measure})", "", "", "", "", "")
        table += found or [missing]
    return table


def beyond(machine: Machine) -> Table:
    """What is measured besides."""
    figures = [figure for measured in machine.measures.values() for figure in measured.figures]
    return [HEADINGS, *(row(figure) for figure in figures if row_of(figure.what) is None)]


def growth(machine: Machine) -> dict[str, Table]:
    """Axis -> a line for each thing that grows with it, a column for each size, and how it grew over all."""
    grown = [one for measured in machine.measures.values() for one in measured.grown]
    return {axis: _grown(axis, [one for one in grown if one.axis == axis]) for axis in order(one.axis for one in grown)}


def _grown(axis: str, grown: Sequence[Grown]) -> Table:
    sizes = sorted({one.size for one in grown})
    first, last = sizes[0], sizes[-1]
    said = f"grew, from {size(first)} to {size(last)}" if last > first else ""
    table: Table = [("", *(f"{size(each)} {axis}" for each in sizes), said)]
    for what in order(one.what for one in grown):
        by_size = {one.size: one for one in grown if one.what == what}
        cells = [spread(by_size[each].taken, by_size[each].unit) if each in by_size else "" for each in sizes]
        both = last > first and first in by_size and last in by_size and by_size[first].taken > 0
        table.append((what, *cells, f"{by_size[last].taken / by_size[first].taken:.1f}x" if both else ""))
    return table


def missed(machine: Machine) -> list[str]:
    """What was not as good as it has to be, and what could not be measured, in sentences."""
    said = []
    for measured in machine.measures.values():
        if measured.failed:
            said.append(f"{measured.name}: failed: {measured.failed}")
        for figure in measured.figures:
            if not figure.met:
                _, ours, _, against, ratio, goal, _ = row(figure)
                said.append(f"{figure.what}: {ours}" + (f", {ratio} against {against}" if ratio else "") + f"; {goal}")
    return said


def order(names: Iterable[str]) -> list[str]:
    """Each once, as they came."""
    return list(dict.fromkeys(names))


def in_columns(table: Table) -> list[str]:
    """For a terminal."""
    widths = [max(len(line[at]) for line in table) for at in range(len(table[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]


def in_markdown(table: Table) -> list[str]:
    head, *lines = table
    rule = ["---"] * len(head)
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in (head, rule, *lines)]
