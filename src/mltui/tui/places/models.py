"""Models: registered models with their versions, and who holds which alias."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.reactive import reactive

from mltui.model.champion import CHALLENGER, CHAMPION
from mltui.model.metric import PrimaryMetric
from mltui.present.models import Held, version_detail, version_rows
from mltui.present.rows import Rows
from mltui.present.text import Line, safe
from mltui.sources.sides.named import Named, of_version
from mltui.tui.places.base import bound
from mltui.tui.places.marking import Marking
from mltui.tui.places.parts import ModelsPart, RunsPart, runs_of, scene_of, value
from mltui.tui.places.registry import MODELS, Known


class ModelsPlace(Marking[Held]):
    """What is out there, and where did it come from?"""

    known: ClassVar[Known] = MODELS
    placeholder: ClassVar[str] = "reading models"

    models: reactive[ModelsPart] = bound(None)
    runs: reactive[RunsPart] = bound(None)
    primary: reactive[PrimaryMetric | None] = bound(None)
    now: reactive[int] = bound(0)

    def rows(self) -> Rows[Held] | None:
        if (known := value(self.models)) is None:
            return None
        by_id = {run.run_id: run for run in runs_of(self.runs)}
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return version_rows(known, by_id, scene)

    def lineage_of(self) -> str | None:
        held = self._items.get(self.looked_at or "")
        return f"model:{held.key}" if held is not None and held.version is not None else None

    def no_lineage(self) -> str:
        return "this model has no version yet" if self.looked_at else super().no_lineage()

    def named(self, item: Held) -> Named | None:
        return None if item.version is None else of_version(item.model, item.version, item.run)

    def since(self, item: Held) -> float:
        return (item.version.created if item.version else None) or 0

    def pair_of(self, item: Held) -> tuple[Named, Named] | None:
        """The champion and the version; of the champion itself the challenger."""
        holders = {alias.casefold(): version for alias, version in item.model.aliases.items()}
        version = item.version.version if item.version else ""
        champion = holders.get(CHAMPION)
        other = holders.get(CHALLENGER) if champion == version else champion
        found = self._items.get(f"{item.model.name}/{other}")
        own, opposite = self.named(item), self.named(found) if found is not None else None
        if own is None or opposite is None or other == version:
            return None
        return (own, opposite) if champion == version else (opposite, own)

    def no_pair(self) -> str:
        return "mark two versions with space to ask why they differ"

    def detail(self, item: Held) -> tuple[str, Sequence[Line]]:
        scene = scene_of(self.runs, self.models, self.primary, self.now, self.symbols)
        return safe(item.key), version_detail(item, scene)
