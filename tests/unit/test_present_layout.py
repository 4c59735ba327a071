"""Lines in columns, marks, sparklines, fewer points: the small pure pieces."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mltui.present import detail
from mltui.present.arrange import Wish, arrange
from mltui.present.downsample import min_max
from mltui.present.layout import cells, cut, cut_line, grid, joined_words, pad_line, width_of
from mltui.present.marks import count, delta_span, difference, is_sha, sha_span, stamp, took
from mltui.present.spark import POINTS, sparkline, trend
from mltui.present.text import ASCII, UNICODE, Span, line, plain

HOSTILE = "a\x1b]0;pwned\x07[red]b"


@given(st.text(), st.integers(0, 40))
def test_cut_never_takes_more_than_its_room_and_always_marks(text: str, width: int) -> None:
    shown = cut(text, width)
    assert cells(shown) <= width
    assert shown == text or width == 0 or shown.endswith("…")


@given(st.lists(st.text(min_size=1, max_size=9)), st.integers(0, 30))
def test_cut_line_never_loses_text_without_a_mark(texts: list[str], width: int) -> None:
    spans = tuple(Span(text, str(at)) for at, text in enumerate(texts))
    shown = cut_line(spans, width)
    assert width_of(shown) <= width
    assert shown == spans or width == 0 or plain(shown).endswith("…")


def test_wide_characters_count_two_and_combining_ones_none() -> None:
    assert cells("日本") == 4
    assert cells("e\u0301") == 1
    assert cut("日本語", 5) == "日本…"


def test_pad_line_fills_on_the_side_asked() -> None:
    assert plain(pad_line(line("ab"), 4)) == "ab  "
    assert plain(pad_line(line("ab"), 4, "right")) == "  ab"


def test_grid_aligns_columns_and_caps_wide_ones() -> None:
    lines = grid([[line("a"), line("12"), line("x")], [line("abcdefgh"), line("3")]], "lr", widest=(5, 0))
    assert [plain(each) for each in lines] == ["a      12  x", "abcd…   3"]


def test_a_cell_too_wide_to_be_in_line_is_whole_and_widens_its_own_row_only() -> None:
    rows = [(line("key"), line("value"), line("other")), (line("a"), line("x" * 6000), line("1"))]
    shown = [plain(each) for each in grid(rows, aligned=200)]
    assert shown == ["key  value  other", f"a    {'x' * 6000}  1"]


def test_fields_leave_out_empty_values_and_set_long_labels_apart() -> None:
    lines = detail.fields([("a", line("1")), ("gone", ()), ("x" * 40, line("2"))])
    assert [plain(each) for each in lines] == ["a  1", "x" * 40, "   2"]


def test_section_without_lines_is_nothing() -> None:
    assert detail.section("Tags", []) == []
    assert [plain(each) for each in detail.section("Tags", [line("x")])] == ["", "Tags", "x"]


def test_paragraphs_keep_line_breaks_and_show_control_bytes() -> None:
    assert [plain(each) for each in detail.paragraphs(f"one\n\n\t{HOSTILE}\n")] == ["one", "", "    a␛]0;pwned␇[red]b"]


def test_values_of_several_lines_stand_below_their_key() -> None:
    lines = detail.pairs({"b": "one\n      two\x1b\n        three", "a": " 1\n"})
    assert [plain(each) for each in lines] == ["a  1", "b", "  one", "  two␛", "    three"]


def test_value_line_says_when_empty() -> None:
    assert plain(detail.value_line("a\x07b")) == "a␇b"
    assert plain(detail.value_line("")) == "(empty)"
    assert plain(detail.value_line("  ")) == "'  '"


@pytest.mark.parametrize(
    ("value", "base", "text"),
    [
        (0.931, 0.942, "-0.0110"),
        (0.942, 0.942, "="),
        (3, 1, "+2"),
        (0.5, 0.4999999, "+1.000e-07"),
        (1e9, 2e9, "-1.000e+09"),
    ],
)
def test_difference_has_the_decimals_of_what_it_compares(value: float, base: float, text: str) -> None:
    assert difference(value, base) == text


@pytest.mark.parametrize(("goal", "role"), [("max", "good"), ("min", "bad"), (None, "")])
def test_a_delta_is_good_or_bad_only_where_the_direction_is_known(goal, role) -> None:
    assert delta_span(0.95, 0.94, goal) == Span("+0.0100", role)


@pytest.mark.parametrize(
    ("value", "base"), [(None, 1.0), (1.0, None), (math.nan, 1.0), (1.0, math.nan), (math.inf, -math.inf)]
)
def test_nothing_to_compare_is_a_dash(value, base) -> None:
    assert delta_span(value, base, "max").text == "-"


def test_a_tag_that_is_no_hash_is_shown_as_it_is() -> None:
    assert sha_span("0123456789abcdef").text == "0123456"
    assert sha_span("v1.0-dirty").text == "v1.0-dirty"
    assert sha_span("\x1b[2J").text == "␛[2J"
    assert not is_sha("")


def test_times_no_calendar_holds_are_shown_as_numbers() -> None:
    assert stamp(10**20) == f"{10**20} ms"
    assert stamp(None) == ""


@pytest.mark.parametrize(
    ("end", "running", "text"),
    [
        (1_500, False, "1.5 s"),
        (31_000, False, "31 s"),
        (125_000, False, "2 min 5 s"),
        (None, True, "1 h 0 min so far"),
        (3 * 86_400_000, False, "3.0 d"),
        (1108 * 86_400_000, False, "3 y"),
        (None, False, ""),
        (-5, False, ""),
    ],
)
def test_took(end, running, text) -> None:
    assert took(0, end, 3_600_000, running=running) == text


def test_count_is_plural_where_it_should() -> None:
    assert [count(1, "run"), count(0, "run"), count(12_004, "file")] == ["1 run", "0 runs", "12,004 files"]


def test_sparkline_keeps_a_spike_and_leaves_out_what_is_not_finite() -> None:
    assert sparkline([1, 1, 1, 50, 1, 1, 1, 1, 1, 1, 1], 4, UNICODE) == "▁█▁▁"
    assert sparkline([math.nan, math.inf], 4, UNICODE) == ""
    assert sparkline([2, 2, 2], 8, UNICODE) == "▄▄▄"
    assert sparkline([-1e308, 1e308], 8, ASCII) == "_@"


def test_a_trend_of_a_series_that_was_not_read_whole_is_marked() -> None:
    assert trend([1.0, 2.0], 8, UNICODE) == "▁█"
    long = trend([float(at) for at in range(POINTS)], 8, UNICODE)
    assert (long[0], len(long)) == ("…", 8)


@given(st.lists(st.floats(), max_size=200), st.integers(0, 20))
def test_sparkline_fits(values: list[float], width: int) -> None:
    assert len(sparkline(values, width, UNICODE)) <= width


@given(st.lists(st.floats(), max_size=300), st.integers(4, 40))
def test_min_max_keeps_extremes_and_ends(values: list[float], points: int) -> None:
    kept = min_max(values, points)
    finite = [at for at, value in enumerate(values) if math.isfinite(value)]
    assert kept == sorted(set(kept))
    assert len(kept) <= points
    if finite:
        assert {kept[0], kept[-1]} <= {finite[0], finite[-1]}
        assert max(values[at] for at in kept) == max(values[at] for at in finite)
        assert min(values[at] for at in kept) == min(values[at] for at in finite)


# How panels share a screen

WISHES = (
    Wish("a", 5),
    Wish("b", 4),
    Wish("c", 6),
    Wish("runs", 30, least=6, whole=True),
    Wish("more", 9, least=5, whole=True, spare=True),
)


def test_two_panels_side_by_side_and_the_odd_one_takes_the_line() -> None:
    shelves = arrange(WISHES, 120, 60)
    assert [shelf.keys for shelf in shelves] == [("a", "b"), ("c",), ("runs",), ("more",)]
    assert [shelf.height for shelf in shelves] == [5, 6, 30, 9]


def test_a_low_screen_shrinks_from_the_end_and_leaves_out_the_spare() -> None:
    shelves = arrange(WISHES, 80, 24)
    assert [shelf.keys for shelf in shelves] == [("a",), ("b",), ("c",), ("runs",)]
    assert [shelf.height for shelf in shelves] == [5, 4, 6, 9]
    assert [shelf.height for shelf in arrange(WISHES, 80, 12)] == [5, 4, 6, 6]


def test_what_is_left_over_goes_to_panels_that_can_use_it() -> None:
    shelves = arrange((Wish("a", 3), Wish("chart", 9, grows=4)), 80, 40)
    assert [shelf.height for shelf in shelves] == [3, 13]


def test_a_long_name_makes_room_for_what_stands_behind_it() -> None:
    words = ["Log", "n" * 300, "1 of 2", "run.log", "8 kB"]
    assert joined_words(words, (1, 3), 76) == f"Log  {'n' * 47}…  1 of 2  run.log  8 kB"
    words[3] = "f" * 300
    assert joined_words(words, (1, 3), 76) == f"Log  {'n' * 11}…  1 of 2  {'f' * 42}…  8 kB"
    assert joined_words(["Log", "", "x"], (1,), 76) == "Log  x"


def test_words_that_find_no_room_go_whole() -> None:
    words = ["Log", "n" * 30, "run.log", "8 kB", "2026-11-23 12:00"]
    assert joined_words(words, (1,), 44) == f"Log  {'n' * 11}…  run.log  8 kB"
