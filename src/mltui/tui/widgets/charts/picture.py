"""One chart as it stands on the screen: its lines, its legend, and which x each of its columns is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mltui.model.series import XKind
from mltui.present.text import Line
from mltui.tui.widgets.charts.look import Range


@dataclass(frozen=True, slots=True)
class Axis:
    """The x axis of a drawn chart: all of x, what of it is seen, and the columns it is seen in, from `left` on."""

    kind: XKind
    whole: Range
    seen: Range
    left: int
    columns: int
    log: bool = False

    def x_of(self, column: int) -> float:
        """The x in the middle of a column of the chart."""
        share = min(max((column - self.left + 0.5) / max(self.columns, 1), 0.0), 1.0)
        low, high = self._scale(self.seen[0]), self._scale(self.seen[1])
        return self._value(low + share * (high - low))

    def beside(self, x: float | None, by: int) -> float:
        """The x that is `by` columns beside `x`; without one, the end that one moves away from."""
        if x is None:
            return self.seen[1] if by < 0 else self.seen[0]
        low, high = self._scale(self.seen[0]), self._scale(self.seen[1])
        to = self._value(self._scale(x) + by * (high - low) / max(self.columns - 1, 1))
        if self.kind != "step":
            return to
        return round(to) if abs(to - x) >= 1 else round(x) + (1 if by > 0 else -1)  # there is nothing between steps

    def _scale(self, x: float) -> float:
        return math.log10(max(x, 1e-12)) if self.log else x

    def _value(self, scaled: float) -> float:
        return 10.0**scaled if self.log else scaled


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart's `title` and the `lines` below it, the `legend` of its curves; None for `axis` where there is no x."""

    title: Line
    lines: tuple[Line, ...]
    legend: tuple[Line, ...] = ()
    axis: Axis | None = None
    cursor: str = ""
