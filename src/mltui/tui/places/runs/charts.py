"""The page `charts` of the Runs place: what its keys do."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from mltui.tui.places.runs.drawn_charts import DrawnCharts, remember
from mltui.tui.widgets.charts.board import ChartBoard
from mltui.tui.widgets.charts.look import Look, moved, zoomed
from mltui.tui.working import begin

#: Columns that shift moves the cursor by.
FAR = 10


class ChartsPage(DrawnCharts):
    """Charts of the chosen runs: all metrics in a grid, or one of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cursor(-1)", "Cursor left", show=False),
        Binding("right", "cursor(1)", "Cursor right", show=False),
        Binding("shift+left", f"cursor(-{FAR})", "Cursor far left", show=False),
        Binding("shift+right", f"cursor({FAR})", "Cursor far right", show=False),
        Binding("v,m", "choose", "Metrics", show=False, id="charts.metrics"),
        Binding("w", "look('next_kind')", "Kind", show=False, id="charts.kind"),
        Binding("x", "look('next_x')", "X axis", show=False, id="charts.x"),
        Binding("e", "look('next_smoothing')", "Smooth", show=False, id="charts.smooth"),
        Binding("a", "look('next_log')", "Log axes", show=False, id="charts.log"),
        Binding("i", "look('next_range')", "Outliers", show=False, id="charts.outliers"),
        Binding("plus,equals_sign", "zoom(True)", "Zoom in", show=False, id="charts.closer"),
        Binding("underscore,minus", "zoom(False)", "Zoom out", show=False, id="charts.further"),
        Binding("0", "look('whole')", "Whole range", show=False, id="charts.whole"),
    ]

    def _look_as(self, look: Look) -> None:
        former, self._look = self._look, look
        turned = look.kind != former.kind
        other = turned and "scatter" in (look.kind, former.kind)
        remember(self.app, look)
        self.board.point(look)
        if other:
            self.board.show_single(False)
        if turned and self._subject is not None:
            self._hang()
            return
        self._describe()
        if look.still() != former.still():
            self._draw()
        elif (picture := self.board.picture) is not None:  # only the cursor moved: no worker need be waited for
            self._legend(picture.legend_at(self.board.cursor))

    def _lacks(self, change: str) -> bool:
        """Say that these charts have no such thing."""
        once = self.kind != self._look.kind  # bars in place of lines of one point
        if why := replace(self._look, kind=self.kind or self._look.kind).lacks(change, once=once):
            self.screen.say(why)  # type: ignore[attr-defined]
        return bool(why)

    def action_look(self, change: str) -> None:
        if self._lacks(change):
            return
        self._look_as(getattr(self._look, change)())
        if self._look.kind == "scatter" and self._look.columns is None:
            self.action_choose()

    def action_cursor(self, by: int) -> None:
        picture = self.board.picture
        if self._lacks("cursor") or picture is None or picture.axis is None:
            return
        axis = picture.axis
        to = axis.beside(self._look.cursor_on(axis.kind), by)
        self._look_as(moved(self._look, axis.kind, axis.whole, to))

    def action_zoom(self, closer: bool) -> None:
        picture = self.board.picture
        if not self._lacks("zoom") and picture is not None and picture.axis is not None:
            self._look_as(zoomed(self._look, picture.axis.kind, picture.axis.whole, closer))

    @on(ChartBoard.Pointed)
    def _pointed(self, message: ChartBoard.Pointed) -> None:
        message.stop()
        picture = self.board.picture
        if picture is not None and picture.axis is not None and message.column >= picture.axis.area.left:
            axis = picture.axis
            self._look_as(moved(self._look, axis.kind, axis.whole, axis.x_of(message.column)))

    def action_choose(self) -> None:
        """Which metrics are shown; of the scatter chart which columns."""
        from mltui.tui.places.runs.chart_choices import choose_columns, choose_metrics

        if self._subject is None or not self._subject.keys:
            return
        if self._look.kind == "scatter":
            choose_columns(self, self._subject, self._look, self._look_as)
        else:
            choose_metrics(self, self._subject, self._look, self._picked)

    def _picked(self, keys: tuple[str, ...]) -> None:
        self._look = replace(self._look, keys=keys)
        remember(self.app, self._look)
        begin(self, self._survey, group="charts-survey")
