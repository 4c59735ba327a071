"""Runs: MLflow runs and DVC experiments in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.worker import get_current_worker

from mltui.model.columns import ColumnSpec
from mltui.model.merged import merged
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part
from mltui.model.registry import versions_of_runs
from mltui.model.run_attributes import ColumnChoice, available
from mltui.model.runs import PARENT_TAG, Run, RunTable, Store
from mltui.present.lineage import run_lineage
from mltui.present.rows import Rows
from mltui.present.run_detail import RunRelations, run_detail
from mltui.present.run_link import page_of
from mltui.present.run_scene import RunScene
from mltui.present.runs import counted, default_columns, picks_of, run_rows
from mltui.present.runs_note import store_note
from mltui.present.text import Line, Span, safe
from mltui.tui.places.base import Parts, bound
from mltui.tui.places.offers import Offer
from mltui.tui.places.outside import Outside
from mltui.tui.places.parts import (
    ExperimentsPart,
    LineagePart,
    ModelsPart,
    RunsPart,
    problem_lines,
    runs_of,
    says,
    scene_of,
    stood_in_the_way,
    value,
)
from mltui.tui.places.runs import filtering
from mltui.tui.places.runs.filtered import FilteredRuns
from mltui.tui.places.runs.page import Page
from mltui.tui.places.runs.pane import DETAIL, PAGES, RunPane
from mltui.tui.places.runs.picking import columns_of, read_picks, read_times, shows_ages, told, unread
from mltui.tui.places.runs.reading import RunReading, deleted_of
from mltui.tui.widgets.table import VirtualTable

if TYPE_CHECKING:
    from mltui.sources.mlflow.reader import StoreReader

#: The join of ten thousand runs takes a second and forty megabytes: of more than these it waits until somebody goes
#: into a run, or asks for its lineage.
FEW_TO_JOIN = 3_000


class RunsPlace(FilteredRuns):
    """What did I try, and what came out?"""

    number: ClassVar[int] = 5
    title: ClassVar[str] = "Runs"
    first_keys: ClassVar[Sequence[str]] = (
        *("leave", "filter", "mark", "page.charts", "compare", "differ", "page.artifacts", "page.log"),
        *("sort", "columns", "open"),
    )
    placeholder: ClassVar[str] = "reading runs"

    runs: reactive[RunsPart] = bound(None)
    experiments: reactive[ExperimentsPart] = bound(None)
    models: reactive[ModelsPart] = bound(None)
    stores: reactive[Part[tuple[Store, ...]] | None] = bound(None)
    lineage: reactive[LineagePart] = bound(None)
    primary: reactive[PrimaryMetric | None] = bound(None)
    now: reactive[int] = bound(0)

    @classmethod
    def missing(cls, parts: Parts) -> tuple[Line, ...]:
        runs, experiments = parts.get("runs"), parts.get("experiments")
        if (runs and runs.value and runs.value.runs) or (experiments and experiments.value):
            return ()
        if runs is None or experiments is None:
            return ()
        if problem := stood_in_the_way(runs, experiments):
            return problem
        if runs.value is not None and runs.value.problems:
            return problem_lines(runs.value.problems[:1])
        if runs.value is not None and any(store.active for store in value(parts.get("stores")) or ()):
            return says("No run in this store yet.", "mlflow.start_run()", "in a training makes the first one.")
        return says(
            "No MLflow store found here, and no DVC experiment.",
            "mltui --store URI-OR-PATH",
            "opens one that lies elsewhere.",
        )

    def rows(self) -> Rows[Run] | None:
        if self.runs is None or self.experiments is None:
            return None  # both at once, or the cursor would not be on the newest
        if value(self.runs) is None and value(self.experiments) is None:
            return None
        table = value(self.runs)
        experiments = value(self.experiments)
        found = merged(runs_of(self.runs), experiments or ())
        keys = table.metric_keys if table else tuple(sorted({key for run in found for key in run.metrics}))
        self.scene = scene = replace(
            scene_of(self.runs, self.models, self.primary, self.now, self.symbols),
            goals=self.workspace.config.goals,
            baseline=next((run for run in found if run.run_id == self.baseline), None),
            picked=self.workspace.picks.known() if self._picks() else {},
            read_at=self._read_times(found) if shows_ages(self.view) else {},
            unread=unread(self.view, table),
        )
        self._want(table, scene)
        return run_rows(found, scene, keys, scene.goals, self.plain_view(found, scene, keys))

    def _read_times(self, runs: Sequence[Run]) -> Mapping[str, int]:
        return read_times(self.workspace, runs)

    def _picks(self) -> bool:
        return bool(picks_of(columns_of(self.view)))

    def _want(self, table: RunTable | None, scene: RunScene) -> None:
        """Of a store too large to be loaded whole, what the view shows."""
        if table is not None and table.runs and not table.runs[-1].whole:
            keys: dict[str, list[str]] = {"metrics": [], "params": [], "tags": []}
            for spec in columns_of(self.view):
                keys.get(spec.family, []).append(spec.key)
            if any(keys.values()):
                self.workspace.runs.want(**keys)
            if scene.unread:
                self.post_message(self.KeysWanted("runs"))

    def taken_in(self) -> None:
        super().taken_in()
        if self._picks():
            self.run_worker(self._read_picks, thread=True, exclusive=True, group="picks", exit_on_error=False)

    def _read_picks(self) -> None:
        """Fill the columns of series. Of a server only for what is on screen: each takes a request."""
        worker, scene = get_current_worker(), self.scene
        store, rows, first = self._store(), self.master.rows, self.master.scroll_offset.y
        seen = [rows.item(at) for at in range(first, min(len(rows), first + self.master.size.height))]
        remote = store is not None and store.kind in ("rest", "other")
        runs = [run for run in (*seen, *(() if remote else self._items.values())) if isinstance(run, Run)]
        if scene is not None:
            champions = [each.run for each in scene.champions if each.run]
            wanted = tuple({run.run_id: run for run in (*runs, *champions)}.values())
            for _ in read_picks(self.workspace.picks, self.view, scene, wanted, lambda: not worker.is_cancelled):
                self.app.call_from_thread(self.rebuild)

    def choices(self) -> tuple[tuple[ColumnChoice, ...], tuple[ColumnSpec, ...]]:
        """The columns there could be, and those that mltui takes by itself. In a worker."""
        table, scene = value(self.runs), self.scene
        experiments = value(self.experiments)
        runs = tuple(merged(runs_of(self.runs), experiments or ()))
        found = self._available(runs, table, experiments)
        keys = table.metric_keys if table else ()
        if scene is None:
            return found, ()
        scene = replace(scene, read_at=self._read_times(runs))
        return told(found, runs, scene), tuple(default_columns(runs, scene, keys))

    def _complete(self) -> bool:
        table = value(self.runs)
        return table is not None and table.complete

    def _joinable(self) -> bool:
        """Whether the join may be read for a detail that merely stands beside the table."""
        table = value(self.runs)
        return table is not None and table.complete and len(table.runs) <= FEW_TO_JOIN

    def deleted(self, runs: Sequence[Run]) -> Sequence[Run]:
        if self.workspace.as_of is not None:
            return ()  # what is not shown came later
        return deleted_of(runs, self.workspace.reader(wait=False))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._reading = RunReading()
        #: What there could be columns of, and what of.
        self._offered: tuple[tuple[object, object], tuple[ColumnChoice, ...]] = (None, None), ()
        #: The nested runs by their parents' ids, of which items.
        self._nested: tuple[object, dict[str, list[Run]]] = None, {}
        #: The marked runs, and what they were found in: with ten thousand of them no step of the cursor looks again.
        self._marked: tuple[tuple[object, object, object], tuple[Run, ...]] = (None, None, None), ()

    def _available(self, runs: Sequence[Run], table: RunTable | None, experiments: object) -> tuple[ColumnChoice, ...]:
        """Of the same runs as the last time the same: a second's work of 100,000."""
        (of_table, of_experiments), found = self._offered
        if not found or of_table is not table or of_experiments is not experiments:
            keys = (table.metric_keys, table.param_keys, table.tag_keys) if table is not None else ()
            found = available(runs, *keys, whole=table is None or all(run.whole for run in table.runs))
            self._offered = (table, experiments), found
        return found

    # The pages beside the table, and the runs they show

    def content(self) -> ComposeResult:
        yield VirtualTable(placeholder=self.placeholder, id="master")
        yield RunPane(id="side")

    @property
    def side(self) -> RunPane:
        return self.query_one("#side", RunPane)

    def enter_side(self) -> None:
        self.side.enter()

    def chosen(self) -> tuple[Run, ...]:
        """The marked runs in the order of the table, those that a filter hides after them; else the one under the
        cursor; () if there is none."""
        if self.marks:
            stood_on = (self.marks, self.master.rows, self._items)
            if any(now is not then for now, then in zip(stood_on, self._marked[0], strict=True)):
                self._marked = stood_on, self._in_order()
            return self._marked[1]
        return self._current()

    def _current(self) -> tuple[Run, ...]:
        run = self._items.get(self.looked_at or "")
        return (run,) if run is not None else ()

    def _tell_pane(self) -> None:
        self.side.show_runs(self.chosen, self._current(), self.primary.key if self.primary else "")

    def signs(self) -> Mapping[str, Span]:
        return self.side.page.signs() if self.side.page else {}

    @on(Page.Signed)
    def _signed(self, message: Page.Signed) -> None:
        message.stop()
        self._flag()

    def _in_order(self) -> tuple[Run, ...]:
        shown = [key for key in self.master.rows.keys() if key in self.marks]  # noqa: SIM118 - its keys, no mapping
        unseen = self.marks.difference(shown)
        hidden = [key for key in self._items if key in unseen] if unseen else ()
        return tuple(self._items[key] for key in (*shown, *hidden))

    def watch_marks(self) -> None:
        super().watch_marks()
        self._tell_pane()

    def _read_detail(self) -> None:
        super()._read_detail()
        self._tell_pane()
        self._tell_on_screen()
        if self.lineage is None and self.detail_shown() and (self._joinable() or self.inside):
            self.post_message(self.KeysWanted("lineage"))  # what the run under the cursor read

    def _tell_on_screen(self) -> None:
        """A server is asked again and again for the runs that are looked at."""
        rows, first = self.master.rows, self.master.scroll_offset.y
        last = min(len(rows), first + self.master.size.height)
        self.workspace.stores.on_screen([rows.key(index) for index in range(first, last)])

    def pages(self) -> Sequence[str]:
        return tuple(PAGES)

    def turn_to(self, page: str) -> None:
        self.call_next(self._turn_to, DETAIL if page == self.side.front and self.side.display else page)

    async def _turn_to(self, page: str) -> None:
        await self.side.turn_to(page)
        self._flag()
        if self.inside or not self.side.display:
            self.inside = True
            self.enter_side()
        self._read_detail()
        self.post_message(self.KeysMoved())

    def leave(self) -> bool:
        return bool(self.inside and self.side.page and self.side.page.leave()) or super().leave()

    # The filter language

    def unmatched(self, text: str) -> str:
        table = value(self.runs)
        why = filtering.misspelt(text, self._items.values(), table, self._filtering.read()) if table else ""
        return f"{super().unmatched(text)}{f'; {why}' if why else ''}"

    def completed(self, text: str) -> tuple[str, Sequence[str]]:
        table = value(self.runs)
        return filtering.completed(text, self._items.values(), table.metric_keys if table else ())

    def copy_id(self) -> str | None:
        return (self.inside and self.side.page and self.side.page.copy_id()) or super().copy_id()

    def offers(self) -> Sequence[Offer]:
        from mltui.tui.places.runs.copying import CopiedRuns, looked

        rows, scene, store = self._ungrouped, self.scene, self._store()
        if rows is None or scene is None:
            return ()
        run, where = self._items.get(self.looked_at or ""), looked(self.workspace, store)
        return CopiedRuns(rows, run, self.marks, self.filter_text, self.view, scene, store, where).offers()

    def _store(self) -> Store | None:
        """The store whose runs these are."""
        return next((store for store in value(self.stores) or () if store.active), None)

    def front_page(self) -> str:
        return self.side.front

    def special(self) -> Sequence[str]:
        page = self.side.front.title()
        return (page, "Runs") if self.inside and self.side.page else ("Runs",)

    def outside(self) -> Outside | None:
        """A file of the run, else the page of the run that its server has."""
        found = self.side.page.outside() if self.inside and self.side.page else None
        run = self._items.get(self.looked_at or "")
        store = self._store()
        if found is None and run is not None and run.kind == "run" and store is not None:
            page = page_of(run, store)
            found = Outside(page, True) if page else None
        return found

    def lineage_of(self) -> str | None:
        return f"run:{self.looked_at}" if self.looked_at in self._items else None

    def no_lineage(self) -> str:
        return "a heading has no lineage: one of its runs has" if self.master.cursor_key else super().no_lineage()

    def no_outside(self) -> str:
        return "this store has no pages to link to: only a tracking server has"

    def detail(self, item: Run) -> tuple[str, Sequence[Line]]:
        run, key, known = item, item.run_id, self._items
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        registered = value(self.models)
        store = self._store()
        related = RunRelations(
            parent=known.get(run.tags.get(PARENT_TAG, "")),
            children=self._children(known).get(key, ()),
            versions=versions_of_runs(registered or ()).get(key, ()),
            lineage=run_lineage(graph, key, self.symbols) if (graph := value(self.lineage)) is not None else (),
            swept_at=store.as_of if store is not None and run.kind == "run" else None,
        )
        reader = self._reader_for(run)
        if reader is not None:
            run, related = self._reading.read(reader, item, related, self.primary)
        return safe(run.name or run.run_id), run_detail(run, scene, related)

    def _children(self, known: Mapping[str, Run]) -> Mapping[str, Sequence[Run]]:
        """The nested runs of each run: no step of the cursor looks through all of them again."""
        if self._nested[0] is not known:
            found: dict[str, list[Run]] = {}
            for run in known.values():
                if parent := run.tags.get(PARENT_TAG):
                    found.setdefault(parent, []).append(run)
            self._nested = known, found
        return self._nested[1]

    def whole_detail(self, item: Run) -> tuple[str, Sequence[Line]] | None:
        """With the primary metric's series and the logged models of a server, which is asked for them."""
        reader = self._reader_for(item)
        if reader is None or reader.store.kind != "rest":
            return None
        asked = self._reading.ask(reader, item, self.primary, self.workspace.artifacts.logged_models)
        return self.detail(item) if asked else None

    def _reader_for(self, run: Run) -> StoreReader | None:
        return self.workspace.reader(wait=False) if run.kind == "run" and not run.problem else None

    def counted(self, items: Sequence[Run]) -> str:
        return counted(items)

    def note(self) -> str:
        return "  ".join(filter(None, (*self.said_of_view(), self._of_store())))

    def _of_store(self) -> str:
        unread = self.scene.unread if self.scene is not None else ()
        return store_note(self.runs, self._store(), unread, self.now, self.symbols)
