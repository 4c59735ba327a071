"""What keys ask of the Overview: where a row leads, what it is called, whose lineage it has."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.events import DescendantFocus

from mltui.present.overview_holders import version_key
from mltui.present.overview_needs import need_target
from mltui.tui.places.base import Place
from mltui.tui.places.node_ids import node_id
from mltui.tui.places.overview_drawn import Drawn
from mltui.tui.widgets.chart import ChartView
from mltui.tui.widgets.door import Door
from mltui.tui.widgets.table import VirtualTable

#: Panels that are tables -> the place that ``enter`` on a row goes to ("": it depends on the row).
TABLES = {"needs": "", "holders": "models", "datasets": "data", "newest": "runs", "commits": "history"}


class OverviewKeys(Place):
    """The part of the Overview that is asked and goes elsewhere; what is drawn is `OverviewPlace`'s."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._drawn: Drawn | None = None

    @on(VirtualTable.Chosen)
    def _enter(self, message: VirtualTable.Chosen) -> None:
        message.stop()
        if target := self._target(message.table, message.key):
            self.post_message(self.GoTo(*target))
        elif message.key.startswith("problem:"):
            self.post_message(self.Asked("journal" if message.key.startswith("problem:journal:") else "problems"))

    def _target(self, table: VirtualTable, key: str) -> tuple[str, str] | None:
        """The place that knows more of a row, and the row's key there."""
        if place := TABLES.get(table.id or ""):
            return place, version_key(key)
        return need_target(self._drawn.view, key) if self._drawn else None

    def opens(self) -> bool:
        panel = self.screen.focused
        if isinstance(panel, VirtualTable) and (key := self.selected()) is not None:
            return self._target(panel, key) is not None or key.startswith("problem:")
        return isinstance(panel, (Door, ChartView))

    @on(VirtualTable.Highlighted)
    @on(DescendantFocus)
    def _other_keys(self) -> None:
        self.post_message(self.KeysMoved())

    @on(ChartView.Opened)
    def _open_trend(self, message: ChartView.Opened) -> None:
        message.stop()
        self.post_message(self.Asked("trend"))

    @on(Door.Opened)
    def _open(self, message: Door.Opened) -> None:
        message.stop()
        if stage := self._first_stage():
            self.post_message(self.GoTo(message.place, stage))

    def _first_stage(self) -> str | None:
        """The address of the first stage that is not fresh, else of the first one: where the pipeline's panel leads."""
        pipeline = self._drawn.view.snapshot.pipeline.value if self._drawn else None
        if not pipeline or not pipeline.stages:
            return None
        return next((stage for stage in pipeline.stages if stage.status != "fresh"), pipeline.stages[0]).address

    def selected(self) -> str | None:
        focused = self.screen.focused
        key = focused.cursor_key if isinstance(focused, VirtualTable) and focused in self.query("*") else None
        return None if key is None else version_key(key)

    def lineage_of(self) -> str | None:
        focused, key, drawn = self.screen.focused, self.selected(), self._drawn
        if isinstance(focused, Door):
            stage = self._first_stage()
            return node_id(focused.place, stage, {}) if stage else None
        if not isinstance(focused, VirtualTable) or key is None or drawn is None:
            return None
        target = self._target(focused, key)
        datasets = {each.path: each.hash for each in drawn.view.snapshot.datasets}
        return node_id(*target, datasets) if target else None

    def copy_id(self) -> str | None:
        """The id of a row; for what needs somebody its name."""
        if self._drawn and getattr(self.screen.focused, "id", None) == "needs" and (key := self.selected()):
            target = need_target(self._drawn.view, key)
            return target[1] if target else None
        return self.selected()
