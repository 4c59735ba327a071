"""Pipeline: the stages as a graph, and why each is as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.reactive import reactive

from mltui.model.as_of_history import STATUS_THEN
from mltui.model.dvc import Pipeline, Stage
from mltui.model.metric import PrimaryMetric
from mltui.model.stage_facts import StageFacts
from mltui.model.stage_state import StageState, states_of
from mltui.present.stage_detail import GraphScene, group_detail, running_step, stage_detail
from mltui.present.stage_facts import beside, moved_line
from mltui.present.text import Line, as_of, safe
from mltui.sources.logs.last import last_lines
from mltui.sources.port import now_ms
from mltui.tui.places.base import bound
from mltui.tui.places.parts import LineagePart, RunsPart, value
from mltui.tui.places.pipeline.drawn import DrawnStages
from mltui.tui.places.pipeline.made import MadeRuns
from mltui.tui.places.pipeline.widgets import StageDrawing, StageTable
from mltui.tui.places.registry import PIPELINE, Known
from mltui.tui.places.seconds import EverySecond
from mltui.tui.widgets.lines import LinesView


class PipelinePlace(DrawnStages, EverySecond):
    """Why is it stale?"""

    known: ClassVar[Known] = PIPELINE
    placeholder: ClassVar[str] = "asking dvc"
    told_only: ClassVar[frozenset[str]] = frozenset({"runs", "primary", "lineage"})

    runs: reactive[RunsPart] = bound(None)
    primary: reactive[PrimaryMetric | None] = bound(None)
    lineage: reactive[LineagePart] = bound(None)  # as far as somebody asked for it: here nobody does
    now: reactive[int] = bound(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._made_runs = MadeRuns()
        self._facts: tuple[object, StageFacts] | None = None  #: of which stage as it stands, and what was read

    def content(self) -> ComposeResult:
        yield StageDrawing(id="drawing")
        yield StageTable(placeholder=self.placeholder, id="master")
        yield LinesView(id="detail")

    def taken_in(self) -> None:
        self.count_seconds()
        super().taken_in()

    # Detail

    def detail(self, item: Stage) -> tuple[str, Sequence[Line]]:
        scene = self.scene()
        found = running_step(item, scene.jobs)
        tail = last_lines(found[0].log) if found is not None else ()
        known = self._facts[1] if self._facts is not None and self._facts[0] == self._standing_of(item) else None
        told = [("made", self._made_runs.line(item.address, self.runs, self.jobs, self.primary, self.lineage))]
        if known is not None:
            told = [("moved in", moved_line(known, scene.now)), *told]
            scene = replace(scene, beside=beside(known))
        remote = self.workspace.remote.known(self.root_of(item))
        return safe(item.address), stage_detail(item, replace(scene, told=told, tail=tail, remote=remote))

    def whole_detail(self, item: Stage) -> tuple[str, Sequence[Line]] | None:
        """With what git and DVC's files tell of its last run."""
        standing = self._standing_of(item)
        if self._facts is not None and self._facts[0] == standing:
            return None
        self._facts = standing, self.workspace.stage_facts.of(item)
        return self.detail(item)

    def _standing_of(self, item: Stage) -> object:
        """What the facts about a stage stand on."""
        known = value(self.pipeline)
        return item.address, item.outs, known.commit if known is not None else None

    def without_item(self, key: str) -> tuple[str, Sequence[Line]]:
        box = self._picture.boxes.get(key) if self._picture is not None else None
        return (safe(box.name), group_detail(box, self.scene())) if box else super().without_item(key)

    def scene(self, states: Mapping[str, StageState] | None = None) -> GraphScene:
        known, jobs = value(self.pipeline) or Pipeline(), self._jobs
        return GraphScene(known, states or states_of(known.stages, jobs), jobs, self._now(), self.symbols)

    def _now(self) -> int:
        return now_ms() if self.goes_on() else self.now

    def goes_on(self) -> bool:
        """Whether a job of ours runs, of which it is told for how long."""
        return self.workspace.as_of is None and any(job.state in ("running", "stopping") for job in self._jobs)

    def a_second_later(self) -> None:
        picture = self._picture
        if (
            picture is not None
            and picture.graph is not None
            and len(picture.drawing.lines) > picture.graph.layout.height
        ):
            self.rebuild()  # it says for how long below the drawing; the detail follows
        else:
            self._read_detail()

    # What keys of the screen ask

    def copy_id(self) -> str | None:
        return None if self.drawn and self.group else super().copy_id()

    def lineage_of(self) -> str | None:
        return f"stage:{self.looked_at}" if self.looked_at and not (self.drawn and self.group) else None

    def no_lineage(self) -> str:
        return "each stage of a group has its own lineage: + unfolds it" if self.group else super().no_lineage()

    def special(self) -> Sequence[str]:
        return (self.title,)

    def note(self) -> str:
        known = value(self.pipeline)
        words = [self.asking] if self.asking else []
        if known is not None and not known.settled:
            words.append(f"{as_of(known.as_of, self.now)}, asking dvc" if known.as_of else "asking dvc")
        if known is not None and known.then and self.drawn:
            words.append(STATUS_THEN)
        graph = self._picture.graph if self._picture is not None else None
        return "  ".join([*words, *(graph.notes if self.drawn and graph is not None else ())])
