"""How the table of runs is looked at: marks, columns, order, groups, a baseline; and named views of all that."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from mltui.errors import Refused
from mltui.model.champion import opponent
from mltui.model.columns import ColumnSpec, Order, TableView, parse_column
from mltui.model.key_names import key_of
from mltui.model.run_attributes import ColumnChoice
from mltui.model.runs import Run
from mltui.present.marks import count
from mltui.present.rows import Cell, Rows
from mltui.present.run_cells import cell_of, header_of
from mltui.present.run_groups import Grouping, members_of
from mltui.present.run_scene import RunScene
from mltui.present.runs import default_columns, differing_columns
from mltui.present.text import Span, safe
from mltui.sources.sides.named import Named, of_run
from mltui.sources.views import Views, read_views
from mltui.tui.places.runs.in_groups import RunsInGroups
from mltui.tui.places.runs.lost import run_title
from mltui.tui.widgets.tableline import Orders

#: What stands first whatever is pinned.
_NAMES = ("attributes.status", "attributes.name")


class RunsLookedAt(RunsInGroups):
    """The rows of a `TableView` of runs, with marks. What the table is made of is a subclass's matter."""

    #: That the commands of a table of runs act here.
    looks: ClassVar[bool] = True
    has_more_to_sort: ClassVar[bool] = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.view = TableView()
        self.views = Views()
        self.scene: RunScene | None = None
        self._matching: tuple[str, ...] = ()
        self._ungrouped: Rows[Run] | None = None  # the rows shown, without headings
        self._begun = 0  # 1: the views are being read, 2: they are there
        self._told: set[str] = set()

    # Rows

    def rebuild(self) -> None:
        """The first time with the view that is to be begun with."""
        if self._begun == 2:
            super().rebuild()
        elif not self._begun:
            self._begun = 1
            self.run_worker(self._read_views, thread=True, group="rows", description="views of runs")

    @property
    def unsettled(self) -> bool:
        """The first rows are still to come while the views are being read."""
        return self._begun == 1 or super().unsettled

    def _read_views(self) -> None:
        views = read_views(self.workspace.project)
        self.call_later(self._begin, views)

    def _begin(self, views: Views) -> None:
        self._begun = 2
        self.views = views
        wanted = self.workspace.config.view
        self._become(views.start(wanted))
        for problem in views.problems:
            self.tell_once(problem.summary)
        if wanted and wanted not in views.named:
            self.tell_once(f"there is no view {safe(wanted)}")

    def plain_view(self, runs: Sequence[Run], scene: RunScene, metrics: Sequence[str]) -> TableView:
        """The view without what is done once the filter has acted; a baseline brings its own column where mltui
        chooses them."""
        view = replace(self.view, varying=False)
        primary = scene.primary
        if view.columns or scene.baseline is None or primary is None:
            return view
        own = list(default_columns(runs, scene, metrics))
        at = own.index(ColumnSpec("metrics", primary.key)) + 1
        own.insert(at, ColumnSpec("metrics", primary.key, against="baseline"))
        return replace(view, columns=tuple(own))

    def arranged(self, rows: Rows[Run], orders: Orders) -> Rows[Run]:
        """Only columns that vary, the pinned ones beside the names, headings above groups; the order is there."""
        runs = [rows.item(index) for index in range(len(rows))]
        self._matching = tuple(run.run_id for run in runs)
        fields = list(rows.fields)
        if self.view.varying:
            fields = _varying(fields, runs, self.scene)
        fields.sort(key=_beside_names)
        for at, cell in enumerate(fields):
            if cell.column.pinned:
                fields[at] = replace(cell, column=replace(cell.column, rank=0))
        self._ungrouped = rows = replace(rows, fields=tuple(fields))
        if not self.view.group or self.scene is None or self._group_unread(self.scene):
            return rows
        return self._under_headings(Grouping(rows, self.view.group, self.scene), self._folded)

    def _group_unread(self, scene: RunScene) -> bool:
        """Whether what is grouped by is still being read: all runs would be one group that has none of it."""
        with contextlib.suppress(ValueError):  # of a view written by hand
            return scene.unread_yet(parse_column(self.view.group))
        return False

    def asked(self) -> Hashable:
        return super().asked(), self.view, self._folded, self.baseline

    def said_of_view(self) -> list[str]:
        """What of the view one has to know to read the table right."""
        words = [f"view {safe(self.view.name)}"] if self.view.name else []
        if self.marks:
            words.append(f"{len(self.marks):,} marked")
        if self.view.varying:
            words.append("only what varies")
        if unseen := self._orders_unseen():
            words.append(f"by {', '.join(unseen)}")
        if self.baseline is not None and (run := self._items.get(self.baseline)):
            words.append(f"baseline {safe(run_title(run))}")
        return words

    def _orders_unseen(self) -> list[str]:
        """The columns ordered by that are not shown, and so have no header that says it."""
        shown, found = {column.key for column in self.master.columns}, []
        for each in self.view.order:
            with contextlib.suppress(ValueError):  # of a view written by hand
                if each.column not in shown:
                    sign = self.symbols.down if each.descending else self.symbols.up
                    found.append(f"{header_of(parse_column(each.column), self.scene)} {sign}")
        return found

    # Marks and the baseline

    def marked_with(self, key: str) -> frozenset[str]:
        """A heading stands for its runs."""
        return frozenset(members_of(self.master.rows, key))

    def mark_all(self) -> str:
        """Mark every run that the filter shows, folded ones too; where all are, take all marks away. Says what."""
        shown = frozenset(self._matching)
        if shown <= self.marks:
            self.marks = frozenset()
            return "no run is marked"
        self.marks |= shown
        return f"{count(len(self.marks), 'run')} marked"

    def named(self, item: Run) -> Named | None:
        return of_run(item)

    def since(self, item: Run) -> float:
        return item.start or 0

    def pair_of(self, item: Run) -> tuple[Named, Named] | None:
        """The baseline, else the champion that the run is measured against, and the run."""
        found = self._items.get(self.baseline or "")
        if found is None and self.scene is not None:
            champion = opponent(item, self.scene.champions)
            found = champion.run if champion is not None else None
        return (of_run(found), of_run(item)) if found is not None and found.run_id != item.run_id else None

    def no_pair(self) -> str:
        return (
            f"mark two runs with {key_of('mark')}, or one as baseline with {key_of('baseline')}, to ask why they differ"
        )

    def choose_baseline(self) -> None:
        """The run under the cursor, or none if it is that already."""
        key = self.looked_at
        if key in self._items:
            self.baseline = None if key == self.baseline else key
            self.rebuild()

    def _flag(self) -> None:
        signs = self.symbols
        flags = dict.fromkeys(self.marks, Span(signs.marked, "good"))  # one for all: there may be 100,000
        flags |= self.signs()
        if self.baseline is not None:  # it keeps its sign, whatever else it is
            flags[self.baseline] = Span(signs.base_marked if self.baseline in self.marks else signs.base, "accent")
        self.master.flag(flags)

    def signs(self) -> Mapping[str, Span]:
        """By what the runs that are shown together are told apart beside the table, by their ids."""
        return {}

    # The view

    def look(self, view: TableView, *, filter_too: bool = False) -> None:
        """Look at the runs in another way, and remember that."""
        self._become(view, filter_too=filter_too)
        self.run_worker(lambda: self._remember(view), thread=True, group="views", exit_on_error=False)

    def _become(self, view: TableView, *, filter_too: bool = True) -> None:
        if view.group != self.view.group:
            self._folded = frozenset()
        self.view = view
        self._orders = tuple((each.column, each.descending) for each in view.order)
        if filter_too and view.filter != self.filter_text:
            self.filter_text = view.filter
        self.rebuild()

    def _remember(self, view: TableView) -> None:
        from mltui.actions.views import remember_view

        try:
            told = remember_view(self.workspace.project, view)
        except Refused as error:
            told = f"{error.summary}: this view holds for now only"
        if told:
            self.call_later(self.tell_once, told)

    def tell_once(self, word: str) -> None:
        """Say in the last line what is to be said once."""
        if word not in self._told:
            self._told.add(word)
            self.post_message(self.Said(word))

    def sort(self, orders: Orders) -> None:
        self._to_top = True
        self.look(replace(self.view, order=tuple(Order(*each) for each in orders)))

    def sort_choices(self) -> Sequence[tuple[str, str]]:
        return [(column.key, header_of(parse_column(column.key), self.scene)) for column in self.master.columns]

    def more_to_sort(self) -> Sequence[tuple[str, str]]:
        shown = {column.key for column in self.master.columns}
        known = [each for each in self.choices()[0] if each.count != 0 and each.spec.id not in shown]
        known.sort(key=lambda each: not each.varying)
        return [(each.spec.id, header_of(each.spec, self.scene)) for each in known]

    def falls(self, column: str) -> bool:
        try:
            return self.scene is not None and cell_of(parse_column(column), self.scene, ()).column.falling
        except ValueError:  # of a view written by hand
            return False

    def choices(self) -> tuple[tuple[ColumnChoice, ...], tuple[ColumnSpec, ...]]:
        """The columns there could be, and those that mltui takes by itself. In a worker."""
        raise NotImplementedError

    def toggle_varying(self) -> None:
        """Only columns that vary among the rows shown, or all again."""
        self.look(replace(self.view, varying=not self.view.varying))


def _beside_names(cell: Cell[Run]) -> int:
    """Names first, then what is pinned."""
    return 0 if cell.column.key in _NAMES else 1 if cell.column.pinned else 2


def _varying(fields: Sequence[Cell[Run]], runs: Sequence[Run], scene: RunScene | None) -> list[Cell[Run]]:
    """Those in which the runs differ; of what is still being read nobody knows it yet."""
    specs = {cell.column.key: replace(parse_column(cell.column.key), pinned=cell.column.pinned) for cell in fields}
    kept = {spec.id for spec in differing_columns(runs, tuple(specs.values()))}
    kept |= {spec.id for spec in specs.values() if scene is not None and scene.unread_yet(spec)}
    return [cell for cell in fields if cell.column.key in kept]
