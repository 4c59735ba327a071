"""One chart as it stands on the screen: its lines, its legend, and which x each of its columns is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from mltui.model.series import XKind
from mltui.present.plot import ROLES, Area, Plot
from mltui.present.plot_cursor import ruled
from mltui.present.plot_legend import legend
from mltui.present.plot_ticks import x_label
from mltui.present.text import Line, Symbols
from mltui.tui.widgets.charts.look import Kind, Range

#: The smallest x that a log axis is asked about.
LEAST: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Sketch:
    """The size of a chart with its title (columns, rows), that of its legend, the characters to draw with, and how many
    curves the theme's colours tell apart."""

    width: int
    height: int
    legend_width: int
    legend_rows: int
    symbols: Symbols
    colours: int = ROLES


@dataclass(frozen=True, slots=True)
class Axis:
    """The x axis of a drawn chart: `whole` is all of x, `area` says what of it is seen, and where."""

    kind: XKind
    whole: Range
    area: Area
    log: bool = False

    @property
    def window(self) -> Range:
        """What of x is seen."""
        low, high = self.area.ends
        return self._value(low), self._value(high)

    def x_of(self, column: int) -> float:
        """The x in the middle of a column of the chart."""
        share = min(max((column - self.area.left + 0.5) / self.area.columns, 0.0), 1.0)
        low, high = self.area.ends
        return self._value(low + share * (high - low))

    def column_of(self, x: float) -> int | None:
        """The column, from the left edge of the curves, that `x` is in, as curves are drawn; None if it is not seen."""
        low, high = self.area.ends
        at = self._scale(x)
        if not low <= at <= high:
            return None
        share = (at - low) / (high - low) if high > low else 0.5
        return round(share * (2 * self.area.columns - 1)) // 2

    def beside(self, x: float | None, by: int) -> float:
        """The x that is `by` columns beside `x`; without one, the end that one moves away from."""
        low, high = self.area.ends
        if x is None:
            return self._value(high if by < 0 else low)
        to = self._value(self._scale(x) + by * (high - low) / max(self.area.columns - 1, 1))
        if self.kind != "step":
            return to
        return round(to) if abs(to - x) >= 1 else round(x) + (1 if by > 0 else -1)  # there is nothing between steps

    def _scale(self, x: float) -> float:
        return math.log10(max(x, LEAST)) if self.log else x

    def _value(self, scaled: float) -> float:
        return 10.0**scaled if self.log else scaled


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart's `title` and the `lines` below it, the `legend` of its curves; None for `axis` where there is no x.

    `kind` is what was drawn: lines of one point each are bars.

    The cursor is put over it: `lines_at` and `legend_at` an x are quick enough for the thread that draws the screen.
    """

    title: Line
    lines: tuple[Line, ...]
    legend: tuple[Line, ...] = ()
    axis: Axis | None = None
    plot: Plot | None = None
    sketch: Sketch | None = None
    kind: Kind = "lines"

    def lines_at(self, x: float | None) -> tuple[Line, ...]:
        """`lines`, with the cursor's rule where `x` is seen."""
        column = None if x is None or self.axis is None else self.axis.column_of(x)
        if column is None or self.axis is None or self.sketch is None:
            return self.lines
        return tuple(ruled(self.lines, self.axis.area, column, self.sketch.symbols))

    def legend_at(self, x: float | None) -> tuple[Line, ...]:
        """The legend with the curves' values at `x`."""
        if x is None or self.plot is None or self.sketch is None:
            return self.legend
        of = self.sketch
        return tuple(legend(self.plot, of.legend_width, of.legend_rows, of.symbols, x))

    def said(self, x: float) -> str:
        """Where `x` is, in a word or two."""
        return "" if self.axis is None else x_label(x, self.axis.kind)
