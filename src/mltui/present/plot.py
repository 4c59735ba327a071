"""What a chart shows, and `draw`: series of several runs as lines of text, drawn by plotext in braille.

Data only, and pure: call `draw` on a worker thread. A curve is told from the others by its letter at its end and in the
legend (and by its marker in ASCII), never by its role alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mltui.model.series import Series, XKind
from mltui.present.text import Line, Symbols

#: Roles for curves, ``series0`` … ``series7``; the ninth curve has the role of the first and another letter.
ROLES = 8


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One run's series. `index` gives role, letter and marker; `start` is the run's start, epoch ms or None.

    Relative time counts from there, or from the first point of a run that logged with times before its start.
    """

    series: Series
    name: str
    index: int = 0
    start: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """Curves on one pair of axes.

    `x` as chosen by `model.series.choose_x`. `window` is the range of x that is seen (steps, epoch ms or seconds; None:
    all). `smooth` in [0, 1) is the weight of the moving average, with the `raw` line behind it. `y` "robust" leaves
    outliers out of the range, marks them at the edge and counts them. `legend`: a line for each curve below the chart,
    as far as there is room. `colours`: how many curves the terminal's colours tell apart; of more each has its letter
    along it too, and not only at its end. `growing`: the axes end on round numbers beyond the points, so that new ones
    are added to what is drawn and nothing moves.
    """

    curves: tuple[Curve, ...]
    title: str = ""
    x: XKind = "step"
    log_x: bool = False
    log_y: bool = False
    window: tuple[float, float] | None = None
    smooth: float = 0.0
    raw: bool = True
    y: Literal["all", "robust"] = "all"
    legend: bool = True
    why: str = ""
    colours: int = ROLES
    growing: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """A curve's point nearest to an x: where it is, its value, and the smoothed one (None without smoothing).

    `beyond`: that x is before the curve's first point or after its last.
    """

    x: float
    value: float
    smooth: float | None = None
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """Where in the lines of a drawn chart its curves are, and the x at its edges: log10 of it on a log axis."""

    left: int
    top: int
    columns: int
    rows: int
    ends: tuple[float, float]


def draw(plot: Plot, width: int, height: int, symbols: Symbols) -> list[Line]:
    """The chart in `width` x `height` columns and rows. Never empty: what can't be drawn is said, in fewer rows."""
    return draw_area(plot, width, height, symbols)[0]


def draw_area(plot: Plot, width: int, height: int, symbols: Symbols) -> tuple[list[Line], Area | None]:
    """`draw`, and where the curves are in it; None if there are none."""
    from mltui.present.plot_drawing import drawn

    return drawn(plot, width, height, symbols)


def bounds(plot: Plot) -> tuple[float, float] | None:
    """The smallest and largest x over all curves, whatever the window; None if there is no point."""
    from mltui.present.plot_numbers import x_bounds

    return x_bounds(plot)
