"""Commands of the charts beside the table of runs: their keys act while the charts have the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mltui.tui.commands.base import Command

if TYPE_CHECKING:
    from mltui.tui.screens.main import MainScreen


class _Charts(Command):
    """Common to all of them."""

    group = "Charts"
    own = True
    rank = 3
    of_lines: ClassVar[bool] = False  #: whether only charts of lines have it

    @classmethod
    def in_footer(cls, screen: MainScreen) -> bool:
        above = (screen.focused or screen).ancestors_with_self
        kind = next((getattr(node, "kind", "") for node in above if node.id == "charts"), "")
        return bool(cls.footer and kind) and (kind == "lines" or not cls.of_lines)


class One(_Charts):
    """The chart under the cursor in the whole pane; esc brings all of them back."""

    id, keys, title, footer = "charts.one", "enter", "One chart", "one"
    fixed = True


class Next(_Charts):
    """The next chart, a screenful on, the last one."""

    id, keys, title = "charts.next", "down,j,pagedown,ctrl+f,end,G", "Next chart"
    fixed = True


class Former(_Charts):
    """The chart before, a screenful back, the first one."""

    id, keys, title = "charts.former", "up,k,pageup,ctrl+b,home,g", "Former chart"
    fixed = True


class CursorBack(_Charts):
    """The cursor to smaller x: the legend says every run's value there. A zoomed chart goes along at its edge."""

    id, keys, title = "charts.cursor.left", "left,shift+left", "Cursor left"
    fixed = True


class CursorOn(_Charts):
    """The cursor to larger x; with shift ten columns at once."""

    id, keys, title, footer = "charts.cursor.right", "right,shift+right", "Cursor right", "cursor"
    fixed = True
    of_lines = True


class Metrics(_Charts):
    """Choose which metrics are shown; of the scatter chart its two columns."""

    id, keys, title, footer = "charts.metrics", "v,m", "Metrics shown", "metrics"


class Way(_Charts):
    """Lines, bars of the last values, or runs as points over any two metrics or numeric params."""

    id, keys, title, footer = "charts.kind", "w", "Lines, bars, scatter", "kind"


class XAxis(_Charts):
    """The x axis: step, time since the start, wall time. Where steps repeat, time is used and the chart says so."""

    id, keys, title, footer = "charts.x", "x", "X axis", "x axis"
    of_lines = True


class Smooth(_Charts):
    """Smooth by an exponential moving average of 0.3, 0.6, 0.9, 0.99, or not; the raw line stays behind it."""

    id, keys, title, footer = "charts.smooth", "e", "Smoothing", "smooth"
    of_lines = True


class Log(_Charts):
    """Log axes: y, x, both, none."""

    id, keys, title = "charts.log", "a", "Log axes"


class Outliers(_Charts):
    """Leave outliers out of the range of y, or take them in; those that are left out are counted."""

    id, keys, title = "charts.outliers", "i", "Ignore outliers"


class Closer(_Charts):
    """Zoom in on x, around the cursor."""

    id, keys, title, footer = "charts.closer", "plus,equals_sign", "Zoom in", "zoom"
    of_lines = True


class Further(_Charts):
    """Zoom out on x."""

    id, keys, title = "charts.further", "underscore,minus", "Zoom out"


class Whole(_Charts):
    """All of x, and no cursor."""

    id, keys, title = "charts.whole", "0", "Whole range"


CHARTS: tuple[type[Command], ...] = (
    One,
    Next,
    Former,
    CursorBack,
    CursorOn,
    Metrics,
    Way,
    XAxis,
    Smooth,
    Log,
    Outliers,
    Closer,
    Further,
    Whole,
)
