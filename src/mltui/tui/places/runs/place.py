"""Runs: MLflow runs and DVC experiments in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.reactive import reactive
from textual.worker import get_current_worker

from mltui.model.chore import Subject
from mltui.model.columns import ColumnSpec
from mltui.model.merged import merged
from mltui.model.part import Part
from mltui.model.run_attributes import ColumnChoice
from mltui.model.runs import Run, RunTable, Store
from mltui.present.rows import Rows
from mltui.present.run_detail import run_detail
from mltui.present.run_link import page_of
from mltui.present.run_scene import RunScene
from mltui.present.runs import counted, default_columns, picks_of, run_rows
from mltui.present.runs_note import store_note
from mltui.present.text import Line, safe
from mltui.tui.places.base import bound
from mltui.tui.places.offers import Offer
from mltui.tui.places.outside import Outside
from mltui.tui.places.parts import (
    ExperimentsPart,
    LineagePart,
    ModelsPart,
    RunsPart,
    runs_of,
    scene_of,
    value,
)
from mltui.tui.places.registry import RUNS, Known
from mltui.tui.places.runs import filtering
from mltui.tui.places.runs.offered import OfferedColumns
from mltui.tui.places.runs.paged import PagedRuns
from mltui.tui.places.runs.picking import columns_of, read_picks, read_times, shows_ages, told, unread
from mltui.tui.places.runs.reading import RunReading, deleted_of
from mltui.tui.places.runs.related import RelatedRuns

if TYPE_CHECKING:
    from mltui.model.dvc import DvcExperiment
    from mltui.sources.mlflow.reader import StoreReader

#: The join of ten thousand runs takes a second and forty megabytes: of more than these it waits until somebody goes
#: into a run, or asks for its lineage.
FEW_TO_JOIN = 3_000


class RunsPlace(PagedRuns):
    """What did I try, and what came out?"""

    known: ClassVar[Known] = RUNS
    first_keys: ClassVar[Sequence[str]] = (
        *("leave", "stop", "log.search", "log.wrap", "log.save", "filter", "mark", "page.charts", "compare", "differ"),
        *("page.artifacts", "page.log", "sort", "columns", "open"),
    )
    placeholder: ClassVar[str] = "reading runs"

    runs: reactive[RunsPart] = bound(None)
    experiments: reactive[ExperimentsPart] = bound(None)
    models: reactive[ModelsPart] = bound(None)
    stores: reactive[Part[tuple[Store, ...]] | None] = bound(None)
    lineage: reactive[LineagePart] = bound(None)
    now: reactive[int] = bound(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._reading, self._related, self._offered = RunReading(), RelatedRuns(), OfferedColumns()

    # Rows and columns

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
        found = self._offered.of(runs, table, experiments)
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

    def counted(self, items: Sequence[Run]) -> str:
        return counted(items)

    def note(self) -> str:
        return "  ".join(filter(None, (*self.said_of_view(), self._of_store())))

    def _of_store(self) -> str:
        unread = self.scene.unread if self.scene is not None else ()
        return store_note(self.runs, self._store(), unread, self.now, self.symbols)

    # Details

    def _read_detail(self) -> None:
        super()._read_detail()
        self._tell_on_screen()
        if self.lineage is None and self.detail_shown() and (self._joinable() or self.inside):
            self.post_message(self.KeysWanted("lineage"))  # what the run under the cursor read

    def _tell_on_screen(self) -> None:
        """A server is asked again and again for the runs that are looked at."""
        rows, first = self.master.rows, self.master.scroll_offset.y
        last = min(len(rows), first + self.master.size.height)
        self.workspace.stores.on_screen([rows.key(index) for index in range(first, last)])

    def detail(self, item: Run) -> tuple[str, Sequence[Line]]:
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        registered = value(self.models)
        related = self._related.relations(
            item,
            self._items,
            models=registered or (),
            graph=value(self.lineage),
            store=self._store(),
            symbols=self.symbols,
        )
        run, reader = item, self._reader_for(item)
        if reader is not None:
            run, related = self._reading.read(reader, item, related, self.primary)
        return safe(run.name or run.run_id), run_detail(run, scene, related)

    def whole_detail(self, item: Run) -> tuple[str, Sequence[Line]] | None:
        """With the primary metric's series and the logged models of a server, which is asked for them."""
        reader = self._reader_for(item)
        if reader is None or reader.store.kind != "rest":
            return None
        asked = self._reading.ask(reader, item, self.primary, self.workspace.artifacts.logged_models)
        return self.detail(item) if asked else None

    def _reader_for(self, run: Run) -> StoreReader | None:
        return self.workspace.reader(wait=False) if run.kind == "run" and not run.problem else None

    # What keys ask

    def chosen_experiments(self) -> Sequence[DvcExperiment]:
        known = {one.commit: one for one in value(self.experiments) or ()}
        marked = [known[key] for key in self.marks if key in known]
        at = known.get(self.looked_at or "")
        return marked or ([at] if at is not None else [])

    def subjects(self) -> Sequence[Subject]:
        chosen = (self._items.get(key) for key in self.marks or (self.looked_at or "",))
        found = [run for run in chosen if isinstance(run, Run) and run.kind == "run"]
        found.sort(key=lambda run: (-(run.start or 0), run.run_id))
        return [Subject("run", run.run_id, name=run.name) for run in found]

    def unmatched(self, text: str) -> str:
        table = value(self.runs)
        why = filtering.misspelt(text, self._items.values(), table, self._filtering.read()) if table else ""
        return f"{super().unmatched(text)}{f'; {why}' if why else ''}"

    def completed(self, text: str) -> tuple[str, Sequence[str]]:
        table = value(self.runs)
        return filtering.completed(text, self._items.values(), table.metric_keys if table else ())

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

    def outside(self) -> Outside | None:
        """A file of the run, else the page of the run that its server has."""
        found = self.entered.outside() if self.entered else None
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
