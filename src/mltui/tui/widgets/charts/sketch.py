"""Runs and metrics as pictures: lines over x, bars of last values, runs as points of two columns. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from mltui.model.columns import ColumnSpec
from mltui.model.runs import Run
from mltui.model.series import Series, choose_x
from mltui.present.compare_titles import titles
from mltui.present.layout import cut_start
from mltui.present.plot import ROLES, Curve, Plot, bounds, draw_area
from mltui.present.plot_legend import legend, letter
from mltui.present.text import Line, Role, Span, clip, line, number, safe
from mltui.tui.widgets.charts.families import Family
from mltui.tui.widgets.charts.look import Look
from mltui.tui.widgets.charts.picture import Axis, Picture, Sketch

#: Names that have so many characters at their beginning in common lose that where they are too long.
ALIKE: Final = 8


def lines_over_x(runs: Sequence[Run], family: Family, series: Sequence[Series], look: Look, sketch: Sketch) -> Picture:
    """A line for each series, which are by key and then by run."""
    curves = tuple(_curves(runs, family, series))
    chosen = choose_x([each.series for each in curves if len(each.series)], look.x)
    plot = Plot(
        curves,
        x=chosen.kind,
        log_x=look.log_x,
        log_y=look.log_y,
        window=look.window_on(chosen.kind),
        smooth=look.smooth,
        y="robust" if look.robust else "all",
        legend=False,
        why=chosen.why,
        colours=sketch.colours,
        growing=any(run.status == "RUNNING" for run in runs),
    )
    drawn, area = draw_area(plot, sketch.width, max(1, sketch.height - 1), sketch.symbols)
    below = legend(plot, sketch.legend_width, sketch.legend_rows, sketch.symbols)
    whole = bounds(plot)
    axis = Axis(plot.x, whole, area, plot.log_x) if whole and area else None
    return Picture(_title(runs, family, curves), tuple(drawn), tuple(below), axis, plot, sketch)


def _curves(runs: Sequence[Run], family: Family, series: Sequence[Series]) -> list[Curve]:
    found: list[Curve] = []
    names = titles(runs, width=None)
    for at, one in enumerate(series):
        key, run = divmod(at, len(runs))
        said = [names[run]] if len(runs) > 1 or len(family.keys) == 1 else []
        said += [family.names[key]] if len(family.keys) > 1 else []
        found.append(Curve(one, " ".join(said), at, runs[run].start))
    return found


def _title(runs: Sequence[Run], family: Family, curves: Sequence[Curve]) -> Line:
    """What the chart is of: the metric; where several share it, which letters are whose; of one line its last value."""
    title: list[Span] = [Span(safe(family.title), "title")]
    if len(curves) == 1 and len(curves[0].series):
        title.append(Span(f"  {number(curves[0].series.values[-1])}"))
    elif len(family.keys) > 1:
        for at, name in enumerate(family.names):
            letters = "".join(letter(at * len(runs) + each) for each in range(len(runs)))
            title += [Span(f"  {letters} ", f"series{at * len(runs) % ROLES}"), Span(safe(name), "dim")]
    return tuple(title)


def bars(runs: Sequence[Run], family: Family, sketch: Sketch) -> Picture:
    """The last value of each run and key as a bar from zero; what is not finite or was not logged is said."""
    rows: list[tuple[str, int, float | None]] = []
    called = titles(runs, width=None)
    for at, key in enumerate(family.keys):
        for each, run in enumerate(runs):
            said = [called[each]] if len(runs) > 1 or len(family.keys) == 1 else []
            said += [family.names[at]] if len(family.keys) > 1 else []
            rows.append((" ".join(said), at * len(runs) + each, run.metrics.get(key)))
    room = max(1, sketch.height - 1)
    more = len(rows) - room
    shown = rows if more <= 0 else rows[: room - 1]
    values = [value for _, _, value in shown if value is not None and math.isfinite(value)]
    names = min(max((len(safe(name)) for name, _, _ in shown), default=0), sketch.width // 3)
    said_width = max((len(_said(value)) for _, _, value in shown), default=0)
    span = (min(0.0, *values), max(0.0, *values)) if values else (0.0, 0.0)
    columns = max(4, sketch.width - names - said_width - 4)
    lines: list[Line] = []
    alike = len({name[:ALIKE] for name, _, _ in shown}) == 1  # their ends tell them apart
    short = cut_start if alike else clip
    for name, index, value in shown:
        label = f"{letter(index)} {short(safe(name), names, sketch.symbols.more):<{names}} "
        role = f"series{index % ROLES}"
        lines.append(
            line(
                Span(label, role),
                Span(f"{_said(value):>{said_width}} ", "title"),
                *_bar(value, span, columns, sketch, role),
            )
        )
    if more > 0:
        lines.append(line(Span(f"{sketch.symbols.more} and {more + 1:,} more", "dim")))
    return Picture(line(Span(safe(family.title), "title")), tuple(lines), kind="bars")


def _said(value: float | None) -> str:
    return "not logged" if value is None else number(value)


def _bar(value: float | None, span: tuple[float, float], columns: int, sketch: Sketch, role: Role) -> list[Span]:
    """From zero to the value; a rule at zero where some are below it."""
    low, high = span
    if value is None or not math.isfinite(value) or low == high:
        return []
    full = "=" if sketch.symbols.sparks.isascii() else "\u2587"  # bars stay apart without colours too
    width = high / 2 - low / 2
    zero = round(columns * (0 - low / 2) / width)
    end = round(columns * (value / 2 - low / 2) / width)
    first, last = min(zero, end), max(zero, end)
    return [Span(" " * first), Span(full * (last - first) or sketch.symbols.rule, role)]


def scatter(runs: Sequence[Run], look: Look, sketch: Sketch) -> Picture:
    """Each run as its letter at the values of two columns."""
    from mltui.tui.widgets.charts.points import scattered

    return scattered(runs, look, sketch)


def scatter_title(columns: tuple[ColumnSpec, ColumnSpec]) -> Line:
    x, y = (safe(each.id) for each in columns)
    return line(Span(y, "title"), Span(" over ", "dim"), Span(x, "title"))
