"""Data: what DVC tracks, and its versions over history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.model.dvc import Dataset
from mltui.present.data import dataset_detail, dataset_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, safe
from mltui.tui.places.base import Parts, bound
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.parts import PipelinePart, says, value, without_stage_or_dataset


class DataPlace(MasterDetail[Dataset]):
    """Which data do I have, and since when?"""

    number: ClassVar[int] = 3
    title: ClassVar[str] = "Data"
    placeholder: ClassVar[str] = "asking dvc"

    pipeline: reactive[PipelinePart] = bound(None)
    now: reactive[int] = bound(0)

    @classmethod
    def missing(cls, parts: Parts) -> tuple[Line, ...]:
        known = value(part := parts.get("pipeline"))
        none = says("No dataset here: DVC tracks none.", "dvc add data.csv", "tracks the first one.")
        return without_stage_or_dataset(part, known and known.datasets, none)

    def rows(self) -> Rows[Dataset] | None:
        known = value(self.pipeline)
        return dataset_rows(known.datasets, self.symbols) if known else None

    def note(self) -> str:
        known = value(self.pipeline)
        return "" if known is None or known.settled else "as it was, asking dvc"

    def lineage_of(self) -> str | None:
        dataset = self._items.get(self.looked_at or "")
        return f"data:{dataset.path}@{dataset.hash}" if dataset is not None and dataset.hash else None

    def no_lineage(self) -> str:
        return "no version of it is known: it has no hash" if self.looked_at else super().no_lineage()

    def detail(self, item: Dataset) -> tuple[str, Sequence[Line]]:
        return safe(item.path), dataset_detail(item, self.now, self.symbols)
