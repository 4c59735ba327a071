"""Where the charts of a grid stand: as large as fits while all are seen, else a readable size and a scrollbar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: A chart that is smaller than this says little more than a sparkline (columns, rows with its title).
NARROWEST: Final = 34
LOWEST: Final = 7
#: What a chart in a grid takes where it may choose.
GOOD: Final = (48, 11)
#: Columns and rows between two charts.
GAP: Final = (2, 1)


@dataclass(frozen=True, slots=True)
class Box:
    """Where a chart stands on the whole canvas: column and row of its upper left corner, columns and rows."""

    x: int
    y: int
    width: int
    height: int

    def holds(self, x: int, y: int) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass(frozen=True, slots=True)
class Tiles:
    """`count` charts in `columns`, each `width` x `height`, one after another from left to right."""

    count: int
    columns: int
    width: int
    height: int

    def box(self, at: int) -> Box:
        down, across = divmod(at, self.columns)
        return Box(across * (self.width + GAP[0]), down * (self.height + GAP[1]), self.width, self.height)

    @property
    def rows(self) -> int:
        """Rows of the whole canvas."""
        lines = -(-self.count // self.columns)
        return max(0, lines * (self.height + GAP[1]) - GAP[1])

    def between(self, top: int, bottom: int) -> range:
        """The charts of which something stands in the rows from `top` up to `bottom`."""
        pitch = self.height + GAP[1]
        first = max(0, top) // pitch * self.columns
        return range(min(first, self.count), min(self.count, (max(0, bottom - 1) // pitch + 1) * self.columns))

    def under(self, x: int, y: int) -> int | None:
        """The chart at a place of the canvas."""
        return next((at for at in self.between(y, y + 1) if self.box(at).holds(x, y)), None)


def laid(count: int, width: int, height: int) -> Tiles:
    """`count` charts on a screen of `width` x `height`."""
    width, height = max(1, width), max(1, height)
    shapes = [(_columns_width(columns, width), columns) for columns in _possible(width)]
    fitting = [
        Tiles(count, columns, across, down)
        for across, columns in shapes
        if (down := (height + GAP[1]) // -(-max(count, 1) // columns) - GAP[1]) >= min(LOWEST, height)
    ]
    if fitting:  # all of them are seen: those nearest to the shape a chart should have
        return min(fitting, key=lambda each: (abs(each.width / each.height - GOOD[0] / GOOD[1]), each.columns))
    across, columns = min(shapes, key=lambda each: (abs(each[0] - GOOD[0]), each[1]))
    heights = [(height + GAP[1]) // seen - GAP[1] for seen in range(1, height // LOWEST + 1)] or [max(1, height)]
    return Tiles(count, columns, across, min(heights, key=lambda each: (abs(each - GOOD[1]), each)))


def _possible(width: int) -> range:
    return range(1, max(1, (width + GAP[0]) // (NARROWEST + GAP[0])) + 1)


def _columns_width(columns: int, width: int) -> int:
    return max(1, (width + GAP[0]) // columns - GAP[0])
