"""Metric files of every age, by MLflow's rule of what is latest."""

from __future__ import annotations

import math

import pytest

from mltui.model.runs import MetricPoint
from mltui.sources.mlflow.files import points as files_points
from mltui.sources.mlflow.files.points import Whole, latest, newest, parse, series, whole


def test_two_three_and_five_fields() -> None:
    data = b"100 0.5\n200 0.25 3\n300 nan 4 dataset c0043e8d\n"
    points, bad = parse(data, growing=False)
    assert bad == 0
    assert points[:2] == [(0, 100, 0.5), (3, 200, 0.25)]
    assert points[2][:2] == (4, 300)
    assert math.isnan(points[2][2])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"1 5.0 0\n2 1.0 0\n", (0, 2, 1.0)),  # step repeats: time decides
        (b"9 5.0 1\n2 1.0 7\n", (7, 2, 1.0)),  # the step decides before the time
        (b"1 2.0 0\n1 3.0 0\n", (0, 1, 3.0)),  # then the value
        (b"1 -inf 0\n1 inf 0\n", (0, 1, math.inf)),
        (b"1 1e400 0\n", (0, 1, math.inf)),
        (b"", None),
    ],
)
def test_latest_is_the_largest_step_then_time_then_value(data: bytes, expected: object) -> None:
    assert latest(parse(data, growing=False)[0]) == expected


def test_a_half_written_last_line_waits_while_the_run_grows() -> None:
    data = b"1 0.5 0\n2 0.25 1"
    assert parse(data, growing=True) == ([(0, 1, 0.5)], 0)
    assert parse(data, growing=False) == ([(0, 1, 0.5), (1, 2, 0.25)], 0)


@pytest.mark.parametrize(
    "line", [b"x", b"1", b"1 x 2", b"1 2.0 3 4", b"1 2.0 x", b"\xff\xfe", b"99999999999999999999 1.0 0"]
)
def test_a_broken_line_costs_itself_only(line: bytes) -> None:
    assert parse(b"1 0.5 0\n" + line + b"\n2 0.25 1\n", growing=False) == ([(0, 1, 0.5), (1, 2, 0.25)], 1)


def test_windows_line_ends_and_blank_lines() -> None:
    assert parse(b"1 0.5 0\r\n\r\n2 0.25 1\r\n", growing=False) == ([(0, 1, 0.5), (1, 2, 0.25)], 0)


def test_a_series_is_by_step_then_time_and_a_limit_keeps_the_newest() -> None:
    points = [(0, 30, 3.0), (0, 10, 1.0), (1, 5, 4.0), (0, 20, 2.0)]
    ordered = series(points)
    assert [point.value for point in ordered] == [1.0, 2.0, 3.0, 4.0]
    assert series(points, limit=1) == (MetricPoint(4.0, 5, 1),)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 1000])
@pytest.mark.parametrize("growing", [False, True])
def test_pieces_come_to_what_the_whole_file_does(size: int, growing: bool) -> None:
    data = b"1 0.5 0\n9 7.0 3\nx y\n\n2 0.25 1\r\n3 1.0 3\n4 nan 2\n5 2.0 9"
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    points, bad = parse(data, growing=growing)
    found = whole(pieces, growing=growing)
    assert found == Whole(latest(points), len(points), bad)
    assert found.latest == ((3, 9, 7.0) if growing else (9, 5, 2.0))
    kept = newest(pieces, growing=growing, limit=2)
    assert series(kept) == series(points, limit=2)


def test_a_line_without_end_is_passed_over_and_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files_points, "LINE_BYTES", 16)
    pieces = [b"1 0.5 0\n" + b"7" * 20, b"7" * 20, b"7 1.0 99\n2 0.25 ", b"1\n"]
    assert whole(pieces, growing=False) == Whole((1, 2, 0.25), 2, 1)
