"""Data: what DVC tracks, and its versions over history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.reactive import reactive
from textual.timer import Timer

from mltui.model.dvc import Dataset
from mltui.model.lineage.graph import Graph
from mltui.model.part import Part
from mltui.model.timeline import Moment, node_of, timeline
from mltui.present.data import dataset_rows
from mltui.present.data_scene import DataScene
from mltui.present.data_timeline import timeline_rows
from mltui.present.data_version import moment_detail, moment_title
from mltui.present.marks import count
from mltui.present.rows import Rows
from mltui.present.text import Line, safe, short_sha
from mltui.tui.asking import Asker
from mltui.tui.places.base import bound
from mltui.tui.places.data.comparing import compared
from mltui.tui.places.data.marked import VersionsMarked
from mltui.tui.places.data.pane import DataPane
from mltui.tui.places.data.reading import DataReading, Looked
from mltui.tui.places.detailed import REST
from mltui.tui.places.offers import Offer, offers_of, value_offer
from mltui.tui.places.parts import PipelinePart, value
from mltui.tui.places.registry import DATA, Known
from mltui.tui.widgets.table import VirtualTable
from mltui.tui.working import begin

T = TypeVar("T")


class DataPlace(VersionsMarked):
    """Which data do I have, since when, and where did it go?"""

    known: ClassVar[Known] = DATA
    placeholder: ClassVar[str] = "asking dvc"
    first_keys: ClassVar[Sequence[str]] = ("leave", "filter", "open", "mark", "differ", "remote.ask", "sort")

    pipeline: reactive[PipelinePart] = bound(None)
    lineage: reactive[Part[Graph] | None] = bound(None)
    now: reactive[int] = bound(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reading = DataReading()
        self._stood_on: object = None  # the pipeline that what was found out of the cache is of
        self._scene: DataScene | None = None
        self._timeline_asker, self._moment_asker = Asker(), Asker()
        self._pause: Timer | None = None
        self._turn = 0  # of what is read about the moment looked at
        self._told: tuple[str, ...] = ()  # what stands below the timeline
        self._told_whole = False
        self._moment_wanted: str | None = None
        #: The dataset whose timeline is shown.
        self._timeline_of: str | None = None

    def rows(self) -> Rows[Dataset] | None:
        known = value(self.pipeline)
        return dataset_rows(known.datasets, self.symbols, self.now) if known else None

    def note(self) -> str:
        known = value(self.pipeline)
        return "" if known is None or known.settled else "as it was, asking dvc"

    def content(self) -> ComposeResult:
        yield VirtualTable(placeholder=self.placeholder, id="master")
        yield DataPane(id="side")

    def enter_side(self) -> None:
        self.side.timeline.focus(scroll_visible=False)

    def detail_shown(self) -> bool:
        return bool(self.side.display)

    @property
    def unsettled(self) -> bool:
        """Whether rows, or the timeline that one went into, are still to come."""
        return super().unsettled or (self.inside and self.dataset is not None and self._shown != self.looked_at)

    # The timeline

    def root_of(self, dataset: Dataset) -> Path:
        known = value(self.pipeline)
        return self.workspace.stored.root_of(dataset.path, known.roots if known else ())

    def looked(self, dataset: Dataset) -> Looked:
        """What is looked at, until somebody looks at another moment."""
        return Looked(self.workspace, self.root_of(dataset), dataset, self.symbols, self._same_turn())

    def _read_detail(self) -> None:
        if (dataset := self.dataset) is None:
            self._scene = None
            self.side.timeline.entitle("")
            self.side.timeline.set_rows(Rows((), (), str))
            self.side.show_lines("", (), same=False)
        elif self.detail_shown():
            begin(self, self._read_timeline, dataset, group="timeline")
            if self.lineage is None:
                self.post_message(self.KeysWanted("lineage"))  # who used which version

    async def _read_timeline(self, dataset: Dataset) -> None:
        scene, rows = await self._timeline_asker.ask(lambda: self._made(dataset))
        if dataset.path != self.looked_at:
            return
        self._scene, self._shown = scene, dataset.path
        table = self.side.timeline
        table.set_rows(rows)
        if self._timeline_of != dataset.path:
            self._timeline_of = dataset.path
            table.move_to(0)
        if self._moment_wanted is not None and table.move_to_key(self._moment_wanted):
            self._moment_wanted = None
        self._flag()
        self.entitle_timeline()
        self._look()
        self.post_message(self.KeysMoved())

    def _made(self, dataset: Dataset) -> tuple[DataScene, Rows[Moment]]:
        """In a thread: the timeline with what is quick to find out."""
        if self.pipeline is not self._stood_on:
            self._stood_on = self.pipeline
            self.reading.forget()
        scene = self.reading.scene(self.looked(dataset), self.lineage, self.now)
        moments = timeline(dataset)
        if self.workspace.as_of is not None:  # the worktree of then is not known
            moments = tuple(moment for moment in moments if moment.kind != "now")
        return scene, timeline_rows(moments, scene)

    def entitle_timeline(self) -> None:
        """Whose timeline it is, of how many versions, and what is going on."""
        dataset = self.dataset
        if dataset is None:
            return
        known = "reading its history" if dataset.versions is None else count(dataset.versions, "version")
        marks = len(self.marks)
        words = [safe(dataset.path), known, f"{marks} marked" if marks else "", self.asking]
        self.side.timeline.entitle("  ".join(filter(None, words)))

    @on(VirtualTable.Highlighted, "#timeline")
    def _stepped(self, message: VirtualTable.Highlighted) -> None:
        message.stop()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(REST, self._look)
        self.post_message(self.KeysMoved())

    @on(VirtualTable.Chosen, "#timeline")
    def _deeper(self, message: VirtualTable.Chosen) -> None:
        message.stop()
        self.side.below.focus(scroll_visible=False)

    # What stands below it

    def _look(self) -> None:
        """Show what two marked versions differ in, else the moment under the cursor; what takes long comes later."""
        self._turn += 1
        pair, moment, scene = self.marked_versions(), self.moment, self._scene
        if scene is None or (dataset := self.dataset) is None:
            return
        if pair is not None:
            begin(self, compared, self, self.looked(dataset), pair, group="moment")
        elif moment is not None:
            self._tell(moment, scene)
            begin(self, self._look_closer, moment, scene, group="moment")

    def _same_turn(self) -> Callable[[], bool]:
        """What says whether the moment looked at is still the same."""
        turn = self._turn
        return lambda: turn == self._turn and self.app.is_running

    async def ask_about_moment(self, question: Callable[[], T]) -> T:
        """What `question` gives, in a thread; one such question at a time."""
        return await self._moment_asker.ask(question)

    def is_told(self, *told: str) -> bool:
        """Whether this is what stands below the timeline already; from now on it does."""
        same, self._told = told == self._told, told
        return same

    def _tell(self, moment: Moment, scene: DataScene, changed: Sequence[Line] | None = None) -> None:
        """Show a moment; without `changed` what became of its files is yet to come, and nothing is to jump for that."""
        same = self.is_told(scene.dataset.path, moment.key)
        if same and changed is None and self._told_whole:
            return
        self._told_whole = changed is not None
        lines = moment_detail(moment, scene, changed or ())
        self.side.show_lines(moment_title(moment, scene.dataset), lines, same=same)

    async def _look_closer(self, moment: Moment, scene: DataScene) -> None:
        """What takes long to find out of one moment: each of its files in the cache, and what became of them."""
        from mltui.sources.dvc.stored import Overtaken

        looked, version, former = self.looked(scene.dataset), moment.version, moment.former
        digest = version.hash if version else looked.dataset.hash if moment.kind == "now" else None
        try:
            changed = await self._moment_asker.ask(lambda: self.reading.since(looked, former, version))
            if looked.go_on():
                self._tell(moment, scene, changed)
            if digest and digest not in scene.held:
                held = await self._moment_asker.ask(lambda: self.reading.held(looked, digest))
                if held is not None and looked.go_on():
                    self._scene = scene = replace(scene, held={**scene.held, digest: held})
                    self._tell(moment, scene, changed)
                    self.side.timeline.set_rows(self._again(scene))
        except Overtaken:
            return

    def _again(self, scene: DataScene) -> Rows[Moment]:
        """The same moments with what was found out meanwhile."""
        return timeline_rows(tuple(self.side.timeline.rows.items), scene)

    # What keys of the screen ask

    def on_descendant_focus(self) -> None:
        super().on_descendant_focus()
        self.side.set_class(self.side.below.has_focus, "-deep")

    def leave(self) -> bool:
        if self.side.below.has_focus:
            self.side.set_class(False, "-deep")
            self.side.timeline.focus(scroll_visible=False)
            return True
        return super().leave()

    def opens(self) -> bool:
        return super().opens() or (self.side.timeline.has_focus and self.moment is not None)

    def special(self) -> Sequence[str]:
        return ("Data",)

    def _digest(self) -> str | None:
        """The hash that the cursor is on."""
        moment, dataset = self.moment if self.inside else None, self.dataset
        if moment is not None and moment.version is not None:
            return moment.version.hash
        return dataset.hash if dataset is not None and (moment is None or moment.kind == "now") else None

    def as_of_word(self) -> str:
        moment = self.moment if self.inside else None
        return short_sha(moment.version.commit) if moment is not None and moment.version is not None else ""

    def lineage_of(self) -> str | None:
        dataset = self.dataset
        return node_of(dataset, self._digest()) if dataset is not None else None

    def copy_id(self) -> str | None:
        """``path@md5:hash`` of the version; of a file that was changed its path."""
        files = self.side.files
        if files.has_focus and files.cursor_key is not None:
            path: str = files.rows.item(files.cursor_row).path
            return path
        dataset, digest = self.dataset, self._digest()
        return None if dataset is None else f"{dataset.path}@{digest}" if digest else dataset.path

    def selected(self) -> str | None:
        dataset = self.dataset
        moment = self.moment if self.inside else None
        if dataset is None or moment is None or moment.version is None:
            return self.looked_at
        return f"{dataset.path}@{moment.version.hash}"

    def reveal(self, key: str) -> bool:
        """A dataset by its path, or one of its versions by ``path@md5:…``."""
        path, at, digest = key.rpartition("@md5:")
        if not at:
            return super().reveal(key)
        self._moment_wanted = f"md5:{digest}"
        self._timeline_of = path
        super().reveal(path)
        self.inside = True
        self._read_detail()
        return True

    def offers(self) -> Sequence[Offer]:
        if self.side.files.has_focus:
            return offers_of(self.side.files.rows, self.side.files.cursor_row)
        table = self.side.timeline if self.inside else self.master
        dataset = self.dataset
        path = (value_offer("path", "path", dataset.path),) if dataset is not None else ()
        return (*offers_of(table.rows, table.cursor_row), *path)
