"""Data: what DVC tracks, and its versions over history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.model.dvc import Dataset
from mltui.present.data import dataset_detail, dataset_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, safe
from mltui.tui.places.base import Parts
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.parts import PipelinePart, says, still_there, stood_in_the_way, value


class DataPlace(MasterDetail):
    """Which data do I have, and since when?"""

    number: ClassVar[int] = 3
    title: ClassVar[str] = "Data"
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
        if part.value is not None and part.value.datasets:
            return ()
        if part.value is not None and part.value.roots:
            return says("No dataset here: DVC tracks none.", "dvc add data.csv", "tracks the first one.")
        return says("No DVC project here.", "dvc init", "makes one.")

    def rows(self) -> Rows[Dataset] | None:
        if (known := value(self.pipeline)) is None:
            return None
        self._datasets = {dataset.path: dataset for dataset in known.datasets}
        return dataset_rows(known.datasets, self.symbols)

    def detail(self, key: str) -> tuple[str, Sequence[Line]]:
        return safe(key), dataset_detail(still_there(self._datasets, key), self.now, self.symbols)
