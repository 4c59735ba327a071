"""Models: registered models with their versions, and who holds which alias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.model.metric import PrimaryMetric
from mltui.present.models import Held, held, version_detail, version_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, safe
from mltui.tui.places.base import Parts
from mltui.tui.places.master import MasterDetail
from mltui.tui.places.parts import ModelsPart, RunsPart, runs_of, says, scene_of, still_there, stood_in_the_way, value


class ModelsPlace(MasterDetail):
    """What is out there, and where did it come from?"""

    number: ClassVar[int] = 6
    title: ClassVar[str] = "Models"
    placeholder: ClassVar[str] = "reading models"

    models: reactive[ModelsPart] = reactive(None, init=False, repaint=False)
    runs: reactive[RunsPart] = reactive(None, init=False, repaint=False)
    primary: reactive[PrimaryMetric | None] = reactive(None, init=False, repaint=False)
    now: reactive[int] = reactive(0, init=False, repaint=False)

    @classmethod
    def missing(cls, parts: Parts) -> tuple[Line, ...]:
        part = parts.get("models")
        if part is None or part.value:
            return ()
        return stood_in_the_way(part) or says(
            "No registered model here.",
            'mlflow.register_model("runs:/RUN_ID/model", "NAME")',
            "makes the first one.",
        )

    def rows(self) -> Rows[Held] | None:
        if (known := value(self.models)) is None:
            return None
        by_id = {run.run_id: run for run in runs_of(self.runs)}
        self._held = {row.key: row for row in held(known, by_id)}
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return version_rows(known, by_id, scene)

    def detail(self, key: str) -> tuple[str, Sequence[Line]]:
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return safe(key), version_detail(still_there(self._held, key), scene)
