"""Charts of several runs: what is drawn, what is marked, what is said."""

from __future__ import annotations

import math
import time
from array import array
from dataclasses import replace
from itertools import pairwise

import pytest
from tests.series_sample import series_of

from mltui.model.runs import MetricPoint
from mltui.model.series import Series, choose_x
from mltui.present.layout import cells, width_of
from mltui.present.plot import At, Curve, Plot, bounds, draw, draw_area
from mltui.present.plot_cursor import ruled
from mltui.present.plot_legend import legend
from mltui.present.plot_numbers import columns, nearest, seen, smoothed, thinned, thinned_within
from mltui.present.plot_ticks import days, x_ticks
from mltui.present.text import ASCII, UNICODE, plain

BEGAN = 1_700_000_000_000


def made(values: list[float], *, step: int = 1, gap_ms: int = 1000, steps: list[int] | None = None) -> Series:
    at_steps = steps or [step * index for index in range(len(values))]
    return series_of(
        "r",
        "loss",
        [MetricPoint(v, BEGAN + gap_ms * index, s) for index, (v, s) in enumerate(zip(values, at_steps, strict=True))],
    )


def text(plot: Plot, width: int = 80, height: int = 16, symbols: object = UNICODE) -> str:
    lines = draw(plot, width, height, symbols)  # type: ignore[arg-type]
    assert len(lines) <= height
    assert all(len(plain(line)) <= width for line in lines)
    return "\n".join(map(plain, lines))


def at(plot: Plot, x: float) -> tuple[At | None, ...]:
    """For each curve its point nearest to `x`; None for one without points."""
    return tuple(nearest(plot, curve, x) for curve in plot.curves)


def one(series: Series, **how: object) -> Plot:
    return Plot((Curve(series, "only", 0, BEGAN),), **how)  # type: ignore[arg-type]


def test_a_spike_of_one_point_in_a_million_is_drawn() -> None:
    values = array("d", [1.0]) * 1_000_000
    values[500_000] = 1000.0
    whole = Series("r", "loss", values, array("q", range(1_000_000)), array("q", range(1_000_000)))
    rows = text(one(whole), 100, 30).split("\n")
    assert rows[0].startswith("1000┤")
    columns_at_top = [index for index, char in enumerate(rows[0][5:]) if char != " "]
    assert columns_at_top and all(abs(column - 47) <= 2 for column in columns_at_top)  # in the middle, nowhere else
    assert "⠂" not in rows[0][-20:]


def test_thinning_keeps_ends_and_extremes() -> None:
    import numpy as np

    x = np.arange(100_000, dtype=np.float64)
    y = np.sin(x / 500)
    y[77_777] = 9
    y[33_333] = -9
    kept_x, kept = thinned(x, y, 400)
    assert len(kept) <= 402
    assert (kept_x[0], kept_x[-1]) == (0, 99_999)
    assert (kept.min(), kept.max()) == (-9, 9)


@pytest.mark.parametrize("weight", [0.1, 0.6, 0.9, 0.99, 0.999])
def test_smoothing_is_tensorboards(weight: float) -> None:
    import numpy as np

    values = np.array([math.sin(index / 7) * 3 + index % 5 for index in range(3000)])
    values[5], values[100] = math.nan, math.inf
    last, count, expected = 0.0, 0, []
    for value in values:
        if not math.isfinite(value):
            expected.append(value)
            continue
        last = last * weight + (1 - weight) * value
        count += 1
        expected.append(last / (1 - weight**count))
    np.testing.assert_allclose(smoothed(values, weight), expected, rtol=1e-9)


def test_a_growing_curve_is_added_to_and_its_drawn_part_stays() -> None:
    values = [math.exp(-at / 900) + (at * 7919 % 97) / 1000 for at in range(3000)]
    spiky = [1.5 if at == 777 else value for at, value in enumerate(values)]

    def drawn_of(count: int, **how: object) -> list[str]:
        return text(one(made(spiky[:count]), legend=False, **how), 100, 24).split("\n")

    def moved(**how: object) -> int:
        before, after = drawn_of(2600, **how), drawn_of(2640, **how)
        pairs = zip(
            "\n".join(each.ljust(100) for each in before), "\n".join(each.ljust(100) for each in after), strict=True
        )
        return sum(one != other for one, other in pairs)

    assert moved() > 150, "an axis that ends at the last point moves all of it"
    assert moved(growing=True) < 20
    ends = bounds(one(made(spiky[:2600])))
    area = draw_area(one(made(spiky[:2600]), growing=True), 100, 24, UNICODE)[1]
    assert ends is not None and area is not None
    span = area.ends
    assert span[0] == ends[0] and ends[1] < span[1] <= ends[0] + 1.25 * (ends[1] - ends[0])
    top = max(row for row, line in enumerate(reversed(drawn_of(2600, growing=True))) if set(line[6:]) & set("⠂⠁⡇⢸⣿⡀⢀"))
    assert top > 18, "and the one spike is there"


@pytest.mark.parametrize("values", [[1.0], [1.0, 1.0], [1e308, -1e308], [1e-320, 2e-320], [math.nan, 1.0, math.inf]])
def test_odd_values_grow_in_any_size(values: list[float]) -> None:
    for size in ((80, 16), (16, 4)):
        assert text(one(made(values), growing=True), *size)


def test_thinning_within_an_axis_keeps_ends_and_extremes() -> None:
    import numpy as np

    x = np.sort(np.concatenate((np.linspace(0, 10, 90_000), np.linspace(10, 1000, 10_000))))  # most in one place
    y = np.sin(x * 3)
    y[77_777], y[33_333] = 9, -9
    kept_x, kept = thinned_within(x, y, (0.0, 1200.0), 400)
    assert len(kept) <= 402
    assert (kept_x[0], kept_x[-1]) == (0, 1000)
    assert (kept.min(), kept.max()) == (-9, 9)
    shorter_x, shorter = thinned_within(x[:-50], y[:-50], (0.0, 1200.0), 400)
    same = len(shorter) - 3
    assert (kept_x[:same] == shorter_x[:same]).all() and (kept[:same] == shorter[:same]).all()


def test_smoothing_leaves_a_constant_and_begins_before_the_window() -> None:
    import numpy as np

    assert (smoothed(np.full(10, 3.0), 0.9) == 3.0).all()
    plot = one(made([float(index % 7) for index in range(200)]), smooth=0.9, window=(150, 160))
    inside = seen(plot, plot.curves[0])
    whole = smoothed(columns(plot, plot.curves[0])[1], 0.9)
    assert inside.y[1] == pytest.approx(whole[list(range(200)).index(int(inside.x[1]))])


def test_the_value_at_the_cursor_is_smoothed_as_the_line_is() -> None:
    plot = one(made([float(index % 7) for index in range(5000)]), smooth=0.9)
    (found,) = at(plot, 4000.2)
    assert found is not None
    assert (found.x, found.value) == (4000, 4000 % 7)
    assert found.smooth == pytest.approx(smoothed(columns(plot, plot.curves[0])[1], 0.9)[4000])


@pytest.mark.parametrize("x", ["step", "time", "relative"])
def test_the_nearest_point_is_searched_for_in_stored_numbers(x: str) -> None:
    times = array("q", [BEGAN + each for each in (50, 20, 20, 90, 70, 400, 10)])
    series = replace(made([float(each) for each in range(7)], step=3), times=times, disordered=3)
    plot = Plot((Curve(series, "a", 0, BEGAN - 5),), x=x)  # type: ignore[arg-type]
    xs, values = columns(plot, plot.curves[0])
    between = [low + share * (high - low) for low, high in pairwise(xs) for share in (0.3, 0.7)]
    for place in (xs[0] - 9, *xs, *between, xs[-1] + 9):
        (found,) = at(plot, float(place))
        assert found is not None
        x_there = min(xs, key=lambda each: (abs(each - place), each))
        last = max(each for each in range(7) if xs[each] == x_there)
        assert (found.x, found.value) == (pytest.approx(x_there), values[last])


def test_the_cursor_crosses_empty_cells_only() -> None:
    lines, area = draw_area(one(made([float(each) for each in range(50)]), title="loss", why="so"), 60, 16, UNICODE)
    assert area is not None
    for column in range(area.columns):
        crossed = [plain(each) for each in ruled(lines, area, column, UNICODE)]
        before = [plain(each) for each in lines]
        assert len(crossed) == len(before)
        place = area.left + column
        for row, (old, new) in enumerate(zip(before, crossed, strict=True)):
            if area.top <= row < area.top + area.rows and old.ljust(80)[place] in " \u2800":
                assert new == f"{old.ljust(place)[:place]}│{old[place + 1 :]}".rstrip()
            else:
                assert new == old


def test_nearest_of_each_run() -> None:
    plot = Plot((Curve(made([1, 2, 3], step=10), "a", 0), Curve(made([5, 6]), "b", 1), Curve(made([]), "c", 2)))
    found = at(plot, 14.0)
    assert [None if each is None else (each.x, each.value) for each in found] == [(10, 2), (1, 6), None]
    assert bounds(plot) == (0, 20)


def test_nan_and_infinities_are_marked_and_counted() -> None:
    said = text(one(made([1, math.nan, 2, math.inf, 3, -math.inf, math.nan, 2])))
    assert "2 NaN · 1 inf · 1 -inf" in said
    assert UNICODE.up in said.split("\n")[0]
    assert UNICODE.failed in said and UNICODE.down in said


def test_outliers_are_marked_at_the_edge_and_counted() -> None:
    values = [math.sin(index / 10) for index in range(400)]
    values[200] = 1e6
    said = text(one(made(values), y="robust"))
    assert "1 point above 1" in said and "not shown" in said
    assert UNICODE.up in said.split("\n")[0]
    assert "1e" not in said.split("\n")[0]
    assert "not shown" not in text(one(made(values)))


def test_a_log_axis_leaves_out_what_it_cannot_place() -> None:
    said = text(one(made([10.0**power for power in range(-3, 4)] + [0.0, -1.0]), log_y=True))
    assert "2 of value <= 0 not shown" in said
    assert {"0.001", "1000"} <= {row.partition("┤")[0].strip() for row in said.split("\n")}


@pytest.mark.parametrize(
    ("values", "word"),
    [([], "no points"), ([math.nan, math.inf], "no value is a finite number"), ([-1.0, 0.0], "no value fits")],
)
def test_what_cannot_be_drawn_is_said(values: list[float], word: str) -> None:
    assert word in text(one(made(values), log_y=True))


@pytest.mark.parametrize("values", [[3.0], [2.5] * 50, [1e308, -1e308, 1.7e308], [5e-324, 0.0], [-1e-300, 1e-300]])
@pytest.mark.parametrize("size", [(100, 30), (40, 8), (16, 4), (17, 5), (3, 2)])
@pytest.mark.parametrize(
    "how", [{}, {"smooth": 0.9}, {"y": "robust"}, {"x": "time"}, {"x": "relative"}, {"log_x": True}]
)
def test_odd_values_are_drawn_in_any_size(values: list[float], size: tuple[int, int], how: dict[str, object]) -> None:
    for symbols in (UNICODE, ASCII):
        said = text(one(made(values), **how), *size, symbols)
        assert said.strip()
        assert symbols is UNICODE or said.isascii()


def test_repeated_steps_are_shown_over_time() -> None:
    again = made([1.0, 2.0, 3.0, 4.0], steps=[0, 0, 1, 1])
    choice = choose_x([made([1.0, 2.0]), again])
    assert (choice.kind, choice.why) == ("relative", "steps repeat: relative time")
    assert choose_x([again], "time").why == ""
    said = text(one(again, x=choice.kind, why=choice.why))
    assert "steps repeat: relative time" in said


def test_points_out_of_order_in_time_are_counted_and_drawn_in_order() -> None:
    points = [MetricPoint(1.0, BEGAN + 3000, 0), MetricPoint(2.0, BEGAN, 1), MetricPoint(3.0, BEGAN + 9000, 2)]
    late = series_of("r", "m", points)
    assert late.disordered == 1
    x, values = columns(one(late, x="relative"), Curve(late, "only", 0, BEGAN))
    assert x.tolist() == [0.0, 3.0, 9.0]
    assert values.tolist() == [2.0, 1.0, 3.0]
    assert "1 logged out of order" in text(one(late, x="relative"))


def test_a_window_shows_its_own_range() -> None:
    said = text(one(made([float(index) for index in range(1000)]), window=(500, 510)))
    labels = [row.partition("┤")[0].strip() for row in said.split("\n") if "┤" in row]
    assert all(500 <= float(label) <= 510 for label in labels)
    assert "no points here" in text(one(made([1.0, 2.0]), window=(50, 60)))


def test_curves_are_told_apart_without_colours() -> None:
    curves = tuple(Curve(made([index, index + 1.0]), f"run {index}", index) for index in range(8))
    drawn = draw(Plot(curves), 100, 30, UNICODE)
    said = "\n".join(map(plain, drawn))
    for index, letter in enumerate("abcdefgh"):
        assert f"{letter}━ run {index}" in said
    assert {f"series{index}" for index in range(8)} <= {span.role for line in drawn for span in line}
    plainly = text(Plot(curves), 100, 30, ASCII)
    assert all(f"{letter}{marker} run" in plainly for letter, marker in zip("abcdefgh", "*+ox#@%&", strict=True))


def test_lines_that_cross_bear_their_letters_where_colours_do_not_tell_them_apart() -> None:
    up, down = made([float(at) for at in range(100)]), made([float(99 - at) for at in range(100)])
    curves = (Curve(up, "up", 0, BEGAN), Curve(down, "down", 1, BEGAN))

    def letters(colours: int) -> dict[str, list[tuple[int, int]]]:
        rows = text(Plot(curves, legend=False, colours=colours), 100, 20).split("\n")[:-2]
        found = [(char, at, row) for row, line in enumerate(rows) for at, char in enumerate(line)]
        return {name: sorted((at, row) for char, at, row in found if char == name) for name in "ab"}

    assert [len(each) for each in letters(2).values()] == [1, 1], "at their ends only"
    plain_ones = letters(1)
    assert all(len(each) >= 5 for each in plain_ones.values())
    for name, falls in (("a", True), ("b", False)):
        rows = [row for _, row in plain_ones[name]]
        assert rows == sorted(rows, reverse=falls), "each on its own line"
    assert not {at for at, _ in plain_ones["a"][:-1]} & {at for at, _ in plain_ones["b"][:-1]}


def test_more_curves_than_room_are_counted() -> None:
    curves = tuple(Curve(made([float(index), 1.0]), "x" * 300, index) for index in range(30))
    assert "more" in text(Plot(curves), 60, 14)


def test_names_from_outside_are_not_obeyed() -> None:
    assert "\x1b" not in text(Plot((Curve(made([1.0, 2.0]), "\x1b[31mred\n", 0),)))


def test_relative_time_begins_with_the_run_or_with_a_point_before_it() -> None:
    series = made([1.0, 2.0])
    for start, expected in ((BEGAN - 5000, [5.0, 6.0]), (None, [0.0, 1.0]), (BEGAN + 10**12, [0.0, 1.0])):
        x, _ = columns(Plot((), x="relative"), Curve(series, "a", 0, start))
        assert x.tolist() == expected


@pytest.mark.parametrize("kind", ["step", "relative", "time"])
@pytest.mark.parametrize("log", [False, True])
def test_an_axis_of_x_has_two_labels_at_least(kind: str, log: bool) -> None:
    for high in (1, 2, 7, 38, 49, 100, 999, 3600, 40_000, 10**6):
        for most in (2, 3, 5):
            low = BEGAN if kind == "time" else 1 if log else 0
            ends = (low, low + high * (1000 if kind == "time" else 1))
            scaled = (math.log10(ends[0]), math.log10(ends[1])) if log else ends
            ticks = x_ticks(*scaled, most, kind, log=log)  # type: ignore[arg-type]
            assert len({tick.at for tick in ticks}) > 1, (high, most)
            assert all(scaled[0] - 1e-6 <= tick.at <= scaled[1] + 1e-6 for tick in ticks)


def test_the_cursor_at_the_ends_of_64_bits() -> None:
    series = made([1.0, 2.0, 3.0], steps=[-(2**63), 0, 2**63 - 1])
    plot = one(series)
    for place, value in ((2**63, 3.0), (float(2**63), 3.0), (-(2**63), 1.0), (5.0, 2.0)):
        (found,) = at(plot, place)
        assert found is not None and found.value == value


def test_the_days_of_an_axis_of_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert days(BEGAN, BEGAN + 1000) == "14 Nov 2023"
    assert days(BEGAN, BEGAN + 3 * 86_400_000) == "14 Nov 2023 to 17 Nov 2023"
    monkeypatch.undo()
    time.tzset()


def test_a_curve_that_ended_before_the_cursor_says_where_its_value_is() -> None:
    curves = (Curve(made([0.5] * 10), "short", 0, BEGAN), Curve(made([0.7] * 50), "long", 1, BEGAN))
    (said,) = legend(Plot(curves), 100, 1, UNICODE, x=30.0)
    assert "short 0.5000 at 9" in plain(said)
    assert "0.7000 at" not in plain(said)


def test_letters_at_the_left_edge_stand_side_by_side() -> None:
    curves = [Curve(made([0.5]), f"once {at}", at, BEGAN) for at in range(4)]
    curves.append(Curve(made([0.4 + at / 100 for at in range(50)]), "long", 4, BEGAN))
    said = text(Plot(tuple(curves), legend=False), 80, 16)
    assert all(said.count(letter) == 1 for letter in "abcde")


def test_relative_time_begins_at_nothing_unless_most_of_it_is_empty() -> None:
    late = replace(made([1.0, 2.0]), times=array("q", [BEGAN + 10_000, BEGAN + 100_000]))
    assert bounds(one(late, x="relative")) == (0, 100)
    later = replace(late, times=array("q", [BEGAN + 90_000, BEGAN + 100_000]))
    assert bounds(one(later, x="relative")) == (90, 100)


def test_runs_without_points_do_not_take_the_legend() -> None:
    empty = [Curve(made([]), f"empty {at}", at + 1, BEGAN) for at in range(20)]
    said = " ".join(plain(each) for each in legend(Plot((Curve(made([0.5]), "one"), *empty)), 100, 2, UNICODE))
    assert "one 0.5000" in said
    assert "20 more have no points" in said
    (alone,) = legend(Plot((Curve(made([0.5]), "one"), empty[0])), 100, 1, UNICODE)
    assert "empty 0 no points" in plain(alone)


def test_a_legend_and_a_title_of_wide_characters_fit() -> None:
    names = [f"第{at}回の実験、学習率を下げたもの" if at % 3 else "plain" for at in range(6)]
    plot = Plot(tuple(Curve(made([0.5]), name, at, BEGAN) for at, name in enumerate(names)), title="損失" * 30)
    for width in (30, 80, 100):
        assert max(map(width_of, legend(plot, width, 6, UNICODE))) <= width
        assert max(map(width_of, draw(plot, width, 16, UNICODE))) <= width
    first, second, _ = map(plain, legend(plot, 100, 3, UNICODE))
    assert cells(first[: first.index("b━")]) == cells(second[: second.index("d━")]), "columns stand below each other"
