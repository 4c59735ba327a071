"""Overview: what needs me, and how everything stands at a glance."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.worker import Worker, get_current_worker

from mltui.model.key_names import key_of
from mltui.model.metric import PrimaryMetric
from mltui.model.part import Part
from mltui.model.runs import Store
from mltui.present import overview as present
from mltui.present.headline import headline
from mltui.present.overview_holders import challengers
from mltui.present.overview_needs import calm
from mltui.present.overview_pipeline import pipeline_lines
from mltui.present.text import Span, line, plain
from mltui.tui.asking import Asker
from mltui.tui.feeds import LATE, PARTS
from mltui.tui.places.base import BOUND, bound
from mltui.tui.places.history_trend import HistoryTrend
from mltui.tui.places.holders_read import HoldersRead
from mltui.tui.places.overview_drawn import Drawn, drawn_of
from mltui.tui.places.overview_keys import OverviewKeys
from mltui.tui.places.overview_shelves import Shelves
from mltui.tui.places.parts import (
    ExperimentsPart,
    HistoryPart,
    JobsPart,
    LineagePart,
    ModelsPart,
    PipelinePart,
    RunsPart,
    moment,
    runs_of,
    value,
)
from mltui.tui.places.registry import OVERVIEW, Known
from mltui.tui.places.trends import Trends
from mltui.tui.widgets.chart import DRAWN, ChartView
from mltui.tui.widgets.door import Door
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.widgets.titled import Titled
from mltui.tui.working import begin

if TYPE_CHECKING:
    from mltui.model.git import GitState
    from mltui.model.journal import JournalRead

#: The panels are laid out once the runs are there, or after this long: each that comes in between would move others
#: (seconds).
PATIENCE = 0.3
#: Of more runs the lineage is not joined for a line of the panel of models, unless somebody asks for it elsewhere.
FEW_TO_JOIN = 2_000
TITLES = {
    "needs": "Needs you",
    "holders": "Models: who holds which alias",
    "datasets": "Data",
    "newest": "Newest runs",
    "commits": "Newest commits",
    "pipeline": "Pipeline and data",
}


class OverviewPlace(OverviewKeys):
    """What needs me? Panels in the order of urgency, those without content left out."""

    known: ClassVar[Known] = OVERVIEW

    git: reactive[Part[GitState] | None] = bound(None)
    history: reactive[HistoryPart] = bound(None)
    pipeline: reactive[PipelinePart] = bound(None)
    experiments: reactive[ExperimentsPart] = bound(None)
    stores: reactive[Part[tuple[Store, ...]] | None] = bound(None)
    runs: reactive[RunsPart] = bound(None)
    models: reactive[ModelsPart] = bound(None)
    jobs: reactive[JobsPart] = bound(None)
    journal: reactive[Part[JournalRead] | None] = bound(None)
    lineage: reactive[LineagePart] = bound(None)
    primary: reactive[PrimaryMetric | None] = bound(None)
    now: reactive[int] = bound(0)

    class Built(Message):
        """The panels' content came out of a worker; a newer one may have overtaken it after it looked whether one had.

        Trends are read after it is drawn; then it comes once more, `again` being what it was.
        """

        def __init__(self, drawn: Drawn, worker: Worker[Any] | None = None, again: Drawn | None = None) -> None:
            self.drawn = drawn
            self.worker = worker
            self.again = again
            super().__init__()

        def late(self, shown: Drawn | None) -> bool:
            """Whether something newer is shown, or about to be."""
            overtaken = self.worker is not None and self.worker.is_cancelled
            return overtaken or (self.again is not None and self.again is not shown)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._trends = Trends()
        self._asker = Asker()
        self._over_history, self._historian = HistoryTrend(), Asker()
        self._holders, self._gatekeeper = HoldersRead(), Asker()
        self._shelves = Shelves()
        self._patient = True

    # Drawing

    def content(self) -> ComposeResult:
        with VerticalScroll(id="panels", can_focus=False):
            yield VirtualTable(header=False, id="needs")
            yield VirtualTable(header=False, id="holders")
            yield Door("pipeline", id="pipeline", classes="panel")
            yield VirtualTable(id="datasets")
            yield ChartView(id="chart", classes="panel")
            yield VirtualTable(id="newest")
            yield VirtualTable(id="commits")

    def on_mount(self) -> None:
        for panel in self.query("#panels > *"):
            panel.display = False
            if isinstance(panel, Titled) and (title := TITLES.get(panel.id or "")):
                panel.entitle(title)
        for name in BOUND:
            if name not in LATE:
                self.watch(self, name, self.moved, init=False)
        self.set_timer(PATIENCE, self._wait_no_longer)
        self.moved()

    def watch_lineage(self, before: LineagePart, now: LineagePart) -> None:
        """Of it is shown what stood in its way, and what data the versions came from that hold an alias."""
        if (before and before.problem) != (now and now.problem) or value(before) is not value(now):
            self.moved()

    def _wait_no_longer(self) -> None:
        self._patient = False
        if self._drawn is None:
            self.moved()

    def come_to_front(self) -> None:
        self._shelves.forget()
        self._lay_out()
        super().come_to_front()

    def rebuild(self) -> None:
        """Make the panels' content again in a worker; the newest call wins."""
        if self._patient and self._drawn is None and (self.runs is None or not (self.runs.value or self.experiments)):
            return
        if self.is_mounted and any((self.git, self.pipeline, self.runs, self.models)):
            self.run_worker(self._build, thread=True, exclusive=True, group="overview")

    async def _read_trends(self, drawn: Drawn) -> None:
        """Draw `drawn` once more if its store has trends of its runs that were not known."""
        runs, primary = drawn.view.runs, self.primary
        if not self._trends.moves:  # the first panels are just being drawn
            await asyncio.sleep(DRAWN)
        await self._asker.ask(lambda: self._trends.read(self.workspace, runs, primary))
        if drawn.trends != self._trends.moves:
            newest = await self._asker.ask(lambda: present.newest_rows(drawn.view, self._trends.of(runs, primary)))
            rows = {**drawn.rows, "newest": newest}
            self.post_message(self.Built(replace(drawn, rows=rows, trends=self._trends.moves), again=drawn))

    def _build(self) -> None:
        worker = get_current_worker()
        parts = {name: getattr(self, name) for name in PARTS}  # once: others may come while this is made
        snapshot = moment(self.workspace, parts, self.primary)
        view = present.overview(snapshot, runs_of(parts["runs"]), self.now, self.symbols)
        moves, trends = self._trends.moves, self._trends.of(view.runs, self.primary)
        facts = self._holders.facts(self.workspace, view, parts)
        drawn = drawn_of(view, parts, self.workspace.project.root, moves, trends, facts=facts)
        if not worker.is_cancelled:
            self.post_message(self.Built(drawn, worker))

    @on(Built)
    def _show(self, message: Built) -> None:
        message.stop()
        if message.late(self._drawn):
            return
        arriving = self._drawn is None or self._drawn.arriving
        waited = bool(self._drawn and self._drawn.waiting)
        self._drawn = message.drawn
        view = message.drawn.view
        self._lay_out()
        self.table("needs").placeholder = plain(calm(view, message.drawn.waiting))
        self.table("holders").placeholder = "reading models"
        promote = f"  {key_of('promote')} promote" if challengers(view) else ""
        self.table("holders").entitle(f"{TITLES['holders']}{promote}")
        self.call_after_refresh(self._say_headline)
        old = "pipeline" in message.drawn.waiting  # of before, or of another commit than HEAD's
        self.query_one(Door).entitle(TITLES["pipeline"] + ("  as it was, asking dvc" if old else ""))
        for key, rows in message.drawn.rows.items():
            table = self.table(key)
            on_top = table.cursor_row == 0
            table.set_rows(rows)
            if arriving and on_top:
                table.move_to(0)  # what belongs on top may come later than the rest
        kinds = {run.kind for run in view.runs}
        self.table("newest").entitle("DVC experiments" if kinds == {"exp"} else TITLES["newest"])
        self.call_after_refresh(self._show_pipeline)
        focused = self.screen.focused
        if focused is None or (waited and focused is self.table("needs") and self._calm()):
            self.call_after_refresh(self.focus_first)
        self._over_history.show(self.query_one(ChartView), view)
        if message.worker is not None:
            begin(self, self._read_trends, message.drawn, group="trends")
            if not message.drawn.arriving:  # what takes long comes last
                begin(self, self._read_history, group="history")
                begin(self, self._read_holders, message.drawn, group="holders")

    def _say_headline(self) -> None:
        """Beside the title of what needs somebody: all of it in one line, once all was read. Called when the panel's
        room is known."""
        if self._drawn is None or not self.is_mounted:
            return
        needs, title = self.table("needs"), TITLES["needs"]
        if waiting := self._drawn.waiting:
            told = f"reading {' and '.join(waiting)}"
        else:
            told = headline(self._drawn.view, needs.title_room - len(title) - 2)
        needs.entitle(f"{title}  {told}" if told else title)

    async def _read_history(self) -> None:
        """The primary metric over the commits takes the place of that of the newest runs."""
        table, primary = value(self.runs), self.primary
        moved = await self._historian.ask(lambda: self._over_history.read(self.workspace, table, primary))
        if moved and self._drawn is not None:
            self._lay_out()
            self._over_history.show(self.query_one(ChartView), self._drawn.view)

    async def _read_holders(self, drawn: Drawn) -> None:
        """How the gates of challengers stand, and what data the holders came from: nobody waits for it."""
        if not drawn.view.holders:
            return
        await asyncio.sleep(DRAWN)
        if self.lineage is None and self.display and self._joinable(drawn):
            self.post_message(self.KeysWanted("lineage"))
        if await self._gatekeeper.ask(lambda: self._holders.read_gates(self.workspace, drawn.view)):
            self.moved()

    def _joinable(self, drawn: Drawn) -> bool:
        """Whether the join is small enough to be read unasked, for a line of the panel."""
        table = value(self.runs)
        named = any(row.version is not None and (row.run or row.commit) for row in drawn.view.holders)
        return named and table is not None and table.complete and len(table.runs) <= FEW_TO_JOIN

    def focus_first(self) -> None:
        """Where reading begins; past "Needs you" where nothing does, as there is nothing to open in it."""
        panels = [
            panel
            for panel in self.query("#panels > *")
            if panel.focusable and panel.display and not isinstance(panel, ChartView)
        ]
        if not self.display or not panels:  # the place may have been left meanwhile
            return
        panels[1 if self._calm() and len(panels) > 1 else 0].focus(scroll_visible=False)

    def _calm(self) -> bool:
        """Whether all was read and nothing needs anybody."""
        return self._drawn is not None and not self._drawn.waiting and not len(self.table("needs").rows)

    def _show_pipeline(self) -> None:
        """Draw the chain for the room it has; called when that is known."""
        if not (panels := self.query(Door)):
            return  # mltui ends: the panels went before what was to be drawn on them
        panel = panels.first()
        if self._drawn and (pipeline := self._drawn.view.snapshot.pipeline.value):
            view = self._drawn.view
            jobs = view.snapshot.jobs.value or ()
            panel.show(pipeline_lines(pipeline, panel.size.width - 2, self.symbols, view.states, jobs))
        elif self._drawn:
            panel.show((line(Span("asking dvc", "dim")),))

    def table(self, key: str) -> VirtualTable:
        """The panel of that name."""
        return self.query_one(f"#{key}", VirtualTable)

    def on_resize(self) -> None:
        self._shelves.forget()
        self._lay_out()
        self.call_after_refresh(self._show_pipeline)
        self.call_after_refresh(self._say_headline)

    def _lay_out(self) -> None:
        """Give every panel its place, where it is known what there is to show."""
        if self._drawn is not None and self.size.width:
            trended = self._over_history.found is not None
            self._shelves.lay_out(self.query_one("#panels"), self._drawn, self.size, trended=trended)

    @on(Door.Sized)
    def _fits(self, message: Door.Sized) -> None:
        """The pipeline's panel came to its room: the chain is drawn for it."""
        message.stop()
        self._show_pipeline()
