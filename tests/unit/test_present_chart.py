"""Charts drawn by plotext, as text."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

from mltui.present.chart import Curve, line_chart
from mltui.present.text import ASCII, UNICODE, plain

WAVE = Curve((*(math.sin(at / 50) for at in range(1000)), math.nan, math.inf))


def test_a_chart_has_its_size_its_labels_and_its_ends() -> None:
    lines = [plain(each) for each in line_chart(WAVE, 60, 8, UNICODE, ("3 d", "now"))]
    assert len(lines) == 8
    assert max(map(len, lines)) <= 60
    assert lines[0].startswith(" 1.000┤")
    assert lines[-1].split() == ["3", "d", "now"]
    assert any("\u2800" < char <= "\u28ff" for text in lines for char in text)


def test_an_ascii_chart_is_ascii() -> None:
    assert all(plain(each).isascii() for each in line_chart(WAVE, 60, 8, ASCII, ("3 d", "now")))


def test_no_room_or_nothing_finite_is_no_chart() -> None:
    assert line_chart(WAVE, 10, 8, UNICODE) == []
    assert line_chart(WAVE, 60, 2, UNICODE) == []
    assert line_chart(Curve((math.nan,)), 60, 8, UNICODE) == []


def test_extreme_flat_and_single_values_are_drawn() -> None:
    for curve in (Curve((1e308, -1e308)), Curve((2.0, 2.0)), Curve((1.0,)), Curve((1e-320, 2e-320))):
        assert line_chart(curve, 60, 6, UNICODE)


def test_labels_tell_close_values_apart() -> None:
    text = "\n".join(plain(each) for each in line_chart(Curve((0.94211, 0.94219)), 60, 5, UNICODE))
    assert "0.9421┤" in text
    assert "0.9422┤" in text


def test_without_ends_the_x_axis_is_bare() -> None:
    assert [plain(each) for each in line_chart(WAVE, 60, 8, UNICODE)][-1].strip(" ┤│-1.0")


def test_many_threads_get_the_same_chart() -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = set(pool.map(lambda _: tuple(line_chart(WAVE, 60, 8, UNICODE)), range(32)))
    assert len(drawn) == 1
