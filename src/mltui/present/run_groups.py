"""Runs under headings: those that agree in a param, tag, commit or attribute, or nested ones below their parents.

Grouping is the last step: it takes rows that are filtered and ordered, and keeps their order. A group stands where its
first member stood, so that an order by the best metric puts the group with the best run first.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from mltui.model.columns import ColumnSpec, parse_column
from mltui.model.picks import mean
from mltui.model.run_attributes import value_of
from mltui.model.runs import PARENT_TAG, Run
from mltui.present.layout import cells
from mltui.present.marks import count, run_mark, value_span
from mltui.present.rows import MISSING, Cell, Rows
from mltui.present.run_scene import RunScene
from mltui.present.text import Line, Span, ago, line, safe

#: Nested runs are moved to the right at most so many times: the name must stay in sight.
DEEPEST = 8
#: Where a value is longer than so many columns the number of runs stands before all of them: a table of 80 columns has
#: room for no more beside it.
LONG = 14
#: What begins the key of a heading: no run id of a store holds it.
HEADING = "\0"
_BY_PARENT = (ColumnSpec("tags", PARENT_TAG), ColumnSpec("attributes", "parent"))


@dataclass(frozen=True, slots=True)
class RunGroup:
    """A heading: the runs that have the same `value` of a column (None: those that have none), in their order."""

    key: str
    spec: ColumnSpec
    value: str | None
    members: tuple[Run, ...]

    def statuses(self) -> Mapping[str, int]:
        """How many of its runs have which status, the commonest first."""
        return dict(Counter(run.status for run in self.members).most_common())


Item = Run | RunGroup


def grouped(rows: Rows[Run], by: str, scene: RunScene, folded: Collection[str] = frozenset()) -> Rows[Item]:
    """`Grouping.folded` of these."""
    return Grouping(rows, by, scene).folded(folded)


class Grouping:
    """`rows` with a heading above the runs that agree in the column `by` (its id), or nested below their parents.

    Which runs agree, and what a heading says of its runs, is found once: of a hundred thousand it takes half a second,
    and who folds groups away does that several times. An unknown column, and "", change nothing.
    """

    def __init__(self, rows: Rows[Run], by: str, scene: RunScene) -> None:
        try:
            self._spec = parse_column(by).plain() if by else None
        except ValueError:
            self._spec = None
        self._rows, self._scene = rows, scene
        self._runs = [rows.item(index) for index in range(len(rows))]
        grouping = self._spec is not None and self._spec not in _BY_PARENT
        self._groups = _groups(self._runs, self._spec, scene) if grouping and self._spec is not None else []
        self._made: dict[tuple[str, str], Line] = {}
        self._long = any(cells(_title(group, scene)[0]) > LONG for group in self._groups)

    def folded(self, folded: Collection[str]) -> Rows[Item]:
        """With the members hidden of `folded`: keys of headings, or ids of parents. `Rows.folds` of the result says
        which rows can be folded, and whether they are."""
        if self._spec is None:
            return cast("Rows[Item]", self._rows)
        if self._spec in _BY_PARENT:
            return _nested(self._rows, self._runs, self._scene, folded)
        folds = {group.key: group.key in folded for group in self._groups}
        items: list[Item] = []
        for group in self._groups:
            items.append(group)
            if not folds[group.key]:
                items += group.members
        fields = tuple(self._under_heading(cell, folds) for cell in self._rows.fields)
        return Rows(fields, items, key_of, partial(_words, self._rows.words), search_cells=False, folds=folds)

    def _under_heading(self, cell: Cell[Run], folds: Mapping[str, bool]) -> Cell[Item]:
        column = cell.column.key

        def show(item: Item) -> Line:
            if isinstance(item, RunGroup):
                return self._heading(column, item, folded=folds[item.key])
            shown = cell.show(item)
            return (Span("  "), *shown) if column == "attributes.name" else shown

        return Cell(cell.column, show, lambda item: MISSING if isinstance(item, RunGroup) else cell.sort(item))

    def _heading(self, column: str, group: RunGroup, *, folded: bool) -> Line:
        if column == "attributes.status":
            return (Span(self._scene.symbols.folded if folded else self._scene.symbols.unfolded, "accent"),)
        if (made := self._made.get((column, group.key))) is None:
            made = self._made[column, group.key] = _heading(column, group, self._scene, long=self._long)
        return made


def key_of(item: Item) -> str:
    """The row key: a run's id, or a heading's own, which is no run's."""
    return item.key if isinstance(item, RunGroup) else item.run_id


def members_of(rows: Rows[Item], key: str) -> tuple[str, ...]:
    """The ids of the runs that a row stands for: a heading's members, also folded ones; else the run itself."""
    item = next((each for each in rows.items if key_of(each) == key), None)
    if item is None:
        return ()
    return tuple(run.run_id for run in item.members) if isinstance(item, RunGroup) else (item.run_id,)


def _words(words: Callable[[Run], str], item: Item) -> str:
    return (item.value or "") if isinstance(item, RunGroup) else words(item)


# Groups


def _groups(runs: Sequence[Run], spec: ColumnSpec, scene: RunScene) -> list[RunGroup]:
    """By the first of each, those without a value at the end. NaN equals NaN."""
    found: dict[str | None, list[Run]] = {}
    for run in runs:
        if spec.family == "metrics":
            number = scene.metric(run, spec)
            value = None if number is None else repr(number)
        elif spec.key == "models" and spec.family == "attributes":
            value = ", ".join(scene.versions.get(run.run_id, ())) or None
        else:
            known = value_of(run, spec)
            value = None if known is None else str(known)
        found.setdefault(value, []).append(run)
    groups = [
        RunGroup(f"{HEADING}{spec.id}{'' if value is None else HEADING + value}", spec, value, tuple(members))
        for value, members in found.items()
    ]
    return sorted(groups, key=lambda group: group.value is None)


def _heading(column: str, group: RunGroup, scene: RunScene, *, long: bool) -> Line:
    """A heading's cell: its value and counts as the name, its newest start, and of metrics the best or the mean.

    What is cut off first is what all headings have alike. `long`: the value is, and stands behind the number of runs.
    """
    if column == "attributes.name":
        value, key = _title(group, scene)
        first = (Span(value, "title"), Span(count(len(group.members), "run"), "dim"))
        one, other = reversed(first) if long else first
        return line(one, "  ", other, Span(f"  {key}" if key else "", "dim"), " ", *_statuses(group, scene))
    if column == "attributes.start":
        newest = max((run.start for run in group.members if run.start is not None), default=None)
        return line(Span(ago(newest, scene.now), "dim"))
    spec = parse_column(column)
    return _summary(spec, group, scene) if spec.family == "metrics" and not spec.against else ()


def _title(group: RunGroup, scene: RunScene) -> tuple[str, str]:
    """The value, a commit in seven digits, a time as an age; and whose it is, which comes behind the number of runs:
    where the column is narrow, the key of all headings would leave no room for what tells them apart."""
    name = group.spec.key
    if group.value is None:
        return f"no {safe(name)}", ""
    value = safe(group.value)
    if group.spec.family == "attributes" and group.spec.key == "commit":
        value = value[:7]
    elif group.spec.family == "attributes" and group.spec.key in ("start", "end"):
        value = ago(int(group.value), scene.now)
    return (value, safe(name)) if value else (f"{safe(name)} is empty", "")


def _statuses(group: RunGroup, scene: RunScene) -> Iterator[Span]:
    """How many of its runs have which status, in its symbol."""
    marks = Counter(run_mark(run, scene.symbols) for run in group.members)
    for mark, number in marks.most_common():
        yield Span(f" {mark.text}{number:,}", mark.role)


def _summary(spec: ColumnSpec, group: RunGroup, scene: RunScene) -> Line:
    """The best of the members where the direction is known; else their mean, which needs none."""
    values = [
        value for run in group.members if (value := scene.metric(run, spec)) is not None and not math.isnan(value)
    ]
    if not values:
        return ()
    goal = scene.goal(spec.key)
    if goal is None:
        return line(Span("mean ", "dim"), value_span(mean(values)))
    return line(Span("best ", "dim"), value_span(max(values) if goal == "max" else min(values)))


# Nested runs


def _nested(rows: Rows[Run], runs: Sequence[Run], scene: RunScene, folded: Collection[str]) -> Rows[Item]:
    """Each run below its parent. One whose parent is not there stands by itself; so does the first of a circle."""
    parents = _parents(runs)
    children: dict[int | None, list[int]] = {}
    for place in range(len(runs)):
        children.setdefault(parents.get(place), []).append(place)
    first = _first(parents, children)
    folds = {runs[place].run_id: runs[place].run_id in folded for place in children if place is not None}
    shown: list[Item] = []
    depths: dict[str, int] = {}

    def open_below(place: int | None, depth: int) -> list[tuple[int, int]]:
        return [(child, depth) for child in sorted(children.get(place, ()), key=first.__getitem__, reverse=True)]

    stack = open_below(None, 0)
    while stack:
        place, depth = stack.pop()
        run = runs[place]
        shown.append(run)
        depths[run.run_id] = depth
        if not folds.get(run.run_id, True):
            stack += open_below(place, depth + 1)
    fields = tuple(_in_tree(cell, scene, depths, folds) for cell in rows.fields)
    return Rows(fields, shown, key_of, partial(_words, rows.words), search_cells=False, folds=folds)


def _parents(runs: Sequence[Run]) -> dict[int, int]:
    """The place of each run's parent, by its own place; circles are cut above the first of their runs."""
    at = {run.run_id: place for place, run in enumerate(runs)}
    found = {place: at[key] for place, run in enumerate(runs) if (key := run.tags.get(PARENT_TAG, "")) in at}
    settled: set[int] = set()
    for start in tuple(found):
        path: dict[int, int] = {}
        place: int | None = start
        while place is not None and place not in settled and place not in path:
            path[place] = len(path)
            place = found.get(place)
        if place in path:
            circle = [each for each, length in path.items() if length >= path[place]]
            del found[min(circle)]
        settled.update(path)
    return found


def _first(parents: Mapping[int, int], children: Mapping[int | None, Sequence[int]]) -> dict[int, int]:
    """Where the first of each run and all below it stands: a parent stands where the best of its runs would."""
    walked: list[int] = []
    stack = list(children.get(None, ()))
    while stack:
        place = stack.pop()
        walked.append(place)
        stack += children.get(place, ())
    first = {place: place for place in walked}
    for place in reversed(walked):
        if (parent := parents.get(place)) is not None:
            first[parent] = min(first[parent], first[place])
    return first


def _in_tree(cell: Cell[Run], scene: RunScene, depths: Mapping[str, int], folds: Mapping[str, bool]) -> Cell[Item]:
    symbols = scene.symbols

    def show(item: Item) -> Line:
        assert not isinstance(item, RunGroup)
        shown = cell.show(item)
        if cell.column.key != "attributes.name":
            return shown
        folded = folds.get(item.run_id)
        mark = "" if folded is None else symbols.folded if folded else symbols.unfolded
        depth = min(depths.get(item.run_id, 0), DEEPEST)
        return (Span("  " * depth + (f"{mark} " if mark else "")), *shown)

    return Cell(cell.column, show, cell.sort)  # type: ignore[arg-type]
