"""The stages drawn as a graph, or in a table: what a worker makes of them, and how one goes about in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.reactive import reactive
from textual.widget import Widget

from mltui.model.dvc import Pipeline, Stage
from mltui.model.job import Job
from mltui.model.stage_state import StageState, states_of
from mltui.present.pipeline import stage_rows
from mltui.present.rows import Rows
from mltui.present.spots import Drawing
from mltui.present.stage_detail import GraphScene
from mltui.present.stage_graph import StageGraph, drawn, legend, placed
from mltui.present.stage_groups import GroupFolds, group_of
from mltui.present.stage_needs import APART, need_lines
from mltui.present.text import Span, line, plain
from mltui.tui.places.base import bound
from mltui.tui.places.detailed import REST
from mltui.tui.places.parts import JobsPart, value
from mltui.tui.places.pipeline.asking_remote import OutsAsked
from mltui.tui.places.pipeline.near import Neighbours
from mltui.tui.places.pipeline.picture import Picture
from mltui.tui.widgets.graph_view import Folding, GraphView, Turned
from mltui.tui.widgets.table import VirtualTable


class DrawnStages(OutsAsked, Neighbours):
    """A table of stages with a `StageDrawing` of them, of which one is in front: the cursor of both is on one stage."""

    jobs: reactive[JobsPart] = bound(None)
    #: Whether the drawing is what one looks at, and not the table.
    drawn: reactive[bool] = bound(True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._folds = GroupFolds()
        self._at = ""  # the id of the box under the cursor of the drawing
        self._made: Picture | None = None  #: what the newest worker made
        self._asked_for: str | None = None
        self._waits = False  # for the first layout of the drawing

    def scene(self, states: Mapping[str, StageState] | None = None) -> GraphScene:
        """What is told of the stages, with what was made of their `states` already."""
        raise NotImplementedError

    def on_mount(self) -> None:
        super().on_mount()
        self.set_class(self.drawn, "-drawn")
        self.drawing.entitle(self.title)
        self.drawing.show((line(Span(self.placeholder, "dim")),))

    @property
    def drawing(self) -> GraphView:
        return self.query_one("#drawing", GraphView)

    @property
    def front(self) -> Widget:
        return self.drawing if self.drawn else self.master

    @property
    def _jobs(self) -> tuple[Job, ...]:
        return value(self.jobs) or ()

    def stages_looked_at(self) -> Sequence[Stage]:
        box = self._picture.boxes.get(self._at) if self.drawn and self._picture is not None else None
        item = self._items.get(self.looked_at or "")
        return box.stages if box is not None else (item,) if item is not None else ()

    # What a worker makes

    def rebuild(self) -> None:
        if self.drawn and self.display and not self.empty and not self.drawing.size and not self._waits:
            self._waits = True
            self.call_after_refresh(self.rebuild)  # as soon as it is known how much room there is
            return
        self._waits = False
        super().rebuild()

    def rows(self) -> Rows[Stage] | None:
        known = value(self.pipeline)
        if known is None:
            return None
        states = states_of(known.stages, self._jobs)
        flat = bool(self.filter_text or self.sorted_by())
        rows = stage_rows(known, self.symbols, states, flat=flat)
        through = tuple(rows.matching(self.filter_text).keys()) if self.filter_text else None
        self._made = Picture(rows, states, through=through)
        if self.drawn:
            former = self._picture.graph if self._picture is not None else None
            around = self.centre(self._asked_for or self._at, through)
            graph = placed(known.stages, self._folds, self._room(), self.symbols, former, around=around)
            drawing = self._with_needs(drawn(graph, states, self.symbols, through), graph, states, through)
            self._made = Picture(rows, states, graph, drawing, through)
        return rows

    def _with_needs(
        self, drawing: Drawing, graph: StageGraph, states: Mapping[str, StageState], through: tuple[str, ...] | None
    ) -> Drawing:
        """With what is not fresh below it, where a small pipeline leaves room; not of a time whose states nobody
        knows."""
        scene, (wide, high) = self.scene(states), self._room()
        known = scene.pipeline
        if known.then or graph.layout.width > wide or not (known.settled or known.as_of):
            return drawing
        if graph.around:
            here = (stage.address for box in graph.boxes.values() for stage in box.stages)
            through = tuple(each for each in here if through is None or each in through)
        needs = need_lines(scene, (wide, high - graph.layout.height - APART), through, graph.boxes.values())
        return replace(drawing, lines=(*drawing.lines, *[()] * APART, *needs)) if needs else drawing

    def _room(self) -> tuple[int, int]:
        """Columns and lines of the drawing; of lines as many as without the scrollbar that a wide one has below it."""
        panel = self.drawing
        return panel.scrollable_content_region.width - 2, panel.content_region.height

    def taken_in(self) -> None:
        before, self._picture = self._picture, self._made
        picture = self._picture
        if picture is None or picture.graph is None:
            return
        if self._asked_for and self._asked_for in picture.states:
            self._at, self._asked_for = self._asked_for, None
        narrowed = picture.through is not None and (before is None or before.through != picture.through)
        self._at = self._standing(picture, narrowed)
        self._show_drawing()
        self.drawing.subtitle(plain(legend(set(picture.states.values()), self.symbols)).strip())
        if picture.graph.room != self._room():
            self.rebuild()

    def _standing(self, picture: Picture, narrowed: bool) -> str:
        """The box the cursor stands on: the same, else the one that holds its stage, else a match, else the first."""
        if narrowed and picture.around:
            return picture.around
        at = picture.box_of(self._at) or picture.box_of(self._former_member())
        if narrowed and picture.through and not (at and picture.has(at, picture.through)):
            at = picture.stepped(at, picture.through, 1)
        if not at and self.inside and self._at:
            return self._at  # it went while its detail was gone into: that says so
        return at or next(iter(picture.boxes), "")

    def _former_member(self) -> str:
        """A group that was unfolded is where its first stage is; a stage that went is where its table's cursor is."""
        known = value(self.pipeline) or Pipeline()
        members = [stage.address for stage in known.stages if self._at and group_of(stage) == self._at]
        return members[0] if members else self.master.cursor_key or ""

    def _show_drawing(self) -> None:
        if self._picture is not None and self._picture.graph is not None:
            self.drawing.show_drawing(self._picture.drawing, self._at)

    def entitle(self) -> None:
        super().entitle()
        self.drawing.entitle(self.master.title_text)

    @property
    def looked_at(self) -> str | None:
        if self.drawn and self._picture is not None and self._picture.graph is not None:
            return self._at or None
        return super().looked_at

    def opens(self) -> bool:
        return super().opens() if not self.drawn else not self.inside and not self.empty and bool(self._at)

    # Going about in the drawing

    @on(GraphView.Selected)
    def _select(self, message: GraphView.Selected) -> None:
        message.stop()
        self._go(message.key)

    @on(VirtualTable.Highlighted, "#master")
    def _follow(self, message: VirtualTable.Highlighted) -> None:
        """The table, which may be out of sight, has its cursor elsewhere: so has the drawing."""
        picture, key = self._picture, self.master.cursor_key
        if not self.drawn or picture is None or not key or self._at not in picture.boxes:
            return
        if not picture.has(self._at, (key,)) and (box := picture.box_of(key)):
            self._at = box
            self._show_drawing()

    def _go(self, id: str) -> None:
        self._at = id
        if self._picture is not None and id in self._picture.boxes:
            any(self.master.move_to_key(stage.address) for stage in self._picture.boxes[id].stages)
        self._show_drawing()
        self.went_to(id)
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(REST, self._read_detail)
        self.post_message(self.KeysMoved())

    @on(GraphView.Chosen)
    def _choose(self, message: GraphView.Chosen) -> None:
        message.stop()
        if self.group:
            self._fold(self.group, False)
        elif self._at:
            self.inside = True

    @property
    def group(self) -> str:
        """The id of the folded group under the cursor; "" on a stage."""
        box = self._picture.boxes.get(self._at) if self._picture is not None else None
        return box.id if box is not None and box.folded else ""

    @on(Folding)
    def _folding(self, message: Folding) -> None:
        message.stop()
        box = self._picture.boxes.get(message.key) if self._picture is not None else None
        if box is not None and box.group and box.folded == message.unfold:
            self._fold(box.group, not message.unfold)
        else:
            self.post_message(self.Said("no group of foreach or matrix here" if box and not box.group else ""))

    def _fold(self, group: str, folded: bool) -> None:
        self._folds = self._folds.fold(group, folded)
        if folded:
            self._at = group
        self.redraw()

    @on(Turned)
    def _turn(self, message: Turned) -> None:
        message.stop()
        self.drawn = not self.drawn

    def watch_drawn(self, drawn: bool) -> None:
        self.set_class(drawn, "-drawn")
        if drawn:
            self._at = self.master.cursor_key or self._at
        elif (box := self._picture.boxes.get(self._at) if self._picture else None) is not None:
            self.master.move_to_key(box.stages[0].address)
        self.front.focus(scroll_visible=False)
        self._redrawn += 1
        self.call_after_refresh(self.rebuild)  # when its room is known
        self.post_message(self.KeysMoved())

    def on_resize(self) -> None:
        super().on_resize()
        if self.drawn:
            self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        graph = self._picture.graph if self._picture is not None else None
        if graph is not None and graph.room != self._room():
            self.moved()

    # What keys of the screen ask

    def reveal(self, key: str) -> bool:
        found = super().reveal(key)
        if self.drawn:
            stage = next((each for each in (value(self.pipeline) or Pipeline()).stages if each.address == key), None)
            if stage is not None and (group := group_of(stage)):
                self._folds = self._folds.fold(group, False)
            picture = self._picture
            if picture is not None and key in picture.boxes:
                self._go(key)
            else:
                self._asked_for = key
                self._redrawn += 1
                self.moved()
        return found

    def step_match(self, text: str, by: int) -> bool:
        picture = self._picture
        if not self.drawn or picture is None or picture.graph is None:
            return super().step_match(text, by)
        if picture.around:
            found = picture.following(self._at, tuple(picture.rows.matching(text).keys()), by)
            return bool(found) and self.reveal(found)
        found = picture.stepped(self._at, tuple(picture.rows.matching(text).keys()), by)
        if found:
            self._go(found)
        return bool(found)

    def sort_choices(self) -> Sequence[tuple[str, str]]:
        return () if self.drawn else super().sort_choices()
