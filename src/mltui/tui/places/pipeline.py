"""Pipeline: the stages as a graph, and why each is as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.model.dvc import Pipeline, Stage
from mltui.present.pipeline import stage_detail, stage_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, as_of, safe
from mltui.tui.places.base import Parts, bound
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.parts import PipelinePart, says, value, without_stage_or_dataset


class PipelinePlace(MasterDetail[Stage]):
    """Why is it stale?"""

    number: ClassVar[int] = 4
    title: ClassVar[str] = "Pipeline"
    placeholder: ClassVar[str] = "asking dvc"

    pipeline: reactive[PipelinePart] = bound(None)
    now: reactive[int] = bound(0)

    @classmethod
    def missing(cls, parts: Parts) -> tuple[Line, ...]:
        known = value(part := parts.get("pipeline"))
        none = says("No stage here: no dvc.yaml declares one.", "dvc stage add", "makes the first one.")
        return without_stage_or_dataset(part, known and known.stages, none)

    def rows(self) -> Rows[Stage] | None:
        known = value(self.pipeline)
        flat = bool(self.filter_text or self.sorted_by())
        return stage_rows(known, self.symbols, flat=flat) if known else None

    def detail(self, item: Stage) -> tuple[str, Sequence[Line]]:
        known = value(self.pipeline) or Pipeline()
        return safe(item.address), stage_detail(item, known, self.now, self.symbols)

    def lineage_of(self) -> str | None:
        return f"stage:{self.looked_at}" if self.looked_at else None

    def note(self) -> str:
        known = value(self.pipeline)
        if known is None or known.settled:
            return ""
        return f"{as_of(known.as_of, self.now)}, asking dvc" if known.as_of else "asking dvc"
