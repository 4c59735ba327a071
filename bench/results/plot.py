"""Growth as a plot in text: mltui's own chart on two log axes, so that a straight line's slope is the power."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from bench.measure import Grown
from bench.results.tables import order

SIZE = (100, 18)


def text_plot(axis: str, grown: Sequence[Grown]) -> list[str]:
    """One chart for each unit, since ms and MiB have no axis in common."""
    from mltui.model.series import Series
    from mltui.present.plot import Curve, Plot, draw
    from mltui.present.text import UNICODE, plain

    lines: list[str] = []
    for unit in order(one.unit for one in grown):
        curves = []
        of_unit = [one for one in grown if one.unit == unit]
        for at, what in enumerate(order(one.what for one in of_unit)):
            points = sorted((one.size, float(one.taken)) for one in of_unit if one.what == what)
            sizes = array("q", [size for size, _ in points])
            values = array("d", [value for _, value in points])
            curves.append(Curve(Series(what, what, values, sizes, sizes), what, at))
        title = f"{unit} over {axis}"
        drawn = draw(Plot(tuple(curves), title=title, log_x=True, log_y=True, legend=False), *SIZE, UNICODE)
        legend = [f"{chr(ord('a') + at)}  {curve.name}" for at, curve in enumerate(curves)]
        lines += [*([""] if lines else []), *(plain(line).rstrip() for line in drawn), *legend]
    return lines
