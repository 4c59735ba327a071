"""Pipeline: the stages as a graph, and why each is as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.model.dvc import Stage
from mltui.present.pipeline import stage_detail, stage_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, as_of, safe
from mltui.tui.places.base import Parts
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.parts import PipelinePart, says, still_there, stood_in_the_way, value


class PipelinePlace(MasterDetail):
    """Why is it stale?"""

    number: ClassVar[int] = 4
    title: ClassVar[str] = "Pipeline"
    placeholder: ClassVar[str] = "asking dvc"

    pipeline: reactive[PipelinePart] = reactive(None, init=False, repaint=False)
    now: reactive[int] = reactive(0, init=False, repaint=False)

    @classmethod
    def missing(cls, parts: Parts) -> tuple[Line, ...]:
        part = parts.get("pipeline")
        if part is None:
            return ()
        if part.value is None and (problem := stood_in_the_way(part)):
            return problem
        if part.value is not None and part.value.stages:
            return ()
        if part.value is not None and part.value.roots:
            return says("No stage here: no dvc.yaml declares one.", "dvc stage add", "makes the first one.")
        return says("No DVC project here.", "dvc init", "makes one.")

    def rows(self) -> Rows[Stage] | None:
        if (known := value(self.pipeline)) is None:
            return None
        self._stages = {stage.address: stage for stage in known.stages}
        return stage_rows(known, self.symbols)

    def detail(self, key: str) -> tuple[str, Sequence[Line]]:
        stage, known = still_there(self._stages, key), value(self.pipeline)
        assert known is not None  # there would be no row
        return safe(stage.address), stage_detail(stage, known, self.now, self.symbols)

    def note(self) -> str:
        known = value(self.pipeline)
        if known is None or known.settled:
            return ""
        return f"{as_of(known.as_of, self.now)}, asking dvc" if known.as_of else "asking dvc"
